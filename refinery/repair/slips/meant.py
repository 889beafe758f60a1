"""Which of several names the right answers are of: they say it, or are what a template of that name reads like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from refinery.repair.filled import USUAL
from refinery.repair.slips.sight import Sight

MARK = re.compile("|".join(USUAL))
FEWEST_LETTERS = 6
NAMED = re.compile(
    r"^[ \t]*[-*+]?[ \t]*[*`\"']*([\w -]{2,30}?)[*`\"']*(?::|[ \t][-=]+>?)[ \t]+(\S.+)$|^#+[ \t]*([\w -]{2,30}?)[ \t]*$", re.MULTILINE
)


class Meant:
    """What right answers are of, and wrong ones are not."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight

    def tells(self, names: Iterable[str], replies: Iterable[str] = ()) -> bool:
        """Whether right answers have one of the names, or are what one of the replies reads like, and wrong ones are not."""
        return bool({_plain(name) for name in names} & self.names) or any(self._said(reply) for reply in replies)

    def took(self, names: Iterable[str]) -> bool:
        """Whether a wrong answer has one of the names, and no right one."""
        own, pairs = {_plain(name) for name in names}, (*self._sight.clues.instead, *self._sight.clues.answers)
        return bool(own & {_plain(each.wrong) for each in pairs} - {_plain(each.right) for each in pairs})

    @cached_property
    def names(self) -> frozenset[str]:
        """All names that right answers have as a whole, and those of templates that they read like."""
        pairs = [(_plain(each.right), _plain(each.wrong)) for each in (*self._sight.clues.instead, *self._sight.clues.answers)]
        wrong = {one for _, one in pairs}
        return frozenset({one for one, _ in pairs if one not in wrong} | set(self._by_template()))

    def _by_template(self) -> Iterator[str]:
        for scalar in self._sight.scalars:
            if isinstance(scalar.value, str) and self._said(scalar.value):
                yield from (_plain(key) for key in scalar.keys if isinstance(key, str))
        for text in self._sight.texts:
            heading = ""
            for line in text.text.splitlines():
                named = NAMED.match(line)
                heading = named[3] if named and named[3] else heading
                if named and named[2] and self._said(named[2]):
                    yield _plain(named[1])
                if heading and not (named and named[3]) and self._said(line):
                    yield _plain(heading)

    def _said(self, template: str) -> bool:
        pieces = MARK.sub("\0", template.strip()).split("\0")
        if sum(letter.isalpha() for piece in pieces for letter in piece) < FEWEST_LETTERS or len(template) > 500:
            return False
        form = re.compile("(?:^|\n)" + ".*?".join(map(re.escape, pieces)) + "(?:\n|$)")
        answers = self._sight.clues.answers
        return any(form.search(each.right) for each in answers) and not any(form.search(each.wrong) for each in answers)


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.strip().lower())
