"""YAML read as JSON, as YAML 1.2 has it, with file and line in every complaint, and with placeholders filled in."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from adapters.trace import Json
from refinery.errors import ConfigError

if TYPE_CHECKING:
    import yaml

MOST_NODES = 200_000
"""Aliases can make a small file unfold into a huge one."""
PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")

Variables = Mapping[str, Json]
"""What placeholders stand for, by name."""


class Notation:
    """One file while it is read."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.variables: Variables | None = None
        """None: braces are text like any other."""
        self._nodes = 0

    def filling(self, variables: Variables | None) -> Notation:
        """The same file, with placeholders that stand for these."""
        other = Notation(self.path, self.text)
        other.variables = variables
        return other

    def root(self) -> yaml.Node | None:
        """The whole file; None when it is empty."""
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

    def fields(self, node: yaml.MappingNode, keys: Sequence[str], what: str) -> dict[str, yaml.Node]:
        """The values of a mapping that may have these keys and no others, each once."""
        fields: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name not in keys:
                raise self.wrong(key, f"{what} has no key `{name}`", nearest(name, keys))
            if name in fields:
                raise self.wrong(key, f"the key `{name}` stands here twice")
            fields[name] = value
        return fields

    def json(self, node: yaml.Node, above: tuple[int, ...] = ()) -> Json:
        """A node's value."""
        import yaml

        self._nodes += 1
        if id(node) in above or self._nodes > MOST_NODES:
            raise self.wrong(node, "an alias here stands inside of what it names, or unfolds into too much")
        above = (*above, id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.json(item, above) for item in node.value]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, above)
        return self._scalar(node)

    def wrong(self, node: yaml.Node, says: str, hint: str = "") -> ConfigError:
        """What is wrong with a node, and where it stands."""
        return ConfigError(f"{self.path}:{node.start_mark.line + 1}: {says}", hint=hint)

    def _mapping(self, node: yaml.MappingNode, above: tuple[int, ...]) -> Json:
        import yaml

        found: dict[str, Json] = {}
        merged: dict[str, Json] = {}
        for key, value in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                for each in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    inner = self.json(each, above)
                    merged |= {name: part for name, part in inner.items() if name not in merged} if isinstance(inner, dict) else {}
            elif not isinstance(key, yaml.ScalarNode):
                raise self.wrong(key, "a key is a text")
            elif key.value in found:
                raise self.wrong(key, f"the key `{key.value}` stands here twice")
            else:
                found[key.value] = self.json(value, above)
        return merged | found

    def _scalar(self, node: yaml.Node) -> Json:
        """Only true and false are booleans, so the country NO stays one; dates and 12:30 are text."""
        text, tag = str(node.value), node.tag.rpartition(":")[2]
        if self.variables is not None and "{{" in text:
            return self._filled(node, text, self.variables)
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
        raise self.wrong(node, f"{node.tag} cannot be said in JSON, which the agent is given")

    def _filled(self, node: yaml.Node, text: str, variables: Variables) -> Json:
        """A text that is one placeholder becomes the variable's value, whatever its type; elsewhere it is written out."""
        for name in _names(text):
            if name not in variables:
                raise self.wrong(node, f"there is no variable `{name}`", nearest(name, tuple(variables)) if variables else "")
        whole = PLACEHOLDER.fullmatch(text)
        if whole:
            return variables[whole[1]]
        return PLACEHOLDER.sub(lambda found: _plain(variables[found[1]]), text)


def nearest(word: str, known: Sequence[str]) -> str:
    """A hint at the word that may have been meant."""
    near = get_close_matches(word, known, 1, 0.5)
    return f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}"


def _names(text: str) -> Iterator[str]:
    return (found[1] for found in PLACEHOLDER.finditer(text))


def _plain(value: Json) -> str:
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
