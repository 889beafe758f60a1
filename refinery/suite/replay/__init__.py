"""What answers tool calls from a recording inside the user's process: the standard library alone, 3.8 and newer, as the worker is."""
