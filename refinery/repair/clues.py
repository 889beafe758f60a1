"""What a diagnosis says that a search can use: kinds of error, names that were missing, words that matter."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from refinery.domain import Diagnosis, Layer
from refinery.repair.aligned import Instead, instead, lacked, told_apart, turned
from refinery.repair.asked import Asked
from refinery.repair.symptoms import symptoms
from refinery.repair.wording import parts, telling

ERROR = re.compile(r"\b[A-Z][A-Za-z]*(?:Error|Exception|Timeout)\b")
QUOTED = re.compile(r"""['"`]([A-Za-z_][\w.-]*)['"`]""")

STEM = 5
"""Letters that two words must share at their beginning to be taken for forms of one word."""


@dataclass(frozen=True, slots=True)
class Clues:
    """The evidence, taken apart once."""

    text: str
    """Everything that was said and quoted, in lower case."""
    words: frozenset[str]
    parts: frozenset[str]
    """The parts of the words."""
    stems: frozenset[str]
    """The beginnings of the long ones: `renewal` speaks of `renews_on`."""
    errors: frozenset[str]
    """Names of exceptions."""
    named: frozenset[str]
    """Names in quotation marks inside error messages: the missing key, the unknown attribute."""
    layer: Layer
    symptoms: frozenset[str] = frozenset()
    """How the answers differed from the right ones."""
    asked: Asked = field(default_factory=Asked)
    """The words of the inputs."""
    instead: tuple[Instead, ...] = ()
    """Stretches of wrong answers, with what the right ones have in their place."""
    answers: tuple[Instead, ...] = ()
    """The whole texts of wrong answers, with the right ones."""
    lacked: tuple[str, ...] = ()
    """Texts that stand by themselves in right answers, and in no wrong one."""
    turned: bool = False
    """An answer says what it should, in another order."""

    def any_of(self, *texts: str) -> bool:
        """Whether one of these texts (in lower case) was said."""
        return any(text in self.text for text in texts)

    def says(self, text: str) -> bool:
        """Whether a text was said as a word or words of its own, not as a part of one."""
        return re.search(rf"(?<!\w){re.escape(text.lower())}(?!\w)", self.text) is not None

    def mention(self, name: str) -> float:
        """How far a name is spoken of: 1 by itself, less by its parts."""
        if name in self.words or name in self.named:
            return 1.0
        own = parts(name)
        said = sum(part in self.parts or (len(part) >= STEM and part[:STEM] in self.stems) for part in own)
        return 0.7 * said / len(own) if own else 0.0


def clues(diagnosis: Diagnosis, words: Collection[str], asked: Asked | None = None) -> Clues:
    """Reads a diagnosis for the search; `words` are those of the failing checks, `asked` those of the inputs."""
    texts = [diagnosis.summary, diagnosis.expected, diagnosis.category]
    texts += [quote.text for quote in diagnosis.evidence]
    for signal in diagnosis.signals:
        texts += [signal.says, signal.category, *(quote.text for quote in signal.quotes)]
    said = "\n".join((*texts, *words))
    errors = frozenset(ERROR.findall(said))
    told = telling((*texts, *words))
    own = frozenset(part for word in told for part in parts(word) if len(part) > 1)
    return Clues(
        text=said.lower(),
        words=told,
        parts=own,
        stems=frozenset(part[:STEM] for part in own if len(part) >= STEM),
        errors=errors,
        named=frozenset(QUOTED.findall("\n".join(line for line in said.splitlines() if ERROR.search(line)))),
        layer=diagnosis.layer,
        symptoms=symptoms((*texts, *words), errors),
        asked=asked or Asked(),
        instead=instead(dict.fromkeys((*texts, *words))),
        answers=told_apart(dict.fromkeys((*texts, *words))),
        lacked=lacked(dict.fromkeys((*texts, *words))),
        turned=turned(dict.fromkeys((*texts, *words))),
    )
