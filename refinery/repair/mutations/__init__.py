"""Families of small changes to Python, one file each: every family looks at one statement and yields mutations, best first."""
