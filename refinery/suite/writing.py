"""Scenarios written as YAML that people like to read; reading it gives the same scenarios."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adapters.trace import Json
from refinery.domain import Expectation, Scenario

if TYPE_CHECKING:
    import yaml

ODD = re.compile("[\r\x85\u2028\u2029\ufeff]")
"""Letters that YAML takes for ends of lines; they have to be written as escapes."""


def write(*scenarios: Scenario) -> str:
    """These scenarios as a YAML file of their own."""
    import yaml

    shapes = [_shape(scenario) for scenario in scenarios]
    return yaml.dump(shapes, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=100)


def _shape(scenario: Scenario) -> dict[str, Json]:
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
    return shape


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

    Readable.add_representer(str, text)
    return Readable
