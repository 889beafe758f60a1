"""Scenario files: YAML read into Scenarios, tables of cases unfolded, with every mistake named by file and line."""

from __future__ import annotations

import csv
import io
import posixpath
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.trace import Json
from refinery.domain import Expectation, Scenario, World
from refinery.duration import FORMS, seconds
from refinery.errors import ConfigError
from refinery.suite.capsule.worlds import is_world, world_of
from refinery.suite.checks.conduct import dollars
from refinery.suite.expected import expectations
from refinery.suite.notation import Notation

if TYPE_CHECKING:
    import yaml

LIMITS = ("trials", "timeout", "max_cost", "retries")
KEYS = ("id", "capability", "assumption", "input", "expect", "threshold", "tags", *LIMITS, "world", "cases")
FILE_KEYS = ("include", "variables", "defaults", "scenarios")
DEFAULTS = ("capability", "assumption", "expect", "threshold", "tags", *LIMITS, "world")
MOST_CASES = 10_000
LONGEST = 86_400.0

Read = Callable[[str], str | None]
"""The text of a file by its path from the repository's root; None when there is none."""


@dataclass(slots=True)
class Shared:
    """What holds for all scenarios of a file."""

    variables: dict[str, Json] = field(default_factory=dict)
    defaults: dict[str, tuple[Notation, yaml.Node]] = field(default_factory=dict)
    templated: bool = False
    """Whether braces are placeholders: where the file names variables, its own or included ones."""


def load(read: Read, paths: Sequence[str]) -> tuple[Scenario, ...]:
    """All scenarios of these files, in order. Raises ConfigError, naming file and line."""
    found: dict[str, Scenario] = {}
    for path in paths:
        for scenario in _File(path, read(path) or "", read).scenarios():
            if earlier := found.get(scenario.id):
                raise ConfigError(
                    f"{path}:{scenario.line}: there is a scenario {scenario.id!r} already, at {earlier.path}:{earlier.line}",
                    hint="give each scenario an id of its own",
                )
            found[scenario.id] = scenario
    return tuple(found.values())


class _File:
    """One scenario file while it is read."""

    def __init__(self, path: str, text: str, read: Read) -> None:
        self.path = path
        self.read = read
        self.notation = Notation(path, text)
        self.wrong = self.notation.wrong
        self.worlds: dict[str, World] = {}

    def scenarios(self) -> Iterator[Scenario]:
        import yaml

        root = self.notation.root()
        shared = Shared()
        if root is None:
            return
        if is_world(root):  # what scenarios beside it name
            return
        if isinstance(root, yaml.MappingNode):
            if not {str(key.value) for key, _ in root.value} & set(FILE_KEYS):
                yield from self._unfolded(root, shared)
                return
            fields = self.notation.fields(root, FILE_KEYS, "a scenario file")
            self._share(fields, shared, ())
            root = fields.get("scenarios")
            if root is None:  # a file of what others include
                return
        if not isinstance(root, yaml.SequenceNode):
            raise self.wrong(root, "a scenario file is a list of scenarios", "begin each with `- id: some-name`")
        for node in root.value:
            if not isinstance(node, yaml.MappingNode):
                raise self.wrong(node, "a scenario is a mapping", "begin it with `- id: some-name`")
            yield from self._unfolded(node, shared)

    # -- what a file's scenarios share

    def _share(self, fields: dict[str, yaml.Node], shared: Shared, above: tuple[str, ...]) -> None:
        """Included files first, so that the file's own word counts."""
        import yaml

        for node in self._listed(fields.get("include")):
            self._include(node, shared, (*above, self.path))
        if "variables" in fields:
            values = self.notation.json(fields["variables"])
            if not isinstance(values, dict):
                raise self.wrong(fields["variables"], "`variables` is a mapping", "for instance {plan: Pro}")
            shared.variables |= values
            shared.templated = True
        if "defaults" in fields:
            node = fields["defaults"]
            if not isinstance(node, yaml.MappingNode):
                raise self.wrong(node, "`defaults` is a mapping of what a scenario may say")
            shared.defaults |= {key: (self.notation, value) for key, value in self.notation.fields(node, DEFAULTS, "`defaults`").items()}

    def _include(self, node: yaml.Node, shared: Shared, above: tuple[str, ...]) -> None:
        import yaml

        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), str(node.value)))
        text = self.read(path)
        if text is None:
            raise self.wrong(node, f"there is no file {path} to include", "a path is relative to the file that includes, and committed")
        if path in above:
            raise self.wrong(node, f"{path} includes itself in the end")
        other = _File(path, text, self.read)
        root = other.notation.root()
        if isinstance(root, yaml.MappingNode) and {str(key.value) for key, _ in root.value} <= set(FILE_KEYS):
            other._share(other.notation.fields(root, FILE_KEYS, "a scenario file"), shared, above)
        elif root is not None:
            raise self.wrong(node, f"{path} has nothing to share", "`variables` and `defaults` of an included file hold in this one too")

    def _listed(self, node: yaml.Node | None) -> list[yaml.Node]:
        import yaml

        if node is None:
            return []
        found = list(node.value) if isinstance(node, yaml.SequenceNode) else [node]
        for each in found:
            if not isinstance(each, yaml.ScalarNode):
                raise self.wrong(each, "`include` is a path or a list of paths")
        return found

    # -- one scenario

    def _unfolded(self, node: yaml.MappingNode, shared: Shared) -> Iterator[Scenario]:
        """The scenario, or one for each case of its table."""
        fields = self.notation.fields(node, KEYS, "a scenario")
        if "cases" not in fields:
            self.notation.variables = shared.variables if shared.templated else None
            yield self._scenario(node, fields, shared)
            return
        self.notation.variables = None
        cases = self._cases(fields["cases"])
        template = str(fields["id"].value) if "id" in fields else ""
        for number, case in enumerate(cases, 1):
            self.notation.variables = {**shared.variables, **case}
            yield self._scenario(node, fields, shared, "" if "{{" in template else f"-{number}")

    def _cases(self, node: yaml.Node) -> list[dict[str, Json]]:
        import yaml

        value = self.notation.json(node)
        if isinstance(value, str):
            value = self._table(node, value)
        if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
            raise self.wrong(
                node, "`cases` is a list of mappings or the path of a CSV file", "for instance `- {country: DE, currency: EUR}`"
            )
        if len(value) > MOST_CASES:
            raise self.wrong(node, f"there are {len(value)} cases; {MOST_CASES} are the most")
        rows = [row for row in value if isinstance(row, dict)]
        names = rows[0].keys()
        lines = node.value if isinstance(node, yaml.SequenceNode) else [node] * len(rows)
        for line, row in zip(lines, rows, strict=True):
            if row.keys() != names:
                odd = sorted(row.keys() ^ names)[0]
                raise self.wrong(line, f"not every case says `{odd}`", "give all cases of a table the same names")
        return rows

    def _table(self, node: yaml.Node, name: str) -> list[Json]:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), name))
        text = self.read(path)
        if text is None:
            raise self.wrong(node, f"there is no file {path} with cases", "a path is relative to the scenario file, and committed")
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True, restkey="")
        try:
            found: list[Json] = [dict(row) for row in rows]
        except csv.Error as error:
            raise ConfigError(f"{path}:{rows.line_num}: this is not CSV: {error}") from error
        for number, row in enumerate(found, 2):
            if isinstance(row, dict) and ("" in row or None in row.values()):
                raise ConfigError(f"{path}:{number}: the row has more or fewer fields than the first line names")
        return found

    def _scenario(self, node: yaml.MappingNode, own: dict[str, yaml.Node], shared: Shared, suffix: str = "") -> Scenario:
        if "id" not in own:
            raise self.wrong(node, "the scenario has no id", "add `id: some-name`")
        name = self._id(own["id"], suffix)
        fields = {key: value for key, (_, value) in shared.defaults.items()} | own
        for needed in ("input", "expect"):
            if needed not in fields:
                raise self.wrong(node, f"the scenario {name!r} has no `{needed}`", f"every scenario has one: {needed}: ...")
        return Scenario(
            id=name,
            input=self.notation.json(fields["input"]),
            expect=self._expected(own, shared),
            threshold=self._threshold(fields.get("threshold")),
            capability=self._text(fields, "capability"),
            assumption=self._text(fields, "assumption"),
            tags=self._tags(fields.get("tags")),
            trials=self._whole(fields, "trials", 1, 1000),
            timeout_s=self._timeout(fields.get("timeout")),
            max_cost=self._cost(fields.get("max_cost")),
            retries=self._whole(fields, "retries", 0, 10),
            world=self._world(fields.get("world"), own, shared),
            path=self.path,
            line=node.start_mark.line + 1,
        )

    def _id(self, node: yaml.Node, suffix: str) -> str:
        value = self.notation.json(node)
        name = f"{value}{suffix}" if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not name.strip() or len(name) > 200 or not name.isprintable():
            raise self.wrong(node, "an id is one line of at most 200 letters", "for instance `id: price-in-euro`")
        return name

    def _text(self, fields: dict[str, yaml.Node], key: str) -> str:
        value = self.notation.json(fields[key]) if key in fields else ""
        if not isinstance(value, str):
            raise self.wrong(fields[key], f"`{key}` is a text", "write it in quotes")
        return value

    def _tags(self, node: yaml.Node | None) -> tuple[str, ...]:
        value = self.notation.json(node) if node is not None else []
        values = value if isinstance(value, list) else [value]
        if node is not None and not all(isinstance(each, str | int) for each in values):
            raise self.wrong(node, "`tags` is a list of words")
        return tuple(str(each) for each in values)

    def _whole(self, fields: dict[str, yaml.Node], key: str, least: int, most: int) -> int | None:
        if key not in fields:
            return None
        value = self.notation.json(fields[key])
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.wrong(fields[key], f"`{key}` is a whole number from {least} on, and at most {most}")
        return value

    def _timeout(self, node: yaml.Node | None) -> float | None:
        if node is None:
            return None
        found = seconds(self.notation.json(node))
        if found is None or not 0 < found <= LONGEST:
            raise self.wrong(node, "`timeout` is how long one attempt may take, a day at most", f"write {FORMS}")
        return found

    def _cost(self, node: yaml.Node | None) -> float | None:
        if node is None:
            return None
        found = dollars(self.notation.json(node))
        if found is None or not found >= 0:
            raise self.wrong(
                node, "`max_cost` is what the model calls of one attempt may cost together, in US dollars", "for instance 0.05"
            )
        return found

    def _world(self, node: yaml.Node | None, own: dict[str, yaml.Node], shared: Shared) -> World | None:
        """The world that stands in the scenario, or in a file that it names, relative to where it is named."""
        import yaml

        if node is None:
            return None
        notation = self.notation if "world" in own else shared.defaults["world"][0]
        if not isinstance(node, yaml.ScalarNode):
            return world_of(notation.filling(None), node)
        named = self.notation.json(node) if "world" in own else node.value
        path = posixpath.normpath(posixpath.join(posixpath.dirname(notation.path), str(named)))
        if path not in self.worlds:
            text = self.read(path)
            if text is None:
                raise notation.wrong(node, f"there is no file {path} with a recorded world", "a path is relative, and committed")
            recorded = Notation(path, text)
            root = recorded.root()
            if root is None or not is_world(root):
                raise ConfigError(f"{path}:1: this is no recorded world: it has no `calls`")
            self.worlds[path] = world_of(recorded, root, path)
        return self.worlds[path]

    def _threshold(self, node: yaml.Node | None) -> float | None:
        if node is None:
            return None
        value = self.notation.json(node)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            raise self.wrong(node, "`threshold` lies between 0 and 1", "the share of the checks, by weight, that must pass")
        return float(value)

    def _expected(self, own: dict[str, yaml.Node], shared: Shared) -> tuple[Expectation, ...]:
        """The scenario's checks, and those that all of its file share."""
        found = list(expectations(self.notation, own["expect"])) if "expect" in own else []
        if "expect" in shared.defaults:
            notation, node = shared.defaults["expect"]
            found += expectations(notation.filling(self.notation.variables), node)
        return tuple(found)
