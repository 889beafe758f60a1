"""The command line: one file per command; only show.py prints."""
