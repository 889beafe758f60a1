"""The guided session, step by step: what a domain expert is shown, and what becomes of what they say."""
