"""Rules over a trace: what is wrong, where, with quotes."""
