"""The way on from the relay to a vendor: requests passed on as they came, with the user's key where the agent has none of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from refinery.llm.port import Unavailable
from refinery.llm.wires import ANTHROPIC, SECRET_HEADERS

if TYPE_CHECKING:
    import httpx2

NO_KEY = "refinery"
"""What the agent finds in place of a key: the real one does not go where it runs."""
STAND_INS = (NO_KEY, f"Bearer {NO_KEY}")
OF_THE_CONNECTION = frozenset(
    {"host", "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "content-length", "accept-encoding"}
    | {"content-encoding", "set-cookie", "proxy-authorization", "proxy-authenticate", "content-type", "server", "date"}
)
"""Headers that belong to one connection, or that are written anew."""
SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Received:
    """An answer that begins to come."""

    status: int
    kind: str
    headers: Mapping[str, str]
    parts: Iterator[bytes]


@dataclass(slots=True)
class Upstream:
    """One vendor, at its address or at that of a server which speaks its language."""

    vendor: str
    base: str
    key: str = ""
    """The user's; empty when there is none."""
    _client: httpx2.Client | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __repr__(self) -> str:
        return f"Upstream({self.base})"

    @property
    def lacks_key(self) -> bool:
        return not self.key

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Received:
        """Pass a request on. Raises Unavailable."""
        import httpx2

        with self._lock:
            if self._client is None:
                self._client = httpx2.Client(timeout=httpx2.Timeout(SECONDS, connect=20.0), limits=httpx2.Limits(max_connections=None))
        request = self._client.build_request(
            method,
            f"{self.base.rstrip('/')}/{path}",
            content=body or None,
            headers={**self._passed_on(headers), "accept-encoding": "identity"},
        )
        try:
            response = self._client.send(request, stream=True)
        except httpx2.HTTPError as error:
            raise Unavailable(f"{self.base} cannot be reached ({type(error).__name__})", hint="check the network and the address") from None
        kept = {name: value for name, value in response.headers.items() if name.lower() not in OF_THE_CONNECTION}
        return Received(response.status_code, response.headers.get("content-type", ""), kept, self._parts(response))

    def close(self) -> None:
        """Let go of the connections."""
        if self._client:
            self._client.close()

    def _passed_on(self, headers: Mapping[str, str]) -> dict[str, str]:
        passed = {name: value for name, value in headers.items() if name not in OF_THE_CONNECTION or name == "content-type"}
        for name in SECRET_HEADERS:
            if name in passed and self.key:
                passed[name] = passed[name].replace(NO_KEY, self.key) if passed[name] in STAND_INS else passed[name]
        if self.key and not any(name in passed for name in SECRET_HEADERS):
            passed |= {"x-api-key": self.key} if self.vendor == ANTHROPIC else {"authorization": f"Bearer {self.key}"}
        return passed

    def _parts(self, response: httpx2.Response) -> Iterator[bytes]:
        import httpx2

        try:
            yield from response.iter_bytes()
        except httpx2.HTTPError as error:
            raise Unavailable(f"the answer of {self.base} broke off ({type(error).__name__})") from None
        finally:
            response.close()
