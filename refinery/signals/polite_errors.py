"""Errors in good clothes: a tool's reply that tells of a failure while its status says that all is well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Json, Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import quote
from refinery.signals.stacks import named, raised
from refinery.signals.turns import Turn, parsed, results

OPENING = re.compile(
    r"\s*(?:\[|\(|<|\*)*(?:(?:[A-Za-z_]+ ){0,3}(?:error|exception|failed|failure|fatal)\b(?! rate|s? (?:handling|analysis"
    r"|code[s]? list))[^\n]{0,20}?[:!\]\n(]"
    r"|exit ?code:? *(?!0)\d+|failed to |could not |cannot |can't |unable to |no such |permission denied|access denied|unauthorized"
    r"|forbidden|invalid |not found|bad request|internal server error|service unavailable|connection (?:refused|reset)|missing )",
    re.IGNORECASE,
)
"""What a reply that is an error begins with."""
INSIDE = re.compile(
    r"(?:^|\b)(?:HTTP(?:/\d(?:\.\d)?)?[ :]+(?:status[ :]+)?[45]\d\d|(?:status|code)[ :=]+[45]\d\d\b|[45]\d\d (?:client error"
    r"|server error|not found|forbidden|unauthorized"
    r"|bad request|bad gateway|internal server error|service unavailable|too many requests)|no such (?:table|column|file|key|host)"
    r"|syntax error (?:at|near)|permission denied|access denied|command not found|is not (?:defined|recognized as)|does not exist"
    r"|err_[a-z_]{4,}|dns_probe|e(?:connrefused|notfound|acces|noent)\b|site can.t be reached|verify (?:that )?you(?:'re"
    r"| are) (?:a )?human"
    r"|not (?:found|available|authori[sz]ed|permitted|allowed|enough|sufficient)|must be|should match|is required|was not found"
    r"|unknown (?:tool|function|argument))",
    re.IGNORECASE,
)
"""What tells of an error anywhere in a short reply."""
SHORT = 300
ERROR_KEYS = frozenset({"error", "errors", "err", "exception", "error_message", "errormessage", "errormsg", "error_code"})
BAD = frozenset(
    {"error", "failed", "failure", "fail", "denied", "rejected", "unauthorized", "forbidden", "invalid", "not_found", "exception"}
)
OUTSIDE = re.compile(
    r"timed? ?out|timeout|connection|unavailable|bad gateway|internal server|too many requests|rate limit|quota|dns|50[0-9]\b|429"
    r"|overloaded"
    r"|permission|denied|unauthori|forbidden|40[13]\b|api key|credential|captcha|human|reached",
    re.IGNORECASE,
)
"""Errors that lie with the tool or the world around it; all others lie with what it was asked to do."""


def polite_errors(trace: Trace) -> Iterator[Signal]:
    """A reply that is an error text, an error object or a failed exit although its span is not marked as failed."""
    for turn in results(trace):
        if turn.span.failed or not turn.text.strip():
            continue
        words = error_in(turn.text)
        if words:
            who = turn.tool or turn.agent or "The tool"
            layer = Layer.TOOL if OUTSIDE.search(words) else Layer.CODE if raised(turn.text) else Layer.MODEL
            says = f"{who} answered with an error that nothing marks as one: {' '.join(words.split())[:160]}"
            yield Signal("polite_errors", turn.span.id, turn.step, says, quote(turn, words), layer, "tool-error", 0.55, turn.agent)


def error_in(text: str) -> str:
    """The words in which a reply tells of an error; empty when it does not."""
    value = parsed(text)
    if value is not None:
        return _in_json(value)
    head = text.strip()[:2_000]
    fault = raised(text)
    if fault:
        return fault.line
    if OPENING.match(head) or named(head):
        return _telling(head)
    if len(text) <= SHORT:
        match = INSIDE.search(text)
        return _line(text, match.start()) if match else ""
    return ""


def is_error(turn: Turn) -> bool:
    """Whether a reply is an error, marked or not."""
    return turn.span.failed or bool(error_in(turn.text))


def _in_json(value: Json) -> str:
    items = value[:5] if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, dict):
            continue
        for key, inner in item.items():
            low = key.lower()
            if low in ERROR_KEYS and inner not in (None, False, "", 0, [], {}, "none", "null", "None"):
                return _scalar(inner)
            if low in ("success", "ok", "succeeded") and inner is False:
                return _scalar(item.get("message") or item.get("reason") or item.get("detail") or f'"{key}"')
            if low == "iserror" and inner is True:
                return _scalar(item.get("content") or item.get("message") or f'"{key}"')
            if low in ("status", "state", "outcome", "code", "status_code", "statuscode") and _bad(inner):
                return _scalar(item.get("message") or item.get("reason") or item.get("detail") or inner)
    return ""


def _bad(value: Json) -> bool:
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int):
        return 400 <= value <= 599
    return isinstance(value, str) and (value.lower() in BAD or bool(re.fullmatch(r"[45]\d\d", value)))


def _scalar(value: Json) -> str:
    if isinstance(value, dict):
        return _scalar(
            next((inner for key, inner in value.items() if key in ("message", "detail", "type", "text")), next(iter(value.values()), ""))
        )
    if isinstance(value, list):
        return _scalar(value[0]) if value else ""
    return str(value)


def _telling(head: str) -> str:
    """The line that names the error: the last `XError: ...` line of a program's output, else the first line."""
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    for line in reversed(lines):
        if named(line):
            return line
    return next((line for line in lines if len(line) > 3), "")


def _line(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : len(text) if end < 0 else end].strip()
