"""The texts of a repository that are written for a model: prompt files, descriptions in configuration, long texts in code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from refinery.edits.config import replaced
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar
from refinery.repair.module import FUNCTIONS, Module
from refinery.repair.wording import parts
from refinery.repair.world import text_of

TEMPLATES = frozenset({".md", ".txt", ".j2", ".jinja", ".jinja2", ".prompt", ".tmpl", ".mustache", ".xml"})
GAP = re.compile(r"\{\{|\{[A-Za-z_]\w*\}|\$\{?[A-Za-z_]")
LONGEST = 12_000
"""Characters of a text that is taken for a prompt; what is longer is a document."""
FEWEST_WORDS = 3
FEWEST_IN_CODE = 5
SPOKEN_TO = frozenset({
    "description", "prompt", "instruction", "system", "template", "guideline", "rule", "about", "help", "persona", "role", "message",
    "wording", "policy", "style", "tone",
})  # fmt: skip
"""Words in the names of what is said to a model."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One such text, and how it is written back."""

    path: str
    name: str
    """What to call it in a sentence."""
    text: str
    put: Callable[[str], str] = field(repr=False, compare=False)
    """The file with another text in its place; empty where that cannot be."""
    lines: bool = True
    """It may have lines of its own."""
    spoken_to: bool = True
    """It is said to a model or filled in, as far as can be told; else it may be a document that is searched."""


def wordings(sources: Mapping[str, str], modules: Iterable[Module], scalars: Iterable[Scalar]) -> list[Wording]:
    """All of them. A file of text counts only where code names it, or the folder it lies in."""
    modules = list(modules)
    named = _named(modules)
    found = [
        Wording(path, path, text, _same, spoken_to=_is_said(path, text, named))
        for path, text in sorted(sources.items())
        if PurePosixPath(path).suffix.lower() in TEMPLATES and len(text) <= LONGEST and _is_read(path, named)
    ]
    for scalar in scalars:
        value = scalar.value
        if isinstance(value, str) and len(value.split()) >= FEWEST_WORDS and len(value) <= LONGEST and _for_a_model(scalar):
            found.append(Wording(scalar.path, f"{scalar.name} in {scalar.path}", value, _Setting(sources, scalar), "\n" in value))
    for module in modules:
        found += _in_code(module)
    return found


def _same(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class _Setting:
    """Writes the text back as a value of configuration."""

    sources: Mapping[str, str]
    scalar: Scalar

    def __call__(self, text: str) -> str:
        try:
            return replaced(self.sources[self.scalar.path], self.scalar, text)
        except (NotFaithful, NotParsable):
            return ""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Writes the text back between two places of a file."""

    whole: str
    start: int
    end: int

    def __call__(self, text: str) -> str:
        return self.whole[: self.start] + text + self.whole[self.end :]


def _named(modules: Iterable[Module]) -> str:
    """All short texts in code, one a line."""
    texts = (text_of(node) for module in modules for node in module.inside(module.tree))
    return "\n".join(dict.fromkeys(text for text in texts if text and len(text) < 120))


def _is_read(path: str, named: str) -> bool:
    plain = PurePosixPath(path)
    return any(
        re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", named) for part in (plain.name, plain.stem, plain.parent.name) if len(part) > 1
    )


def _is_said(path: str, text: str, named: str) -> bool:
    """Whether a file is a prompt by its own name, by that of its folder, or by the gaps it has."""
    plain = PurePosixPath(path)
    own = any(re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", named) for part in (plain.name, plain.stem) if len(part) > 1)
    return own or GAP.search(text) is not None or any(parts(part) & SPOKEN_TO for part in plain.parts)


def _for_a_model(scalar: Scalar) -> bool:
    """Whether a setting is said to a model. In records, which are data, only what is called so."""
    if any(parts(key) & SPOKEN_TO for key in scalar.keys if isinstance(key, str)):
        return True
    return not any(isinstance(key, int) for key in scalar.keys)


def _in_code(module: Module) -> Iterator[Wording]:
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(module.tree)
        if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Module)) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in module.inside(module.tree):
        text = text_of(node)
        if not text or len(text.split()) < FEWEST_IN_CODE or id(node) in docstrings or isinstance(module.parents.get(node), ast.JoinedStr):
            continue
        assert isinstance(node, ast.Constant)
        start, end = module.span(node)
        raw = module.text[start:end]
        quote = re.match(r"[bBuU]?(\"\"\"|'''|\"|')", raw)
        if quote is None or "\\" in raw:  # what is written with signs of its own is not written back
            continue
        inner = _Stretch(module.text, start + quote.end(), end - len(quote[1]))
        name = f"the text in line {node.lineno} of {module.path}"
        yield Wording(module.path, name, module.text[inner.start : inner.end], inner, len(quote[1]) > 1)
