"""Refinery: a failing trace of an AI agent becomes a git commit that carries its own proof."""
