"""World capsules: what an agent's tools answered, recorded so that a scenario runs without side effects."""
