"""Proposed edits, turned into file changes."""
