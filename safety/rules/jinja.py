"""The grammar of Jinja; the one door to jinja2, which is asked to parse and never to render."""

from __future__ import annotations

import re

_STRANGERS = re.compile(r"unknown tag|no (?:filter|test) named", re.IGNORECASE)
"""An extension's tags are none of our business."""


def jinja_fault(text: str) -> tuple[int, str] | None:
    """The line and the words of what is wrong with a template; None when it can be parsed."""
    from jinja2 import Environment, TemplateSyntaxError  # late: few changes touch a template

    try:
        Environment(autoescape=True).parse(text)
    except TemplateSyntaxError as error:
        says = str(error.message)
        return None if _STRANGERS.search(says) else (error.lineno, says)
    except (RecursionError, ValueError, OverflowError):
        return 1, "it is nested too deeply"
    return None
