from tests.journeys.conftest import refinery

__all__ = ["refinery"]
