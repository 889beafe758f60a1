"""Scenario files: YAML read into Scenarios with every mistake named by file and line, and Scenarios written as YAML."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from adapters.trace import Json
from refinery.domain import Expectation, Scenario
from refinery.errors import ConfigError
from refinery.suite import checks

if TYPE_CHECKING:
    import yaml

KEYS = ("id", "capability", "assumption", "input", "expect", "tags", "trials")
ODD = re.compile("[\r\x85\u2028\u2029\ufeff]")
"""Letters that YAML takes for ends of lines; they have to be written as escapes."""
MOST_NODES = 200_000
"""Aliases can make a small file unfold into a huge one."""


def load(read: Callable[[str], str], paths: Sequence[str]) -> tuple[Scenario, ...]:
    """All scenarios of these files, in order. `read` gives a file's text. Raises ConfigError, naming file and line."""
    found: dict[str, Scenario] = {}
    for path in paths:
        for scenario in _File(path, read(path)).scenarios():
            if earlier := found.get(scenario.id):
                raise ConfigError(
                    f"{path}:{scenario.line}: there is a scenario {scenario.id!r} already, at {earlier.path}:{earlier.line}",
                    hint="give each scenario an id of its own",
                )
            found[scenario.id] = scenario
    return tuple(found.values())


def write(scenario: Scenario) -> str:
    """The scenario as a YAML file of its own; reading it gives the same scenario."""
    import yaml

    shape: dict[str, Json] = {"id": scenario.id}
    shape |= {key: text for key, text in (("capability", scenario.capability), ("assumption", scenario.assumption)) if text}
    shape |= {"input": scenario.input, "expect": [{each.kind: each.value} for each in scenario.expect]}
    shape |= {"tags": [*scenario.tags]} if scenario.tags else {}
    shape |= {"trials": scenario.trials} if scenario.trials is not None else {}
    return yaml.dump([shape], Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=100)


class _File:
    """One scenario file while it is read."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.nodes = 0

    def scenarios(self) -> Iterator[Scenario]:
        import yaml

        root = self._parsed()
        if root is None:
            return
        if isinstance(root, yaml.MappingNode):
            yield self._scenario(root)
            return
        if not isinstance(root, yaml.SequenceNode):
            raise self._wrong(root, "a scenario file is a list of scenarios", "begin each with `- id: some-name`")
        for node in root.value:
            if not isinstance(node, yaml.MappingNode):
                raise self._wrong(node, "a scenario is a mapping", "begin it with `- id: some-name`")
            yield self._scenario(node)

    def _parsed(self) -> yaml.Node | None:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            return yaml.compose(self.text, Loader=loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise ConfigError(f"{self.path}:{line}: this is not YAML: {error.problem or error.context}") from error
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise ConfigError(f"{self.path}:1: this is not YAML: {str(error).splitlines()[0]}") from error

    def _scenario(self, node: yaml.MappingNode) -> Scenario:
        fields = self._fields(node)
        if "id" not in fields:
            raise self._wrong(node, "the scenario has no id", "add `id: some-name`")
        name = self._id(fields["id"])
        for needed in ("input", "expect"):
            if needed not in fields:
                raise self._wrong(node, f"the scenario {name!r} has no `{needed}`", f"every scenario has one: {needed}: ...")
        return Scenario(
            id=name,
            input=self._json(fields["input"]),
            expect=tuple(self._expectations(fields["expect"])),
            capability=self._text(fields, "capability"),
            assumption=self._text(fields, "assumption"),
            tags=self._tags(fields.get("tags")),
            trials=self._trials(fields.get("trials")),
            path=self.path,
            line=node.start_mark.line + 1,
        )

    def _fields(self, node: yaml.MappingNode) -> dict[str, yaml.Node]:
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in KEYS:
                raise self._wrong(key, f"a scenario has no key `{name}`", _nearest(name, KEYS))
            if name in fields:
                raise self._wrong(key, f"the key `{name}` stands here twice")
            fields[name] = value
        return fields

    def _id(self, node: yaml.Node) -> str:
        value = self._json(node)
        name = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if not name.strip() or len(name) > 200 or not name.isprintable():
            raise self._wrong(node, "an id is one line of at most 200 letters", "for instance `id: price-in-euro`")
        return name

    def _text(self, fields: dict[str, yaml.Node], key: str) -> str:
        value = self._json(fields[key]) if key in fields else ""
        if not isinstance(value, str):
            raise self._wrong(fields[key], f"`{key}` is a text", "write it in quotes")
        return value

    def _tags(self, node: yaml.Node | None) -> tuple[str, ...]:
        value = self._json(node) if node is not None else []
        values = value if isinstance(value, list) else [value]
        if node is not None and not all(isinstance(each, str | int) for each in values):
            raise self._wrong(node, "`tags` is a list of words")
        return tuple(str(each) for each in values)

    def _trials(self, node: yaml.Node | None) -> int | None:
        if node is None:
            return None
        value = self._json(node)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self._wrong(node, "`trials` is a whole number from 1 on")
        return value

    def _expectations(self, node: yaml.Node) -> Iterator[Expectation]:
        import yaml

        if not isinstance(node, yaml.SequenceNode):
            raise self._wrong(node, "`expect` is a list of checks", 'begin each with a dash: `- contains: "EUR"`')
        if not node.value:
            raise self._wrong(node, "the scenario expects nothing, so it would always pass", "`- no-error: true` is the least")
        for check in node.value:
            if not isinstance(check, yaml.MappingNode) or len(check.value) != 1:
                raise self._wrong(check, "a check is a mapping with one key", 'for instance `- contains: "EUR"`')
            key, argument = check.value[0]
            kind, value = str(key.value), self._json(argument)
            if kind not in checks.kinds():
                raise self._wrong(key, f"there is no check `{kind}`", _nearest(kind, checks.kinds()))
            if problem := checks.problem(kind, value):
                raise self._wrong(key, f"`{kind}`: {problem}")
            yield Expectation(kind, value, check.start_mark.line + 1)

    def _json(self, node: yaml.Node, above: tuple[int, ...] = ()) -> Json:
        import yaml

        self.nodes += 1
        if id(node) in above or self.nodes > MOST_NODES:
            raise self._wrong(node, "an alias here stands inside of what it names, or unfolds into too much")
        above = (*above, id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self._json(item, above) for item in node.value]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, above)
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, above: tuple[int, ...]) -> Json:
        import yaml

        found: dict[str, Json] = {}
        merged: dict[str, Json] = {}
        for key, value in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                for each in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    inner = self._json(each, above)
                    merged |= {name: part for name, part in inner.items() if name not in merged} if isinstance(inner, dict) else {}
            elif not isinstance(key, yaml.ScalarNode):
                raise self._wrong(key, "a key is a text")
            elif key.value in found:
                raise self._wrong(key, f"the key `{key.value}` stands here twice")
            else:
                found[key.value] = self._json(value, above)
        return merged | found

    def _scalar(self, node: yaml.Node) -> Json:
        """As YAML 1.2 has it: only true and false are booleans, so the country NO stays one; dates and 12:30 are text."""
        text, tag = str(node.value), node.tag.rpartition(":")[2]
        if tag == "null":
            return None
        if tag == "bool" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if tag == "int" and re.fullmatch(r"[-+]?\d{1,4000}", text):
            return int(text)
        if tag == "float" and re.fullmatch(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?", text):
            number = float(text)
            if math.isfinite(number):
                return number
        if tag in ("str", "bool", "int", "float", "timestamp"):
            return text
        raise self._wrong(node, f"{node.tag} cannot be said in JSON, which the agent is given")

    def _wrong(self, node: yaml.Node, says: str, hint: str = "") -> ConfigError:
        return ConfigError(f"{self.path}:{node.start_mark.line + 1}: {says}", hint=hint)


def _nearest(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, 1, 0.5)
    return f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}"


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
