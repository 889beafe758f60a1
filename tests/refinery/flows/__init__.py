"""Tests of the flows, where a journey would be too long."""
