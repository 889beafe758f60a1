"""Whether a run failed, wherever that shows: in a mark of the recorder, in feedback, or in a tool's reply that is an error text."""

from __future__ import annotations

from adapters.trace import Trace
from refinery.signals.polite_errors import polite_errors


def failing(trace: Trace) -> bool:
    """Looks no further than to the first sign."""
    return trace.failed or next(polite_errors(trace), None) is not None
