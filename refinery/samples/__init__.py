"""Agents that Refinery brings along to be tried on."""
