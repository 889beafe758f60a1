"""Scenarios, how they are run, and how the outcome is judged."""
