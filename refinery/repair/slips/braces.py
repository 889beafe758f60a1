"""Marks of templates that are written otherwise than what fills them takes: braces not doubled, one mark unlike the others, a bare `$`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from refinery.repair.prompts import Wording
from refinery.repair.slips.sight import Found, Sight, reworded

PLACE = re.compile(r"\{[A-Za-z_]\w*(?:[.\[][^{}]*)?(?:![rsa])?(?::[^{}]*)?\}")
OTHER_ENGINES = re.compile(r"jinja|mustache|\\\{\\\{|['\"]\{\{['\"]|\{\{\{")
"""What code says that has marks of two braces."""
DOUBLE, SINGLE = re.compile(r"\{\{(\s*)([A-Za-z_]\w*)(\s*)\}\}"), re.compile(r"(?<!\{)\{(\s*)([A-Za-z_]\w*)(\s*)\}(?!\})")
HALF = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}(?!\})|(?<!\{)\{\s*([A-Za-z_]\w*)\s*\}\}")
DOLLAR = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")
PRICE, BARE_DOLLAR = re.compile(r"(?<!\$)(?:\$\$)*\$(?=\d)"), re.compile(r"(?<!\$)(?:\$\$)*\$(?![$A-Za-z_{])")
NAMED_PERCENT, BARE_PERCENT = re.compile(r"%\([A-Za-z_]\w*\)[-+0-9.]*[sdfr]"), re.compile(r"(?<!%)%(?=[\s.,;:)!?]|$)(?!%)")
LITERAL, SUSPECTED = 0.9, 0.6
"""How likely a brace that is no mark must be doubled: where the failure is one of filling in, and else."""
ODD, EVEN, UNBALANCED, BARE = 0.8, 0.4, 0.85, 0.9
"""How likely a mark is to be written as the others are, where there is but one other, where it is half written, where it is a bare sign."""
FEWEST = 2
FAILED = frozenset({"KeyError", "ValueError", "IndexError"})


def braces(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    double = OTHER_ENGINES.search(sight.code) is not None
    for text in sight.texts:
        if sight.fills and not double:
            yield from _undoubled(text, sight)
            yield from _spaced(text)
        if "substitute(" in sight.code.replace("safe_substitute(", "") and DOLLAR.search(text.text):
            bare = BARE_DOLLAR if sight.clues.any_of("invalid placeholder") else PRICE
            spans = [(each.end() - 1, each.end(), "$$") for each in bare.finditer(text.text)]
            yield from reworded(text, spans, BARE, "Double the dollar", "a bare `$` begins no mark") if spans else ()
        if NAMED_PERCENT.search(text.text):
            spans = [(*each.span(), "%%") for each in BARE_PERCENT.finditer(text.text)]
            yield from reworded(text, spans, BARE, "Double the percent sign", "a bare `%` begins a mark") if spans else ()
        yield from _unlike(text, double, sight)


def _undoubled(text: Wording, sight: Sight) -> Iterator[Found]:
    """Braces that stand for themselves in what `format` fills."""
    spans: list[tuple[int, int, str]] = []
    opened: list[bool] = []
    """Of each brace that is open, whether it is a single one."""
    at = 0
    while at < len(text.text):
        rest = text.text[at : at + 2]
        if rest == "{{" or (rest == "}}" and not (opened and opened[-1])):
            if opened and rest == "}}":
                opened.pop()
            elif rest == "{{":
                opened.append(False)
            at += 2
        elif rest[:1] == "{" and (mark := PLACE.match(text.text, at)):
            at = mark.end()
        else:
            if rest[:1] in ("{", "}"):
                spans.append((at, at + 1, rest[0] * 2))
            if rest[:1] == "{":
                opened.append(True)
            elif rest[:1] == "}" and opened:
                opened.pop()
            at += 1
    if spans and not opened and (PLACE.search(text.text) or sight.clues.errors & FAILED) and not HALF.search(text.text):
        prior = LITERAL if sight.clues.errors & FAILED else SUSPECTED
        yield from reworded(text, spans, prior, "Double the braces that are no marks", "`format` takes every single brace for a mark")


def _spaced(text: Wording) -> Iterator[Found]:
    spans = [(*each.span(), f"{{{each[2]}}}") for each in SINGLE.finditer(text.text) if each[1] or each[3]]
    if spans:
        yield from reworded(text, spans, UNBALANCED, "Write marks without blanks", "`format` takes a blank for a part of the name")


def _unlike(text: Wording, double: bool, sight: Sight) -> Iterator[Found]:
    """The one mark that is not written as the others, and marks with a brace too few."""
    forms = {"{{%s}}": list(DOUBLE.finditer(text.text)), "{%s}": list(SINGLE.finditer(text.text)), "$%s": list(DOLLAR.finditer(text.text))}
    count = Counter({form: len(marks) for form, marks in forms.items() if marks})
    single = sight.fills and not double
    likely = "{%s}" if single else "{{%s}}"
    usual, times = max(count.items(), key=lambda each: (each[1], each[0] == likely)) if count else ("{{%s}}" if double else "{%s}", 0)
    blanks = any(each[1] for each in forms["{{%s}}"])
    shape = usual.replace("%s", " %s ") if blanks and usual == "{{%s}}" else usual
    for each in HALF.finditer(text.text):
        name = each[1] or each[2]
        yield from reworded(text, [(*each.span(), shape % name)], UNBALANCED, f"Write {shape % name}", "the mark has a brace too few")
    for form, marks in forms.items():
        if form == usual or len(marks) != 1 or ("$" in form + usual and "{{" in form + usual):
            continue
        name = marks[0][1 if "$" in form else 2]
        given = single and "{{" in form and usual == "{%s}" and re.search(rf"\.format\([^()]*\b{name}=", sight.code)
        prior = ODD if given or (times >= FEWEST and (not double or "{{" in usual)) else EVEN
        says, why = f"Write {shape % name}", f"{'all the other marks are' if times > 1 else 'the other mark is'} written so"
        yield from reworded(text, [(*marks[0].span(), shape % name)], prior, says, why)
