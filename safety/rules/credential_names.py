"""What a name says of its value: a password, a key, the key of a known vendor, or nothing secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from safety.rules.credential_shapes import Run
from safety.rules.credential_vendors import VENDORS


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


class Says(Enum):
    """The sort of a name."""

    NOTHING = "nothing"
    PASSWORD = "password"
    KEY = "key"
    PERHAPS = "perhaps"
    """A key, or one of the many other things that are called so."""


_PASSWORD = _set("password passwd passphrase passcode pwd pass passwort pword pw psk contrasena motdepasse")
_NO_PASS = _set("bypass compass encompass overpass underpass trespass surpass multipass onepass singlepass")
_SECRET = _set("secret token apikey authtoken accesskey secretkey privatekey apitoken bearer authorization dsn")
_KEYS = _set(
    """
    access account admin aes api app application auth cipher client crypto deploy encryption gpg hmac host iam jwt license licence
    master pgp root rsa ssh private project secret server service session shared signing storage subscription webhook user write read
    ingest integration
    """
)
_ENDINGS = ("password", "passwd", "passphrase", "secret", "token", "apikey", "passwort")
_NOT_LAST = _set(
    """
    name names id ids path paths file filename files url uri env var variable len length size type types field fields header
    headers prefix suffix expires expiry expiration expire ttl version count limit max min hash digest algorithm alg label title
    message msg error errors pattern regex re endpoint host provider policy param column store location description hint
    placeholder format enabled required manager class kind mode scope scopes issuer audience table vault ref reference identifier
    accessor code method status mapping index usage cost price budget help prompt input form fingerprint arn alias dir directory
    folder state check validator generator factory rotation tag tags checksum sha map mappings action event role group example
    family selector schema strength reset rule rules requirement requirements
    """
)
_NOT_FIRST = _set(
    """
    public csrf xsrf find fetch load read has is lookup resolve next page pagination stop eos bos pad unk sep cls special sort primary
    foreign partition cache cursor continuation design max min num n total used input output prompt completion keyboard author pub
    publishable get
    """
)
_NOT_ANYWHERE = _set("public publishable fingerprint csrf xsrf")
_HANDED_OUT = frozenset((first, second) for first in ("api", "auth", "access", "secret", "private") for second in ("key", "token")) | {
    ("client", "secret"),
    ("bearer", "token"),
    ("service", "token"),
    ("account", "token"),
    ("secret", "access"),
}
_MEANS_MORE = _set("github gitea azure ibm elastic facebook travis codecov jenkins discord youtube dd auth0 twitter brave exa")
"""Vendors that by name alone may stand for an id, a commit, a channel."""
_TELLING = _PASSWORD | _SECRET | {"key", "pat", "credential", "credentials", "auth", "accessid", "keyid"}


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, whichever way they are joined, without a number at its end."""
    words = tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name))
    return words[:-1] if len(words) > 1 and words[-1].isdigit() else words


@lru_cache(maxsize=4096)
def says(name: str) -> Says:
    """What the name of a value promises."""
    words = words_of(name.rsplit(".", 1)[-1])
    if len(words) == 1 and words[0] in ("key", "value", "secret") and "." in name:
        words = words_of(".".join(name.split(".")[-2:]))
    if not words or words[0] in _NOT_FIRST or words[-1] in _NOT_LAST or _NOT_ANYWHERE & set(words):
        return Says.NOTHING
    if any(word in _PASSWORD or (word.endswith(("password", "passwd", "passphrase", "pass")) and word not in _NO_PASS) for word in words):
        return Says.PASSWORD
    if any(word in _SECRET or word.endswith(_ENDINGS) for word in words) or words[-1] in ("auth", "credential", "credentials", "pat"):
        return Says.KEY
    pairs = list(pairwise(words))
    if any(second == "key" and (first in _KEYS or first in VENDORS) for first, second in pairs):
        return Says.KEY
    if ("connection", "string") in pairs or ("conn", "str") in pairs:
        return Says.KEY
    return Says.PERHAPS if words[-1] == "key" else Says.NOTHING


def is_token(name: str) -> bool:
    """Whether a name promises something handed out for logging in, so that even a UUID is one."""
    words = words_of(name)
    return bool(_HANDED_OUT & set(pairwise(words))) or words in (("authorization",), ("apikey",), ("authtoken",), ("apitoken",))


def vendor_of(name: str, value: str) -> str:
    """The vendor whose credential a value would be by its name and form, or nothing."""
    words = words_of(name)
    alone = words[:1] if len(words) == 1 and words[0] not in _MEANS_MORE else ()
    if not alone and not any(word in _TELLING or word.endswith(_ENDINGS) for word in words):
        return ""
    for vendor in (word for word in _joined(words) if word in VENDORS):
        if any(_shape(form).fullmatch(value) for form in VENDORS[vendor]):
            return vendor
    return ""


def is_private_feed(name: str) -> bool:
    """`BUNDLE_GEMS__SOMEWHERE__COM`: the setting in which Bundler keeps the login to a server of gems."""
    return name.startswith("BUNDLE_") and "__" in name


_STEMS = (
    *(
        "pass",
        "pwd",
        "pword",
        "pw",
        "psk",
        "secret",
        "token",
        "key",
        "credential",
        "auth",
        "bearer",
        "dsn",
        "connection",
        "conn_str",
        "connstr",
    ),
    *(
        "cookie",
        "bundle_",
        "_pat",
        "accessid",
        "access_id",
        "contrasena",
        "login",
        "log_in",
        "signin",
        "sign_in",
        "getconn",
        "pdo(",
        "mysqli",
    ),
    *("community", "mnemonic", "seed", "recovery", "hmac", "jws.", "jwt.", "identified", "securestring"),
)
_LONG_VALUE = re.compile(r"[:=][ \t]*[\"']?[\w.:+/-]{20}")
_NAME_BEFORE = re.compile(r"(?:^|[^\w.-])(\w+)[\"']?[ \t]*$")


def lines_that_name(text: str) -> list[int]:
    """Where the lines begin in which something is named that may be a credential."""
    small = text.lower()
    if len(small) != len(text):  # letters of some alphabets grow
        small = "".join(c.lower() if c.isascii() else c for c in text)
    starts: set[int] = set()
    for stem in _STEMS:
        at = small.find(stem)
        while at >= 0:
            starts.add(small.rfind("\n", 0, at) + 1)
            end = small.find("\n", at)
            at = small.find(stem, end) if end >= 0 else -1
    for match in _LONG_VALUE.finditer(small):
        start = small.rfind("\n", 0, match.start()) + 1
        name = _NAME_BEFORE.search(small, max(start, match.start() - 40), match.start())
        if name is not None and name.group(1) in VENDORS:
            starts.add(start)
    return sorted(starts)


def _joined(words: tuple[str, ...]) -> Iterator[str]:
    yield from words
    yield from (first + second for first, second in pairwise(words))


@lru_cache(maxsize=256)
def _shape(form: tuple[Run | str, ...]) -> re.Pattern[str]:
    parts = (re.escape(part) if isinstance(part, str) else f"[{part.letters}]{{{part.shortest},{part.longest}}}" for part in form)
    return re.compile("".join(parts))
