"""Which language a text is in, by its commonest words: enough to see that an answer is in another one than the question."""

from __future__ import annotations

import re

from refinery.signals.values import listed

WORD = re.compile(r"[^\W\d_]+")
COMMON = {
    "English": listed("the and of to is in that for you with are this on your have not can will was from what it be as at or we if by"),
    "German": listed(
        "der die das und ist nicht ein eine ich sie mit für auf von zu den dem wir sind wird haben auch bitte ihre wie bei im"
    ),
    "French": listed("le la les des et est une pour que dans vous nous avec pas sur ce qui du au votre je sont cette être plus il elle"),
    "Spanish": listed("el la los las es una para que en con por del se su más como está son este esta usted al lo qué puede"),
    "Italian": listed("il la gli le una per che di non con sono del della nel si come anche questo più ha alla mi vostro puoi"),
    "Portuguese": listed("os uma para que em com por da não se mais como está são este esta você ao na seu pode"),
    "Dutch": listed("de het een en niet van voor met op dat je zijn wij aan ook maar als er deze kan naar wordt om uw wat"),
    "Polish": listed("na nie jest się że co jak od po dla czy są ale jego przez proszę może był"),
    "Swedish": listed("och är att det en ett som på för med inte av den du vi kan har till om jag från eller ska var"),
}
"""Words of one letter, and those that English has too, tell nothing apart."""
NAMES = {name.lower(): name for name in COMMON} | {
    "deutsch": "German",
    "français": "French",
    "español": "Spanish",
    "italiano": "Italian",
    "português": "Portuguese",
    "nederlands": "Dutch",
    "polski": "Polish",
    "svenska": "Swedish",
}
WANTED = re.compile(
    r"\b(?:answer|respond|reply|write|speak|output|response|antworte|réponds|responde)\w*\b[^.\n]{0,40}?\b(?:in|auf|en)\s+("
    + "|".join(NAMES)
    + r")\b",
    re.IGNORECASE,
)
ENOUGH = 8
"""Words from which on a language can be told."""
SURE, AHEAD = 0.18, 1.8
"""The share of common words that a language must have, and how many times that of the next one."""


def language(text: str) -> str:
    """The language of a text; empty when it is too short, mixed, or none that is known."""
    found = [word.lower() for word in WORD.findall(text[:4_000])]
    if len(found) < ENOUGH:
        return ""
    shares = sorted(((sum(word in common for word in found) / len(found), name) for name, common in COMMON.items()), reverse=True)
    (best, name), (second, _) = shares[0], shares[1]
    return name if best >= SURE and best >= AHEAD * second else ""


def demanded(text: str) -> str:
    """The one language that a text demands an answer in; empty when it demands none, or several."""
    named = {NAMES[match.lower()] for match in WANTED.findall(text)}
    return named.pop() if len(named) == 1 else ""
