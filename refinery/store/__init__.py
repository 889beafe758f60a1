"""What Refinery keeps between runs."""
