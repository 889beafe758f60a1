"""Test cases written for other tools, read as scenarios; what has no counterpart is told, never dropped without a word."""
