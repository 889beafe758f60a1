"""The one HTTP client, for platforms without an SDK that is fit: JSON in and out, asked again when busy, never faster than allowed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from adapters import notation, refused
from adapters.pace import Pace
from adapters.patience import Patience, again
from adapters.refused import Site
from adapters.source import NotFound, Unreadable
from adapters.trace import Json

if TYPE_CHECKING:
    import httpx2

Params: TypeAlias = "Mapping[str, str | int | Sequence[str] | None]"
CONNECTIONS = 16


class Web:
    """Talks to one server. Used by several threads."""

    def __init__(self, site: Site, patience: Patience | None, tell: Callable[[str], None], per_minute: float | None = None) -> None:
        self.site = site.checked()
        self._patience = patience or Patience()
        self._tell = tell
        self._pace = Pace(self._patience, per_minute)
        self._client = client(site)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def get(self, path: str, params: Params | None = None, *, what: str) -> Json:
        """The JSON at an address. Raises Lacking when there is nothing."""
        given = {key: value for key, value in (params or {}).items() if value not in (None, "", [], ())}
        return self._asked("GET", path, what, params=given)

    def post(self, path: str, body: Json, *, what: str) -> Json:
        """The JSON that is answered to a body. Raises Lacking when there is nothing."""
        return self._asked("POST", path, what, json=body)

    def missing(self, what: str) -> NotFound:
        """There is no such thing, as far as one can see with these credentials."""
        hint = "see that project and id are right, and that the credentials may read them"
        return NotFound(f"there is no {what} at {self.site.where}", hint)

    def _asked(self, method: str, path: str, what: str, **words: object) -> Json:
        data = again(lambda: self._once(method, path, what, words), self._patience, self._tell, self._pace.hold)
        try:
            return notation.loads(data)
        except ValueError:
            form = "a web page" if data.lstrip()[:1] == b"<" else "something else"
            hint = f"see that {self.site.address_at} names the server's API, and that no proxy or login page stands before it"
            raise Unreadable(f"{self.site.where} answers with {form} instead of JSON ({what})", hint) from None

    def _once(self, method: str, path: str, what: str, words: Mapping[str, object]) -> bytes:
        """One request; failures by our names. The library's own words are not passed on: they can hold what is secret."""
        from httpx2 import InvalidURL, RequestError, StreamError

        self._pace.turn()
        try:
            response = self._client.request(method, path, **words)  # type: ignore[arg-type]  # params or json, by name
        except (RequestError, StreamError, InvalidURL):
            raise self.site.unreachable() from None
        self._pace.heed(response.headers)
        if response.status_code >= 300:
            raise self.site.refused(response.status_code, response.headers.get("retry-after"), what)
        return response.content


def client(site: Site) -> httpx2.Client:
    """Does not follow redirects, which would carry the credentials to another server, nor wait for ever for an answer that drips."""
    import httpx2

    return httpx2.Client(
        base_url=site.base.rstrip("/") + "/",
        headers={"accept": "application/json", **site.headers},
        timeout=site.timeout_s,
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        event_hooks={"response": [hurried(refused.WHOLE_S)]},
    )


def hurried(seconds: float, clock: Callable[[], float] = time.monotonic) -> Callable[[httpx2.Response], None]:
    """A hook that bounds the time of a whole answer: a time-out alone bounds only the pause between two bytes of it."""
    import httpx2

    class Hurried(httpx2.SyncByteStream):
        def __init__(self, stream: httpx2.SyncByteStream, until: float) -> None:
            self._stream = stream
            self._until = until

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self._stream:
                if clock() > self._until:
                    raise httpx2.ReadTimeout("the answer takes too long")
                yield chunk

        def close(self) -> None:
            self._stream.close()

    def hook(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = Hurried(response.stream, clock() + seconds)

    return hook
