"""What is known about prompts, failures and fixes: guides, patterns and memory."""
