"""Tests of what a guided session shows, where a journey would be too long."""
