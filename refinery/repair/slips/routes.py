"""Rules that send a question somewhere by the words it has, in texts and in settings, with what failing questions say of them.

A question that has words of a rule, and of another one before it, was sent by that one; where the right answer is of the later rule, it
stands too late. One that has words of a wrong rule alone has a word that stands under the wrong name, and of one that has none, a word
is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import combinations, product
from math import prod

from refinery.repair.asked import TOKEN
from refinery.repair.slips.books import Book, Written, of_texts
from refinery.repair.slips.meant import Meant
from refinery.repair.slips.shelves import of_settings
from refinery.repair.slips.sight import Found, Sight
from refinery.repair.wording import EMPTY_WORDS, parts

LATE, LATE_KNOWN, LATE_UNTOLD = 0.75, 0.9, 0.45
"""How likely a rule stands too late where right answers are of it, where also wrong ones are of the rule before, and where none tell."""
ASIDE, ASIDE_UNTOLD = 0.7, 0.4
"""How likely a word stands under the wrong name: where right answers are of another rule, and where they do not tell."""
FOREMOST, NOT_FOREMOST = 0.93, 0.25
"""How likely it goes before all others where code, or another text, has it so; and what is left of before that one alone."""
LACKS = 0.6
"""How likely a rule that right answers are of lacks a word that a question has."""
UNLIKE = 0.3
"""What a word counts that stands elsewhere in its question than the rule's own words in others, where another one stands as they do."""
MOST_LINES = 3
"""Questions of which each may have a word of its own that a rule lacks."""
ASKING = frozenset({
    "what", "which", "who", "whose", "when", "where", "why", "how", "does", "did", "can", "could", "would", "please", "much", "many",
    "more", "most",
})  # fmt: skip
"""Words that any question may have."""
MOST_WORDS, MOST_OTHERS, SHORTEST, LONGEST_NAME, WEARS = 6, 6, 3, 40, 0.9


def routes(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    bad, good = sight.clues.asked.lines
    meant = Meant(sight)
    usual = {word for line in good for word in TOKEN.findall(line.lower())}
    for book in (*of_texts(sight.texts), *of_settings(sight)) if bad else ():
        if not any(book.fits(line) for line in (*bad, *good)):
            continue
        wanted = [place for place, rule in enumerate(book.rules) if meant.tells(rule.names, rule.replies)]
        for line in bad:
            fits = book.fits(line)
            if fits:
                yield from _late(book, fits, wanted, meant, sight)
                yield from _aside(book, line, fits, wanted)
        if wanted and any(book.fits(other) for other in good):
            yield from _lacks(book, [line for line in bad if not book.fits(line)], wanted, usual, sight)


def _late(book: Book, fits: Sequence[int], wanted: Sequence[int], meant: Meant, sight: Sight) -> Iterator[Found]:
    first, *later = fits
    prior = LATE_UNTOLD if not wanted else LATE_KNOWN if meant.took(book.rules[first].names) else LATE
    for place in [each for each in later if each in wanted] if wanted else later[:2]:
        why = "a question that went wrong has words of both, and the first that fits is taken"
        foremost = bool(first and wanted) and _foremost(book, place, sight)
        if foremost:
            says = f"Move {book.rules[place].shown} before all others"
            yield from book.move(place, 0, FOREMOST, says, f"{why}; elsewhere it stands before all of them")
        says = f"Move {book.rules[place].shown} before {book.rules[first].shown}"
        yield from book.move(place, first, prior * (NOT_FOREMOST if foremost else 1), says, why)


def _foremost(book: Book, place: int, sight: Sight) -> bool:
    """Whether each module and other list that has the name of a rule, and those of two others at the least, has it before all of them."""
    said = [(module.text, "[\"'](?:{})[\"']") for module in sight.modules]
    said += [
        (text.text, r"(?m)^[ \t]*(?:[-*+#]+|\d+[.)])[ \t]+[*`\"']*(?:{})\b")
        for text in sight.texts
        if not (isinstance(book, Written) and book.text is text)
    ]
    told: list[bool] = []
    for text, form in said:
        found = [
            re.search(form.format("|".join(re.escape(each) for each in rule.names if len(each) > 1)), text) if rule.names else None
            for rule in book.rules
        ]
        starts = [match.start() if match else -1 for match in found]
        others = [start for at, start in enumerate(starts) if at != place and start >= 0]
        if len(others) > 1 and starts[place] >= 0:
            told.append(starts[place] < min(others))
    return bool(told) and all(told)


def _aside(book: Book, line: str, fits: Sequence[int], wanted: Sequence[int]) -> Iterator[Found]:
    own = book.rules[fits[0]]
    cues = [place for place, cue in enumerate(own.cues) if cue.lower() in line.lower()]
    others = [place for place in range(len(book.rules)) if place not in fits]
    told = [place for place in others if place in wanted]
    if len(cues) != 1 or (wanted and not told) or len(own.cues) < 2:
        return
    for to in told or others[:MOST_OTHERS]:
        cue = own.cues[cues[0]]
        says = f"Move `{cue}` from {own.shown} to {book.rules[to].shown}"
        why = "a question that went wrong has it, and nothing else of that rule"
        yield from book.shift(fits[0], cues[0], to, ASIDE if told else ASIDE_UNTOLD, says, why)


def _lacks(book: Book, lines: Sequence[str], wanted: Sequence[int], usual: Set[str], sight: Sight) -> Iterator[Found]:
    told = [new for line in lines if (new := _telling(line, usual, sight))]
    for to in wanted:
        each = [_standing(words, book.rules[to].cues, sight) for words in told]
        for words in each:
            for word, share in words.items():
                says = f"Add `{word}` to {book.rules[to].shown}"
                why = "a question that went wrong has no word of any rule, and no other question has that one"
                yield from book.add(to, (word,), LACKS * share, says, why)
        few = each if 1 < len(each) <= MOST_LINES and not any(one.keys() & other.keys() for one, other in combinations(each, 2)) else []
        sets = [(tuple(own), prod(words[word] for words, word in zip(few, own, strict=True))) for own in product(*few)] if few else []
        for own, share in sorted(sets, key=lambda one: -one[1])[:MOST_OTHERS]:
            says = f"Add `{'`, `'.join(own)}` to {book.rules[to].shown}"
            why = "questions that went wrong have no word of any rule, each another one that no other question has"
            yield from book.add(to, own, LACKS * share, says, why)


def _standing(words: Sequence[str], cues: Sequence[str], sight: Sight) -> dict[str, float]:
    """What each word of a question counts, the likeliest first: more where it stands as words of the rule do in other questions."""
    like = {word: sight.clues.asked.stands_like(word, cues) for word in words}
    ordered = sorted(words, key=lambda word: -like[word])
    return {word: WEARS**order * (1.0 if like[word] or not any(like.values()) else UNLIKE) for order, word in enumerate(ordered)}


def _telling(line: str, usual: Set[str], sight: Sight) -> list[str]:
    """Words that a question may be known by, the likeliest first: names tell nothing, and what code and settings call things little."""
    tokens = TOKEN.findall(line)
    named = {word for place, word in enumerate(tokens) if place and word[:1].isupper() and not line.isupper()}
    words = [word for word in dict.fromkeys(tokens) if word.isalpha() and len(word) >= SHORTEST and word not in named]
    new = (
        [word.lower() for word in words if word.lower() not in usual and word.lower() not in EMPTY_WORDS | ASKING]
        if len(tokens) > 1
        else []
    )
    things = {part for scalar in sight.scalars for key in scalar.keys if isinstance(key, str) for part in parts(key)}
    things |= {word for text in sight.said if len(text) < LONGEST_NAME for word in parts(text)}
    return sorted(new, key=lambda word: word in things or re.search(rf"\b{word}\b", sight.code) is not None)[:MOST_WORDS]
