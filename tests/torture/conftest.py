"""The home of nobody, and the command line, as in the journeys."""

from __future__ import annotations

from tests.journeys.conftest import home, refinery

__all__ = ["home", "refinery"]
