"""The user's repository, read freely and written by two commands only."""
