"""How a platform refuses an answer, in our words: whose fault it is, whether it may pass, and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from adapters.patience import PASSING, Busy
from adapters.source import Denied, SourceError, Unreachable

LACKING = frozenset({404, 405, 501})
"""How servers answer that have no such address, or nothing there."""


WHOLE_S = 300.0
"""An answer that trickles in for longer than this is given up."""


class Lacking(Exception):
    """There is no such address, or nothing there; what that means depends on what was asked."""


@dataclass(frozen=True, slots=True)
class Site:
    """A platform's server, what opens it, and where the user sets both. What is secret is never shown."""

    platform: str
    base: str
    address_at: str
    """The variable that holds the address, for hints."""
    key_at: str
    """The variables that hold the credentials, for hints."""
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 60.0

    def __repr__(self) -> str:
        return f"Site({self.where})"

    @property
    def where(self) -> str:
        """The server, without anything secret that its address may hold."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    def checked(self) -> Site:
        """Itself, if one can talk to it. Raises Unreachable for what is no address, Denied for what can be no key."""
        if not _is_address(self.base):
            raise Unreachable(f"{self.address_at} is not an address", hint="write it in full, such as https://traces.example.com")
        for value in self.headers.values():
            if not (value.isascii() and value.isprintable()):
                raise Denied(f"{self.key_at} holds characters that no key has", hint=f"copy it again from {self.platform}'s settings")
        return self

    def refused(self, status: int, retry_after: str | None, what: str) -> Exception:
        """The failure that an HTTP status stands for."""
        said = f"(HTTP {status})"
        if status in (401, 403):
            hint = f"see that {self.key_at} is valid and may read this, and that {self.address_at} is the right server's"
            return Denied(f"{self.where} refuses the credentials {said}", hint)
        if status in LACKING:
            return Lacking()
        if status == 429:
            failure = Unreachable(f"{self.where} allows no more requests for now {said}", "try later, or pull less: --since, --limit")
            return Busy(failure, retry_after, throttled=True)
        if status in PASSING:
            return Busy(Unreachable(f"{self.where} is in trouble {said}", hint="try later: what was pulled is kept"), retry_after)
        if 300 <= status < 400:
            return Unreachable(f"{self.where} points elsewhere {said}", hint=f"set {self.address_at} to the address itself")
        return SourceError(f"{self.where} refuses to answer about {what} {said}", hint="see that project, id and conditions are right")

    def unreachable(self) -> Busy:
        """No answer at all, or one that broke off."""
        hint = f"see that {self.address_at} and the network are right"
        return Busy(Unreachable(f"{self.where} cannot be reached, or the connection broke", hint))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
