"""Observability platforms and trace files, read into one picture of a run."""
