"""Prompts are Markdown files; this fills them, strictly, and fences what is data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from importlib import resources

from refinery.errors import RefineryError

_SLOT = re.compile(r"\{\{(\w+)\}\}")


def prompt(name: str, **values: str) -> str:
    """The prompt `prompts/<name>.md` with every slot filled; a slot without value, or a value without slot, is our bug."""
    return fill(resources.files("refinery.agents").joinpath(f"prompts/{name}.md").read_text("utf-8"), values)


def version(names: Iterable[str]) -> str:
    """A mark that changes with every letter of these prompts."""
    folder = resources.files("refinery.agents")
    texts = [folder.joinpath(f"prompts/{name}.md").read_text("utf-8") for name in names]
    return sha256("\0".join(texts).encode()).hexdigest()[:12]


def fill(template: str, values: dict[str, str]) -> str:
    """Fills in one pass, so that braces within a value are never taken for a slot."""
    slots = set(_SLOT.findall(template))
    if slots != values.keys():
        wrong = sorted(slots ^ values.keys())
        raise RefineryError(f"a prompt and its values do not fit: {', '.join(wrong)}")
    return _SLOT.sub(lambda slot: values[slot[1]], template)


def fenced(what: str, text: str) -> str:
    """Text of others between tags that it cannot close, since their mark is made of the text itself."""
    sent = text.encode("utf-8", "replace")  # bytes that are no text cannot be sent
    mark = sha256(sent).hexdigest()[:8]
    return f'<data {mark} "{word(what, 200)}">\n{sent.decode()}\n</data {mark}>'


def word(text: str, most: int = 80) -> str:
    """A name of others in one line of our own text: short, and without anything that could look like more than a name."""
    return re.sub(r"[^\w ./:,()+-]", "_", text)[:most]
