"""Tests of the suite: scenarios, checks, running, capture, scores and the gate."""
