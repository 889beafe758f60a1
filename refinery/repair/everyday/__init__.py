"""Mistakes that a reviewer sees every month, each known by what the code itself shows of it."""
