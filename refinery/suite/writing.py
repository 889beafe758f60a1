"""Scenarios written as YAML that people like to read; reading it gives the same scenarios."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.trace import Json
from refinery.domain import Expectation, Scenario, World
from refinery.suite.capsule.worlds import shape_of
from refinery.suite.outcome import compact

if TYPE_CHECKING:
    import yaml

ODD = re.compile("[\r\x85\u2028\u2029\ufeff]")
"""Letters that YAML takes for ends of lines; they have to be written as escapes."""

WIDTH = 120
SHORT = 240
"""Letters of a call that is written on one line."""


def write(*scenarios: Scenario, world: str = "") -> str:
    """These scenarios as a YAML file of their own; recorded worlds stand in it, but for one that is in the file `world` beside it."""
    shapes = [_shape(scenario, world) for scenario in scenarios]
    return _dumped(shapes)


def write_world(world: World) -> str:
    """A recorded world as a file of its own."""
    shape = shape_of(world)
    about = f"# What the agent's tools answered{f' in trace {world.trace}' if world.trace else ''}. Read it through; edit what is wrong.\n"
    return about + _dumped(_brief(shape))


def _dumped(shape: object) -> str:
    import yaml

    return yaml.dump(shape, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=WIDTH)


def _shape(scenario: Scenario, world: str) -> dict[str, Json]:
    shape: dict[str, Json] = {"id": scenario.id}
    shape |= {key: text for key, text in (("capability", scenario.capability), ("assumption", scenario.assumption)) if text}
    shape |= {"input": scenario.input, "expect": [check(each) for each in scenario.expect]}
    shape |= {"threshold": scenario.threshold} if scenario.threshold is not None else {}
    shape |= {"tags": [*scenario.tags]} if scenario.tags else {}
    limits: dict[str, Json] = {
        "trials": scenario.trials,
        "timeout": scenario.timeout_s,
        "max_cost": scenario.max_cost,
        "retries": scenario.retries,
    }
    shape |= {key: value for key, value in limits.items() if value is not None}
    return shape | ({"world": world or _brief(shape_of(scenario.world))} if scenario.world else {})


class _Line(dict[str, Json]):
    """A mapping that is written on one line."""


def _brief(shape: dict[str, Json]) -> dict[str, Json]:
    """Calls on a line each, where they fit: a recording is read like a list."""
    calls = shape["calls"]
    assert isinstance(calls, list)
    listed: list[Json] = [_Line(each) if isinstance(each, dict) and len(compact(each)) <= SHORT else each for each in calls]
    return {**shape, "calls": listed}


def check(expectation: Expectation) -> dict[str, Json]:
    """A check as it stands in a file."""
    found: dict[str, Json] = {expectation.name: expectation.value}
    found |= {"weight": expectation.weight} if expectation.weight != 1 else {}
    return found | ({"required": True} if expectation.required else {})


def _dumper() -> type[yaml.SafeDumper]:
    import yaml

    class Readable(yaml.SafeDumper):
        """Texts of several lines as blocks, and no anchors."""

        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # the base class's signature
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002  # a list inside a mapping is indented
            super().increase_indent(flow, False)

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        style = '"' if ODD.search(value) else "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    def line(dumper: yaml.SafeDumper, value: _Line) -> yaml.MappingNode:
        return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True)

    Readable.add_representer(str, text)
    Readable.add_representer(_Line, line)
    return Readable
