"""Slips of the pen in settings, data and prompts: what the form of a file itself shows, as a mark that is opened and never closed."""
