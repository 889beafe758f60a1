"""The walls around the user's agent: which there are on this machine, whether they hold, and what can be seen from inside."""
