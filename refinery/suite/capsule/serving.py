"""A recorded world for an agent that somebody else has started: its HTTP tools, at an address that it was given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.trace import Json
from refinery.domain import Scenario, Tools
from refinery.errors import OutsideError
from refinery.suite.capsule.placing import told
from refinery.suite.replay import refinery_answers, refinery_served


@dataclass(slots=True)
class Asked:
    """What the world was asked; known when it is over."""

    entries: Json = None


def unservable(scenario: Scenario, tools: Tools) -> str:
    """Why a scenario's world cannot be put around such an agent; empty where it can."""
    assert scenario.world is not None
    inside = sorted({call.tool for call in scenario.world.calls} & {*tools.python})
    if inside:
        return f"the agent at its address was started by somebody else, so {inside[0]} cannot be answered from the recording inside of it"
    if not tools.http or not tools.address:
        return "a recorded world needs `http` tools and an `address` under [world] for an agent that somebody else has started"
    return ""


@contextmanager
def served(scenario: Scenario, trial: int, tools: Tools) -> Iterator[Asked]:
    """Answer at the address that refinery.toml names while one attempt is made. Raises OutsideError when it is taken."""
    host, _, port = tools.address.removeprefix("http://").rpartition(":")
    asked = Asked()
    with TemporaryDirectory(prefix="refinery-world-") as folder:
        about = told(scenario, trial, tools, Path(folder))
        world = refinery_answers.World(about)
        sites = about["http"]
        assert isinstance(sites, dict)
        try:
            site = refinery_served.Served(world, refinery_answers, sites, int(port))
        except OSError as error:
            raise OutsideError(
                f"{host}:{port}, where the agent's tools are to be answered, cannot be had: {error.strerror}",
                hint="see `address` under [world]",
            ) from error
        try:
            yield asked
        finally:
            site.close()
            asked.entries = [*world.journal.entries()]
            world.journal.close()
