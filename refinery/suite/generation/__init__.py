"""Scenarios made up from what an agent is: a profile is read, known failures are crossed with it, and what is weak is thrown away."""
