"""Reasoning with a model."""
