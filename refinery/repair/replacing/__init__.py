"""Other values in place of those that a run works out: at which statements that would cure a failure tells where the mistake is."""
