"""The command line in this process, and the price desk to run it on."""

from tests.journeys.conftest import desk, home, refinery

__all__ = ["desk", "home", "refinery"]
