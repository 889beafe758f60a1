"""Judges a value: a password, a random key, a placeholder, or something that only code would say."""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"your[_\-. ]?|[_\-. ]here$|placeholder|change[_-]?(?:me|it)|insert[_-]|replace|redacted|dummy|todo\b|not[_-]?a?[_-]?(?:real|secret)"
    r"|fake|lorem|x{5,}|\*{3,}|\.{3,}|#{6,}|0{9,}|1{9,}|1234567890123|abcdefghij|deadbeefdead|put[_ -](?:it|your)|fill[_-]?(?:me|in)"
    # templates
    r"|<[\w .:/|,=?%@'\"$-]*>|<%|\$\{[\w.:/?!\[\]()'\"|, -]*\}|\$\{\{|\$\([^)]+\)|\{\{[^{}]*\}\}|%\(\w+\)"
    r"|\$\$\w+\$\$|@@?\w+@@|__[A-Z][A-Z_]+__",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"^(?:pk_(?:test|live)_|chatcmpl-|msg_|toolu_|req_|call_|run_|resp_|asst_|thread_|fp_|file-|ft:|batch_|evt_|cus_|pi_|ch_"
    r"|sha\d{1,3}[-:]|md5[-:]|urn:|arn:|data:|ssh-(?:rsa|ed25519|dss)\b|ecdsa-sha2|\$2[aby]\$|\$(?:1|5|6|apr1|argon2\w*|pbkdf2\S*)\$|\{S?SHA\d*\})"
)
_COMMON = re.compile(
    r"(?i)(?:pass|password|passwd|passphrase|secret|username|user|token|key|api|test|testing|admin|root|hunter|letmein|qwerty|welcome|monkey|foo"
    r"|bar|baz|my|some|the|demo|default|super|strong|valid|invalid|wrong|correct|bad|good|new|old|another|other|value|local|dev|prod|db|client"
    r"|auth|login|secure|private|public|access|string|abc|abcd|xyz|guest|postgres|mysql|redis|mongo|mongodb|rabbitmq|minio|minioadmin|_|-|@|!"
    r"|p[a@]ss?w[o0]rd|\d{1,4})+"
)


def entropy(value: str) -> float:
    """Bits per character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values()) if value else 0.0


@lru_cache(maxsize=8192)
def is_placeholder(value: str) -> bool:
    """Whether a value stands for a credential without being one."""
    if _PLACEHOLDER.search(value) or _PUBLIC.match(value):
        return True
    if len(value) <= 64 and re.search(r"example|sample", value, re.IGNORECASE):
        return True
    return len(set(value.lower()) - set("-_")) <= 3 or _is_drawn_out(value) or _says_so_encoded(value)


def _says_so_encoded(value: str) -> bool:
    """Whether it is a placeholder or a common word in Base64."""
    if not 12 <= len(value) <= 88 or len(value) % 4 or re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value) is None:
        return False
    plain = base64.b64decode(value)
    if any(not 32 <= sign < 127 for sign in plain):
        return False
    text = plain.decode("ascii")
    return _PLACEHOLDER.search(text) is not None or re.search(r"example|sample", text, re.IGNORECASE) is not None


def _is_drawn_out(value: str) -> bool:
    """Whether it counts up or down, or says the same again and again: made by hand, or a table of signs."""
    body = value.lower()
    if len(body) <= 64 and any(len(set(unit)) > 1 for unit in re.findall(r"(.{4,12}?)\1\1", body)):
        return True
    if len(body) >= 12 and re.fullmatch(r"(.{1,8}?)\1{2,}.{0,7}", body):
        return True
    steps, run, covered = 99, 1, 0
    for left, right in pairwise(body):
        step = ord(right) - ord(left)
        if step in (-1, 0, 1) and step == steps:
            run += 1
        else:
            covered += run if run >= 4 else 0
            run, steps = 2 if step in (-1, 0, 1) else 1, step
    covered += run if run >= 4 else 0
    return covered * 2 >= len(body) > 0


def is_common(value: str) -> bool:
    """Whether it is put together from the words that stand for a password everywhere."""
    return _COMMON.fullmatch(value) is not None


def is_words(value: str) -> bool:
    """Whether what follows the prefix is only words, as in a name of a program."""
    last = re.split(r"[-_.]", value)[-1]
    body = re.sub(r"^[A-Za-z]{1,6}[-_]", "", value)
    plain = r"[a-z]+|[A-Z]+|(?:[A-Z][a-z]+)+|[a-z]+(?:[A-Z][a-z]+)+"
    return (len(last) > 8 and re.fullmatch(plain, last) is not None) or (
        not re.search(r"\d", body) and all(re.fullmatch(plain, p) for p in re.split(r"[-_.]", body) if p)
    )


def jumps(value: str) -> float:
    """How often the sort of sign changes from one to the next in a way that words do not: 0 never, 1 always."""
    sorts = ["d" if c.isdigit() else "u" if c.isupper() else "l" if c.islower() else "o" for c in value]
    turns = sum(a != b and (a, b) not in (("u", "l"), ("o", "l"), ("l", "o")) for a, b in pairwise(sorts))
    return turns / (len(value) - 1) if len(value) > 1 else 0.0


def is_password(value: str) -> bool:
    """At least eight signs of two sorts, and no word that is only an example."""
    if len(value) < 8 or is_placeholder(value) or is_code(value) or is_common(value):
        return False
    if value.isalpha():
        if jumps(value) >= 0.4 and len(value) >= 10:
            return True
        if len(value) >= 4 * len(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", value)):
            return False  # words run together, as in the name of a class
    sorts = sum(bool(re.search(p, value)) for p in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
    return sorts >= 2 and (
        re.search(r"\d", value) is not None
        or sorts >= 3
        or (
            sorts == 2
            and entropy(value) > 3.3
            and not re.search(r"[-_:/.*()]", value)
            and not re.fullmatch(r"[A-Z]?[a-z]+(?:[A-Z][a-z]+)*", value)
        )
    )


def is_random(value: str) -> bool:
    """Long, mixed and without the rhythm of words."""
    if len(value) < 10 or not re.search(r"[A-Za-z]", value) or UUID.fullmatch(value):
        return False
    if not re.search(r"\d", value):
        if len(value) >= 16 and len(set(re.findall(r"[^\w\s.:/,=-]", value))) >= 4:
            return True  # nobody writes so many odd signs by accident
        return len(value) >= 20 and jumps(value) >= 0.3 and value.isalpha()
    if len(value) < 16:
        return jumps(value) >= 0.4 and entropy(value) >= 3.0 and len(re.findall(r"\d", value)) >= 2
    if entropy(value) < 3.0:
        return False
    if re.fullmatch(r"[0-9a-fA-F]+", value) and re.search(r"[a-f]", value) and re.search(r"[A-F]", value):
        return False  # hexadecimal in two cases is made up by hand
    if _is_wordy(value):
        return False
    parts = [p for p in re.split(r"[-_./:+]", value) if p]
    wordlike = sum(len(p) for p in parts if re.fullmatch(r"[A-Za-z][a-z]*|[A-Z]+|\d{1,4}|v\d+(?:\d|\.)*|[A-Z]?[a-z]+\d{1,4}", p))
    return wordlike * 2 <= sum(map(len, parts))


def _is_wordy(value: str) -> bool:
    """Whether most of it is words: small letters in a row, which chance seldom puts beside capitals and digits."""
    if re.search(r"[a-z]", value) and re.search(r"[A-Z]", value) and len(re.findall(r"\d", value)) * 8 < len(value):
        return sum(map(len, re.findall(r"[a-z]{4,}", value))) * 2 > len(value)
    return jumps(value) < 0.12


@lru_cache(maxsize=8192)
def is_code(value: str) -> bool:
    """A reference, path or expression rather than a value."""
    return bool(
        re.match(
            r"(?:os\.|env\.|process\.|self\.|this\.|config\.|settings\.|secrets\.|vars\.|params\.|request\.|getenv|ENV\[|\$[A-Za-z_(\[{]|%[A-Za-z_({]"
            r"|@[A-Za-z({]|\.{1,2}/|~|https?://|file://|[a-z]:\\|ENC\[)",
            value,
        )
        or (re.match(r"/[\w.-]*[a-z]{3}[\w.-]*(?:/|$)", value) and jumps(value) < 0.25)
        or (re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", value) and not any(len(p) >= 16 and jumps(p) >= 0.3 for p in value.split(".")))
        or re.fullmatch(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+", value)
        or re.fullmatch(r"(?:[a-z]+[-_])+[a-z]+", value)
        or re.search(r"\\[dws]|\[\^?[\w-]+\]|\{\d+,?\d*\}|\(\?", value)
        or re.search(r"\[[^\]]*(?:a-z|A-Z|0-9)", value)
        or re.fullmatch(r"(?:[^{}]{0,7}\{[A-Za-z_][^{}]*\})+[^{}]{0,7}", value)  # a template
        or re.search(
            r"(?i)\.(?:cer|pem|p12|key|keytab|json|ya?ml|txt|com|org|net|io|py|js|crt|jar|conf|env|html?|pub|jks|pfx)(?::\d+)?$", value
        )
    )


_NUMBERED = re.compile(
    r"(?i)sha\d+|md5|x?25519|ed25519|x509|oauth2|utf8|base\d\d|b64|u?int\d+|i18n|l10n|k8s|ec2|s3|p256|v\d|h26[45]|argon2|pbkdf2|[23]d|2fa"
)


def is_expression(value: str) -> bool:
    """Something that an unquoted value in code would be: a name, a number, a truth value."""
    if re.fullmatch(r"(?i)true|false|null|none|nil|undefined|[\d._]+", value):
        return True
    if re.fullmatch(r"(?i)[a-z_][\w.]*", value) is None:
        return False
    # no name has small letters straight behind digits, but for these
    strange = re.search(r"\d[a-z]", _NUMBERED.sub("", value)) is not None and len(value) >= 8
    return not strange and not (re.search(r"\d", value) and entropy(value) > 3.4 and len(value) >= 12)
