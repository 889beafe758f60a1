"""Names in the tables of a YAML file that YAML does not read as texts: `no` as false, `007` as seven, `~` as nothing, a day as a date.

Code that looks for the text never finds such a name, and goes on with what stands for all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from refinery.edits.draft import spliced
from refinery.edits.scalar import NotParsable
from refinery.edits.yamls import Key, tables
from refinery.repair.slips.sight import Found, Sight, rewritten

FORMS = (
    (re.compile(r"(?i)yes|no|on|off"), 0.85),
    (re.compile(r"0\d+|\d+(?::[0-5]\d)+"), 0.85),
    (re.compile(r"\d+\.\d*0"), 0.6),
    (re.compile(r"\d{4}-\d\d-\d\d"), 0.5),
    (re.compile(r"\d+"), 0.25),
)
"""How likely such a name is meant as a text where none beside it is one; what is of no such form is not looked at there."""
SURE, MANY = 0.95, 0.6
"""How likely it is where texts stand beside it: where they are more or it is a word, and where most are no texts."""


def unquoted(sight: Sight) -> Iterator[Found]:
    """Quotation marks around all such names of a table."""
    for path, source in sight.settings.items():
        try:
            found = [(odd, keys) for keys in tables(source) if (odd := [key for key in keys if _odd(key)])] if _yaml(path) else []
        except NotParsable:
            continue
        for odd, keys in found:
            if prior := _meant(odd, [key for key in keys if key.sort == "str"]):
                names = ", ".join(key.raw for key in odd[:3]) + (", ..." if len(odd) > 3 else "")
                after = spliced(source, [(key.start, key.end, f'"{key.raw}"') for key in odd])
                yield from rewritten(path, after, prior, f"Quote the name {names}", "YAML does not take it for a text")


def _yaml(path: str) -> bool:
    return path.endswith((".yaml", ".yml"))


def _odd(key: Key) -> bool:
    return key.sort in ("int", "float", "bool", "null", "timestamp") and key.raw[:1] not in ("", '"', "'", "!", "&", "*")


def _meant(odd: Sequence[Key], texts: Sequence[Key]) -> float:
    forms = [next((number for number, (form, _) in enumerate(FORMS) if form.fullmatch(key.raw)), None) for key in odd]
    if texts:
        alike = any(form is not None and FORMS[form][0].fullmatch(key.raw.strip("\"'")) for key in texts for form in forms)
        words = all(key.raw[0].isalpha() or key.raw == "~" for key in odd)
        return SURE if alike or words or len(odd) < len(texts) else MANY
    return min((FORMS[form][1] if form is not None else 0.0 for form in forms), default=0.0)
