"""Configuration files as plain values, read strictly: duplicate keys and bombs are faults, and nothing is constructed or run."""

from __future__ import annotations

import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from safety.rules.kinds import Kind, kind_of

if TYPE_CHECKING:
    import yaml

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]
NODES = 200_000
DEEPEST = 100
_GIVEN = re.compile(r"""(?:"([^"\n]{1,200})"|'([^'\n]{1,200})'|(?<![\w"'])([\w@$./*-]{1,200}))\s*[:=]""")
_WITH_COMMENTS = re.compile(
    r"(?:^|/)(?:[tj]sconfig[\w.]*\.json|\.eslintrc(?:\.json)?|\.vscode/.*|devcontainer\.json|\.babelrc|\.swcrc|deno\.jsonc?|renovate\.json|.*\.jsonc|.*\.json5)$"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is not what its name says."""

    line: int | None
    says: str


LONGEST_NAME = 80
"""Letters that what a record is called may have."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value with the keys that lead to it."""

    keys: tuple[str, ...]
    value: str | int | float | bool | None

    @property
    def place(self) -> str:
        return ".".join(self.keys)


@lru_cache(maxsize=64)
def read(path: str, text: str) -> Value | Fault:
    """The values of a configuration file, or why it cannot be read. Several YAML documents are a list. Not to be changed."""
    kind = kind_of(path, text)
    try:
        if kind is Kind.JSON or kind is Kind.NOTEBOOK:
            return _json(path, text)
        if kind is Kind.TOML:
            return tomllib.loads(text.removeprefix("\ufeff"))
        if kind is Kind.YAML:
            return _yaml(text)
        if kind is Kind.INI:
            return _ini(text)
    except RecursionError:
        return Fault(None, "it is nested too deeply to be read")
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        return Fault(int(place.group(1)) if place else None, f"it is not TOML: {error}")
    return None


@lru_cache(maxsize=64)
def read_loosely(path: str, text: str) -> Value | Fault:
    """The values of a file in which keys may stand twice: what is dangerous counts wherever it stands. Not to be changed."""
    strict = read(path, text)
    if not isinstance(strict, Fault):
        return strict
    kind = kind_of(path, text)
    try:
        if kind is Kind.YAML:
            return _yaml(text, strict=False)
        if kind is Kind.JSON:
            plain = _without_comments(text.removeprefix("\ufeff"))
            value: Value = json.loads(plain, object_pairs_hook=lambda pairs: _both(pairs))
            return value
    except (RecursionError, ValueError):
        return strict
    return strict


def _both(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for key, value in pairs:
        out[key] = [out[key], value] if key in out else value
    return out


def leaves(value: Value | Fault, *, by_name: bool = False) -> list[Leaf]:
    """Every value with the keys that lead to it; members of lists by their number.

    With `by_name`, records of a list that are told apart by what they are called stand under that name, wherever they are in the list.
    """
    found: list[Leaf] = []
    todo: list[tuple[tuple[str, ...], Value]] = [] if isinstance(value, Fault) else [((), value)]
    while todo and len(found) < NODES:
        keys, one = todo.pop()
        if isinstance(one, dict):
            todo += [((*keys, str(k)), v) for k, v in reversed(one.items())]
        elif isinstance(one, list):
            names = (_names(one) if by_name else None) or [str(i) for i in range(len(one))]
            todo += [((*keys, name), v) for name, v in reversed(list(zip(names, one, strict=True)))]
        elif isinstance(one, int) and one.bit_length() > 4_000:
            found.append(Leaf(keys, "a number of very many digits"))  # Python itself refuses to write it out
        else:
            found.append(Leaf(keys, one if isinstance(one, (str, int, float, bool)) or one is None else str(one)))
    return found


def _names(records: list[Value]) -> list[str] | None:
    """What each record of a list is called: a text that all have under one key, and no two the same. None where there is no such key."""
    first = records[0] if records else None
    for key in first if isinstance(first, dict) else ():
        found = [record.get(key) if isinstance(record, dict) else None for record in records]
        names = [name for name in found if isinstance(name, str) and 0 < len(name) <= LONGEST_NAME]
        if len(set(names)) == len(records):
            return names
    return None


def line_of(text: str, leaf: Leaf) -> int | None:
    """About where a value stands: the first line that has its last key (and, if it can be told, its value)."""
    keys = [k for k in leaf.keys if not k.isdigit()]
    if not keys:
        return None
    lines, named = _lines(text), _named(text)
    hits = named.get(keys[-1], ())
    wanted = str(leaf.value).lower()
    return next((i for i in hits[:200] if wanted in lines[i - 1]), hits[0] if hits else None)


@lru_cache(maxsize=16)
def _lines(text: str) -> list[str]:
    return text.lower().splitlines()


@lru_cache(maxsize=16)
def _named(text: str) -> dict[str, list[int]]:
    """The lines on which each name is given a value: a file of ten thousand names is read once."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        for match in _GIVEN.finditer(line):
            for name in {match.group(1) or match.group(2) or match.group(3), (match.group(3) or "").rsplit(".", 1)[-1]} - {""}:
                found.setdefault(name, []).append(number)
    return found


def _json(path: str, text: str) -> Value | Fault:
    doubled: list[str] = []

    def pairs(items: list[tuple[str, Value]]) -> dict[str, Value]:
        seen: dict[str, Value] = {}
        for key, value in items:
            if key in seen:
                doubled.append(key)
            seen[key] = value
        return seen

    plain = text.removeprefix("\ufeff")
    if _WITH_COMMENTS.search(path):
        plain = _without_comments(plain)
    try:
        value: Value = json.loads(plain, object_pairs_hook=pairs, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return Fault(error.lineno, f"it is not JSON: {error.msg}")
    except ValueError as error:
        return Fault(None, f"it is not JSON: {error}")
    return Fault(None, f"the key {doubled[0]!r} stands twice; only one of them would count") if doubled else value


def _refuse(name: str) -> Value:
    raise ValueError(f"{name} is not a value of JSON")


def _without_comments(text: str) -> str:
    def keep(match: re.Match[str]) -> str:
        return match.group() if match.group().startswith('"') else "\n" * match.group().count("\n")

    bare = re.sub(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', keep, text, flags=re.DOTALL)
    return re.sub(r",(\s*[}\]])", r"\1", bare)


def _ini(text: str) -> Value | Fault:
    parser = configparser.RawConfigParser(strict=True, allow_no_value=True)
    try:
        parser.read_string(text if re.match(r"\s*(?:[#;].*\n\s*)*\[", text) else "[top]\n" + text)
    except AttributeError:  # how configparser fails on a line that continues a key without a value
        return Fault(None, "it is not an INI file: a line continues a key that has no value")
    except configparser.Error as error:
        return Fault(getattr(error, "lineno", None), f"it is not an INI file: {str(error).splitlines()[0]}")
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _yaml(text: str, *, strict: bool = True) -> Value | Fault:
    import yaml  # late: its import is slow

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        aliases, depth, line = 0, 0, 0
        for event in yaml.parse(text, Loader=loader):
            aliases += isinstance(event, yaml.AliasEvent)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            line = event.start_mark.line + 1 if event.start_mark else line
            if depth > DEEPEST:
                return Fault(line, "it is nested too deeply to be read")
        documents: list[yaml.Node | None] = list(yaml.compose_all(text, Loader=loader))
        values: list[Value] = []
        for document in documents:
            if document is None:
                values.append(None)
                continue
            fault = (_doubled(document) if strict else None) or (_bomb(document) if aliases else None)
            if fault:
                return fault
            values.append(_plain(document, loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return Fault(mark.line + 1 if mark else None, f"it is not YAML: {error.problem or error.context}")
    except (yaml.YAMLError, ValueError) as error:
        return Fault(None, f"it is not YAML: {str(error).splitlines()[0]}")
    return values[0] if len(values) == 1 else values if values else None


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node.value, list):
        for child in node.value:
            if isinstance(child, tuple):
                yield from child
            else:
                yield child


def _kind(node: yaml.Node) -> str:
    return str(getattr(node, "id", ""))


def _doubled(root: yaml.Node) -> Fault | None:
    todo, seen = [root], set()
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if _kind(node) == "mapping":
            keys: set[str] = set()
            for key, _ in node.value:
                if isinstance(key.value, str) and key.value != "<<":
                    if key.value in keys:
                        return Fault(key.start_mark.line + 1, f"the key {key.value!r} stands twice; only one of them would count")
                    keys.add(key.value)
        todo += _children(node)
    return None


def _bomb(root: yaml.Node) -> Fault | None:
    """Whether aliases unfold to more than a machine can hold, or to themselves."""
    sizes: dict[int, int] = {}
    path: set[int] = set()

    def size(node: yaml.Node) -> int:
        if id(node) in path:
            return NODES + 1
        if id(node) not in sizes:
            path.add(id(node))
            sizes[id(node)] = 1 + min(NODES + 1, sum(size(child) for child in _children(node)))
            path.discard(id(node))
        return sizes[id(node)]

    return Fault(root.start_mark.line + 1, "its aliases unfold to more than any program can hold") if size(root) > NODES else None


def _plain(node: yaml.Node, loader: type) -> Value:
    """A node as plain values; a tag that is not YAML's own is kept as the value under it."""
    if _kind(node) == "mapping":
        out: dict[str, Value] = {}
        for key, value in node.value:
            if key.value == "<<":
                merged = _plain(value, loader)
                for part in merged if isinstance(merged, list) else [merged]:
                    out = {**part, **out} if isinstance(part, dict) else out
            else:
                name, given = str(key.value), _plain(value, loader)
                out[name] = [out[name], given] if name in out else given
        return out
    if _kind(node) == "sequence":
        return [_plain(child, loader) for child in node.value]
    text = str(node.value)
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "bool":
        return text.lower() in ("true", "yes", "on", "y")
    if kind == "null":
        return None
    if kind in ("int", "float"):
        try:
            return int(text.replace("_", ""), 0) if kind == "int" else float(text.replace("_", ""))
        except ValueError:
            return text
    return text
