"""What prompts tell an agent: who it is, and what it has to do, always or never."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.suite.generation.profile import Fact

NAMES = re.compile(r"prompt|instruction|persona|system_?message|guideline", re.IGNORECASE)
SUFFIXES = frozenset({".md", ".txt", ".jinja", ".jinja2", ".j2", ".prompt", ".tmpl", ".mustache"})
NO_PROMPT = re.compile(r"^(readme|changelog|license|licence|contributing|security|notice)\b", re.IGNORECASE)
COMMANDS = re.compile(
    r"\b(must|never|always|do not|don't|may not|should not|shall not|cannot|only (?:if|when|after|use|answer|quote|for)|"
    r"no more than|at most|at least|make sure|ensure|before you|refuse|without (?:asking|checking))\b",
    re.IGNORECASE,
)
SELF = re.compile(r"^(?:[\w .,-]{0,40}, )?you(?:'re| are| help| answer| work)\b(?!.*[{<]\w)", re.IGNORECASE)
SPEAKS = re.compile(r"(?:I|We)\b")
"""How what the agent itself is to say begins: that is no rule."""
SHORTEST, LONGEST = 15, 260
MOST = 60
Text = tuple[str, str]
"""A text, and where it begins."""


def prompts_in(texts: Mapping[str, str], trees: Mapping[str, ast.Module], data: Mapping[str, Json]) -> tuple[Text, ...]:
    """The prompts of an agent: files that are called so, constants in the code, values in configuration files."""
    found = [(text, f"{path}:1") for path, text in texts.items() if is_prompt(path)]
    found += [each for path, tree in trees.items() for each in _constants(path, tree)]
    found += [each for path, value in data.items() for each in (_texts(path, value) if NAMES.search(path) else _values(path, value, ""))]
    return tuple(found)


def is_prompt(path: str) -> bool:
    """Whether a file holds a prompt, by what it is called."""
    name = PurePosixPath(path)
    return name.suffix.lower() in SUFFIXES and not NO_PROMPT.match(name.name) and bool(NAMES.search(path))


def rules_of(prompts: tuple[Text, ...]) -> tuple[Fact, ...]:
    """The sentences that say what must or must not be. Those with a place to fill in are no whole sentences."""
    rules = [
        Fact(sentence, _further(where, line)) for text, where in prompts for line, sentence in _sentences(text) if COMMANDS.search(sentence)
    ]
    return tuple(rule for rule in rules if not re.search(r"[{<]\w", rule.says) and not SPEAKS.match(rule.says))[:MOST]


def job_of(prompts: tuple[Text, ...]) -> Fact | None:
    """The first sentence in which a prompt tells the agent who it is."""
    return next(
        (Fact(sentence, _further(where, line)) for text, where in prompts for line, sentence in _sentences(text) if SELF.search(sentence)),
        None,
    )


def _constants(path: str, tree: ast.Module) -> Iterator[Text]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [each.id if isinstance(each, ast.Name) else each.attr for each in targets if isinstance(each, ast.Name | ast.Attribute)]
            if any(map(_telling, names)) and len(node.value.value) > SHORTEST:
                yield node.value.value, f"{path}:{node.value.lineno}"
        elif isinstance(node, ast.keyword) and node.arg and _telling(node.arg):
            value = node.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and len(value.value) > SHORTEST:
                yield value.value, f"{path}:{value.lineno}"


def _values(path: str, value: Json, key: str) -> Iterator[Text]:
    if isinstance(value, str) and _telling(key) and len(value) > SHORTEST:
        yield value, path
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _values(path, part, name if not isinstance(part, dict | list) or not _telling(key) else key)
    elif isinstance(value, list):
        for part in value:
            yield from _values(path, part, key)


def _texts(path: str, value: Json) -> Iterator[Text]:
    """Every text of a file that is called so, whatever its keys are."""
    if isinstance(value, str) and len(value) > SHORTEST:
        yield value, path
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(path, part)


def _telling(name: str) -> bool:
    return bool(NAMES.search(name)) or name.lower() in ("system", "backstory", "role_description")


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences with their line; a list entry is one, or several, and a sentence may go on over lines."""
    paragraph: list[str] = []
    start = 0
    for number, line in enumerate([*re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).splitlines(), ""]):
        bare = line.strip()
        begins = re.match(r"^([-*+]|\d+[.)]|#+)\s+", bare)
        if (not bare or begins) and paragraph:
            yield from ((start, each) for each in _split(" ".join(paragraph)))
            paragraph = []
        if bare:
            if not paragraph:
                start = number
            paragraph.append(bare[begins.end() :] if begins else bare)


def _split(paragraph: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z\"'])", " ".join(paragraph.split())):
        if SHORTEST <= len(sentence) <= LONGEST:
            yield sentence


def _further(where: str, lines: int) -> str:
    path, colon, line = where.rpartition(":")
    return f"{path}:{int(line) + lines}" if colon and line.isdigit() else where
