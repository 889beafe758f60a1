"""Words replies from the templates in prompts/ and the notices in legal/."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from billing_agent import telemetry

HERE = Path(__file__).resolve().parent
PROMPTS = HERE.parent / "prompts"
LEGAL = HERE / "legal"
SLOT = re.compile(r"\{(\w+)\}")
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
EU = frozenset({"AT", "BE", "DE", "ES", "FR", "IE", "IT", "NL", "PT"})


def compose(name: str, **values: object) -> str:
    """A template with its slots filled. A line that has a slot without a value is left out."""
    template = template_of(name)
    with telemetry.chain("compose", {"template": name, "values": values}) as span:
        lines = [line for line in template.splitlines() if all(values[slot] not in (None, "") for slot in SLOT.findall(line))]
        text = SLOT.sub(lambda slot: str(values[slot[1]]), "\n".join(lines)).strip()
        span.output(text)
        return text


def notice(name: str, country: str) -> str:
    """The notice that Legal wants beside such a reply; empty where none is due."""
    region = "eu" if country in EU else country.lower()
    path = LEGAL / f"{name}_{region}.md"
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


@lru_cache(maxsize=None)
def template_of(name: str) -> str:
    """A template without its comments."""
    return COMMENT.sub("", (PROMPTS / f"{name}.md").read_text(encoding="utf-8"))
