"""What a name says of its value: a password, a key, the key of a known vendor, or nothing secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from safety.rules.credential_shapes import UUID, Run, alnum, b64, digits, hexa, lower, tilde, upper, url

STEM = re.compile(r"pass|pwd|pword|secret|token|key|credential|auth|bearer|dsn|connection|conn_|cookie|bundle_|_pat\b|accessid|access_id")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


class Says(Enum):
    """The sort of a name."""

    NOTHING = "nothing"
    PASSWORD = "password"
    KEY = "key"


_PASSWORD = _set("password passwd passphrase passcode pwd pass passwort pword")
_SECRET = _set("secret token apikey authtoken accesskey secretkey privatekey apitoken bearer authorization dsn")
_KEYS = _set(
    """
    access account admin aes api app application auth client crypto deploy encryption hmac host jwt license licence master
    private project secret server service session shared signing storage subscription webhook user write read ingest integration
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
    family selector
    """
)
_NOT_FIRST = _set(
    """
    public csrf xsrf next page pagination stop eos bos pad unk sep cls special sort primary foreign partition cache cursor
    continuation design max min num n total used input output prompt completion keyboard author pub publishable get
    """
)
_NOT_ANYWHERE = _set("public publishable fingerprint csrf xsrf")
_VENDORS: dict[str, tuple[tuple[Run | str, ...], ...]] = {
    # what has no form of its own, as its vendor describes it
    "algolia": ((hexa(32),),),
    "amplitude": ((hexa(32),),),
    "anyscale": ((lower(32),),),
    "assemblyai": ((hexa(32),),),
    "auth0": ((url(64),),),
    "azure": ((hexa(32),), (alnum(84),), (lower(52),)),
    "bitrise": ((url(86),),),
    "brave": ((url(31),),),
    "bugsnag": ((hexa(32),),),
    "cloudflare": ((hexa(37),), (url(40),)),
    "codecov": (UUID, (hexa(32),)),
    "cohere": ((alnum(40),),),
    "comet": ((alnum(25),),),
    "confluent": ((upper(16),), (b64(64),)),
    "contentful": ((url(43),),),
    "coralogix": (UUID,),
    "datadog": ((hexa(32),), (hexa(40),)),
    "dd": ((hexa(32),), (hexa(40),)),
    "deepgram": ((hexa(40),),),
    "digitalocean": ((hexa(64),),),
    "discord": ((url(32),), (hexa(64),)),
    "elastic": ((b64(56, 60), "=="),),
    "exa": (UUID,),
    "facebook": ((hexa(32),),),
    "fastly": ((url(32),),),
    "finnhub": ((lower(20, 40),),),
    "gitea": ((hexa(40),),),
    "github": ((hexa(40),),),
    "hetzner": ((alnum(64),),),
    "heroku": (UUID,),
    "ibm": ((url(44),),),
    "intercom": ((b64(59), "="),),
    "jenkins": ((hexa(32, 34),),),
    "kraken": ((b64(80, 90), "=="),),
    "linode": ((hexa(64),),),
    "logtail": ((alnum(24),),),
    "mapbox": ((url(60, 120),),),
    "meraki": ((hexa(40),),),
    "messagebird": ((alnum(25),),),
    "mistral": ((alnum(32),),),
    "mixpanel": ((hexa(32),),),
    "ngrok": ((alnum(27), "_", alnum(21)), (alnum(43, 49),)),
    "okta": ((url(40, 42),), (url(64),)),
    "openweathermap": ((hexa(32),),),
    "opsgenie": (UUID,),
    "pagerduty": ((url(20),), ("u+", url(18)), ("y_", url(18)), (hexa(32),)),
    "pinecone": (UUID,),
    "postmark": (UUID,),
    "pusher": ((hexa(20),),),
    "railway": (UUID,),
    "rollbar": ((hexa(32),), (hexa(128),)),
    "serpapi": ((hexa(64),),),
    "shodan": ((alnum(32),),),
    "snowflake": ((tilde(12, 400),),),
    "snyk": (UUID,),
    "softlayer": ((hexa(64),),),
    "sourcegraph": ((hexa(40),),),
    "spotify": ((hexa(32),),),
    "sumologic": ((alnum(14),), (alnum(64),)),
    "sumo": ((alnum(14),), (alnum(64),)),
    "telegram": ((digits(8, 10), ":", url(35)),),
    "travis": ((url(22),),),
    "twilio": ((hexa(32),),),
    "twitch": ((lower(30),),),
    "twitter": ((alnum(25),), (alnum(50),), (digits(15, 20), "-", alnum(40))),
    "upstash": ((b64(40, 120),), (b64(40, 120), "=="), (b64(40, 120), "=")),
    "vercel": ((alnum(24),),),
    "vultr": ((upper(36),),),
    "wandb": ((hexa(40),),),
    "wise": (UUID,),
    "youtube": ((url(39),),),
    "zendesk": ((alnum(40),),),
    "zoom": ((alnum(32),),),
}
_TELLING = _PASSWORD | _SECRET | {"key", "pat", "credential", "credentials", "auth", "accessid", "keyid"}


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, whichever way they are joined."""
    return tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name))


@lru_cache(maxsize=4096)
def says(name: str) -> Says:
    """What the name of a value promises."""
    words = words_of(name.rsplit(".", 1)[-1])
    if len(words) == 1 and words[0] in ("key", "value", "secret") and "." in name:
        words = words_of(".".join(name.split(".")[-2:]))
    if not words or words[0] in _NOT_FIRST or words[-1] in _NOT_LAST or _NOT_ANYWHERE & set(words):
        return Says.NOTHING
    if any(word in _PASSWORD or word.endswith(("password", "passwd", "passphrase")) for word in words):
        return Says.PASSWORD
    if any(word in _SECRET or word.endswith(_ENDINGS) for word in words) or words[-1] in ("auth", "credential", "credentials"):
        return Says.KEY
    pairs = list(pairwise(words))
    if any(second == "key" and (first in _KEYS or first in _VENDORS) for first, second in pairs):
        return Says.KEY
    if ("connection", "string") in pairs or ("conn", "str") in pairs:
        return Says.KEY
    return Says.NOTHING


def vendor_of(name: str, value: str) -> str:
    """The vendor whose credential a value would be by its name and form, or nothing."""
    words = words_of(name)
    if not any(word in _TELLING or word.endswith(_ENDINGS) for word in words):
        return ""
    for vendor in (word for word in _joined(words) if word in _VENDORS):
        if any(_shape(form).fullmatch(value) for form in _VENDORS[vendor]):
            return vendor
    return ""


def is_private_feed(name: str) -> bool:
    """`BUNDLE_GEMS__SOMEWHERE__COM`: the setting in which Bundler keeps the login to a server of gems."""
    return name.startswith("BUNDLE_") and "__" in name


def _joined(words: tuple[str, ...]) -> Iterator[str]:
    yield from words
    yield from (first + second for first, second in pairwise(words))


@lru_cache(maxsize=256)
def _shape(form: tuple[Run | str, ...]) -> re.Pattern[str]:
    parts = (re.escape(part) if isinstance(part, str) else f"[{part.letters}]{{{part.shortest},{part.longest}}}" for part in form)
    return re.compile("".join(parts))
