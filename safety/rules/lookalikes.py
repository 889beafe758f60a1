"""Letters of other alphabets that are drawn like Latin ones."""

from __future__ import annotations

import unicodedata

_LIKE = {
    # Cyrillic
    **dict(zip("аеорсухіјѕһԁԛԝѵғъькмнтв", "aeopcyxijshdqwvfbbkmhtb", strict=True)),
    **dict(zip("АВЕКМНОРСТУХІЈЅҮԌԚԜ", "ABEKMHOPCTYXIJSYGQW", strict=True)),
    "ӏ": "l",
    "ɡ": "g",
    # Greek
    **dict(zip("οναρτυικχγηωϲϳ", "ovaptuikxynwcj", strict=True)),
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ", "ABEZHIKMNOPTYXC", strict=True)),
    # Armenian, Cherokee and others that are met in attacks
    **dict(zip("օոսցհւզք", "onugh1qp", strict=True)),
    **dict(zip("ᎪᏴᏟᎠᎬᎻᏆᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ", "ABCDEHIJKLMPRSTVWZ", strict=True)),
    **dict(zip("ıɩǀΙӀ", "iilIl", strict=True)),
    **dict(zip("ɑɐᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ", "aaabcdeghijklmnoprtuvwyz", strict=True)),
}
_OTHER_ALPHABETS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")


_LATIN = str.maketrans(_LIKE)


def skeleton(text: str) -> str:
    """A text with every letter replaced by the Latin one it looks like."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_LATIN)


def looks_latin(word: str) -> bool:
    """Whether a word has Latin letters and, among them, ones of another alphabet that look Latin."""
    latin = any(c.isascii() and c.isalpha() for c in word)
    strange = [c for c in word if c in _LIKE and unicodedata.name(c, "").startswith(_OTHER_ALPHABETS)]
    if not strange:
        return False
    others = [c for c in word if not c.isascii() and unicodedata.name(c, "").startswith(_OTHER_ALPHABETS)]
    return latin and len(strange) == len(others)
