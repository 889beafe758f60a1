"""Fixes found by search, without a model."""
