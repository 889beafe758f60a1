"""The port to language models, and everything vendor-specific behind it."""
