"""Answers that break a condition of the question: how many, how much money, in which years."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.early_end import GAVE_UP
from refinery.signals.quoting import quote
from refinery.signals.turns import answer, task

COUNTED = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
COUNT = re.compile(
    r"\b(?:list|name|give|find|suggest|recommend|provide|show|tell)\b(?: (?:me|us|the|exactly|only|just|your))* "
    r"(?P<least>at least )?(?P<most>at most |up to |no more than )?(?:the )?(?:top |best |first )?"
    r"(?P<count>\d{1,2}|" + "|".join(COUNTED) + r") (?!or |to |-)[a-z]",
    re.IGNORECASE,
)
ENTRY = re.compile(r"^[ \t]{0,3}(?:\*\*)?(?:\d{1,2}[.)]|[-*•])\s+\S", re.MULTILINE)
SIGN = r"(?:[$€£¥]|USD|EUR|GBP|CHF)"
AMOUNT = re.compile(rf"{SIGN}\s?(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s?(?:{SIGN}|dollars|euros|pounds)(?!\w)")
CHEAPER = re.compile(
    r"\b(?:under|below|less than|no more than|at most|up to|cheaper than|not over|maximum(?: of)?|max\.?)\s*$", re.IGNORECASE
)
DEARER = re.compile(r"\b(?:over|above|more than|at least|minimum(?: of)?)\s*$", re.IGNORECASE)
YEARS = re.compile(
    r"\b(?:between (?P<low>(?:1[89]|20)\d\d) and (?P<high>(?:1[89]|20)\d\d)"
    r"|(?P<word>before|prior to|after|since) (?P<year>(?:1[89]|20)\d\d))\b",
    re.IGNORECASE,
)
YEAR = re.compile(r"(?<![\d.,/\-])(?:1[89]|20)\d\d(?![\d/\-])")
DENIES = re.compile(r"\b(?:no|none|not|unfortunately|exceeds?|however|cannot|can't|outside)\b|n't\b", re.IGNORECASE)


def constraints(trace: Trace) -> Iterator[Signal]:
    """Another number of entries than was asked for, every price beyond the limit, or every year outside of the time asked about."""
    final = answer(trace)
    asked = task(trace)[:8_000]
    if final is None or not final.text.strip() or GAVE_UP.search(final.text[:600]):
        return
    said = final.text[:20_000]
    turn = final.turn
    broken = [_counted(asked, said)]
    if not DENIES.search(said):
        broken += [_priced(asked, said), _dated(asked, said)]
    for says in filter(None, broken):
        yield Signal("constraints", turn.span.id, turn.step, says, quote(turn, said), Layer.MODEL, "breaks-condition", 0.35, turn.agent)


def _counted(asked: str, said: str) -> str:
    wanted = list(COUNT.finditer(asked))
    entries = len(ENTRY.findall(said))
    if len(wanted) != 1 or entries < 2:
        return ""
    match = wanted[0]
    count = COUNTED.get(match["count"].lower()) or int(match["count"])
    fits = entries >= count if match["least"] else (entries <= count) if match["most"] else entries == count
    nested = not match["most"] and entries % count == 0  # as many points under each
    return "" if fits or nested else f"The answer has {entries} entries, where the question says “{match.group()[:-2].strip()}”"


def _priced(asked: str, said: str) -> str:
    amounts = [_value(match) for match in AMOUNT.finditer(said)]
    limits = [(match, _value(match)) for match in AMOUNT.finditer(asked)]
    if not amounts or len(limits) != 1:
        return ""
    match, limit = limits[0]
    before = asked[: match.start()]
    if CHEAPER.search(before) and min(amounts) > limit:
        return f"At most {match.group().strip()} was asked for, and the least that the answer names is {min(amounts):g}"
    if DEARER.search(before) and max(amounts) < limit:
        return f"At least {match.group().strip()} was asked for, and the most that the answer names is {max(amounts):g}"
    return ""


def _dated(asked: str, said: str) -> str:
    match = YEARS.search(asked)
    years = [int(year) for year in YEAR.findall(said)]
    if match is None or not years:
        return ""
    low, high = int(match["low"] or 0), int(match["high"] or 9_999)
    if match["word"]:
        year = int(match["year"])
        early = match["word"].lower() in ("before", "prior to")
        low, high = (0, year) if early else (year, 9_999)
    inside = any(low <= year <= high for year in years)
    return "" if inside else f"The question is about {match.group()}, and every year in the answer lies outside"


def _value(match: re.Match[str]) -> float:
    return float((match[1] or match[2]).replace(",", ""))
