"""The way in: a question as JSON on standard input, the answer on standard output."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

SYSTEM_PROMPT = """You are the assistant for Northwind's API documentation.
Answer only from the pages you were given. Never guess a number that stands on none of them.
Always name the page that an answer stands on."""
TOP_K = 2


def search_pages(words: str, version: str = "latest") -> list[tuple[str, str]]:
    """The pages that have most of the words."""
    folder = Path(os.environ.get("DOCS_FOLDER", Path(__file__).parent.parent / "documents"))
    wanted = set(re.findall(r"\w{4,}", words.lower()))
    pages = [(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.md"), reverse=version == "latest")]
    return sorted(pages, key=lambda page: -len(wanted & set(re.findall(r"\w{4,}", page[1].lower()))))[:TOP_K]


TOOLS = {"search_pages": search_pages}


def reply(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one question."""
    question = str(request["question"]).strip()
    if not question:
        return {"text": "Please ask a question.", "pages": []}
    page, text = search_pages(question, request.get("version", "latest"))[0]
    return {"text": text.partition("\n\n")[2].strip(), "pages": [page]}


def main() -> None:
    sys.stdout.write(json.dumps(reply(json.load(sys.stdin))))


if __name__ == "__main__":
    main()
