"""The vocabulary of expectations: every kind of check, what it takes, and how it judges an outcome."""

from refinery.suite.checks.vocabulary import judge, kinds, needs_json, no_judge, problem

__all__ = ["judge", "kinds", "needs_json", "no_judge", "problem"]
