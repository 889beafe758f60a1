"""Settings become what the commands work with: the only place that picks an implementation. Each part is imported when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refinery.config import FILE
    from refinery.signals.failing import failing
    from refinery.wiring.bench import workbench
    from refinery.wiring.diagnosing import study
    from refinery.wiring.generating import grounds, scenarios_of
    from refinery.wiring.ground import (
        SANDBOX,
        guard,
        history,
        nothing_stated,
        now,
        record,
        repository,
        scenario_patterns,
        settings,
        settings_at,
        state_folder,
        stated,
    )
    from refinery.wiring.judges import judging
    from refinery.wiring.shelves import guides, hidden, known, mask, source, store, traces_named

__all__ = [
    "FILE",
    "SANDBOX",
    "failing",
    "grounds",
    "guard",
    "guides",
    "hidden",
    "history",
    "judging",
    "known",
    "mask",
    "nothing_stated",
    "now",
    "record",
    "repository",
    "scenario_patterns",
    "scenarios_of",
    "settings",
    "settings_at",
    "source",
    "state_folder",
    "stated",
    "store",
    "study",
    "traces_named",
    "workbench",
]
_PARTS = {"FILE": "refinery.config", "failing": "refinery.signals.failing"}
_PARTS |= dict.fromkeys(("guides", "hidden", "known", "mask", "source", "store", "traces_named"), "refinery.wiring.shelves")
_PARTS |= {"study": "refinery.wiring.diagnosing", "workbench": "refinery.wiring.bench", "judging": "refinery.wiring.judges"}
_PARTS |= dict.fromkeys(("grounds", "scenarios_of"), "refinery.wiring.generating")


def __getattr__(name: str) -> Any:
    """The part that was asked for (PEP 562): a hook that only wants the guard does not wait for the suite."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PARTS.get(name, "refinery.wiring.ground")), name)
