"""What a LangSmith SDK sends while an agent runs (one run, a batch, multipart) as the operations that its exports know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from adapters import notation
from adapters.gather import Gathering
from adapters.langsmith import Runs
from adapters.source import Pulled, Unreadable
from adapters.trace import Json

NAME = re.compile(rb'name="([^"]*)"')
BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
PARTS = frozenset({"inputs", "outputs", "events", "extra", "error", "serialized"})
"""Of a run that are sent in parts of their own."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it came."""

    method: str
    path: str
    """From the API's root on: `runs/batch`."""
    kind: str
    """Its content type."""
    data: bytes


def takes(sent: Sent) -> bool:
    """Whether it is one that brings runs."""
    if sent.method == "PATCH":
        return sent.path.startswith("runs/")
    return sent.method == "POST" and sent.path in ("runs", "runs/batch", "runs/multipart")


def operations(sent: Sent) -> list[Json]:
    """The operations of a request. Raises Unreadable."""
    if sent.path == "runs/multipart":
        return list(_multipart(sent))
    try:
        body = notation.loads(sent.data)
    except ValueError as error:
        raise Unreadable(f"this is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Unreadable("a run is a JSON object")
    if sent.path == "runs/batch":
        return [{"operation": key, **notation.fields(run)} for key in ("post", "patch") for run in notation.items(body.get(key))]
    if sent.method == "PATCH":
        return [{**body, "operation": "patch", "id": body.get("id") or sent.path.removeprefix("runs/")}]
    return [{**body, "operation": "post"}]


def traces(sent: Iterable[Json]) -> Pulled:
    """All operations together as traces; what creates a run may come after what changes it."""
    gathering, runs = Gathering("runs that an agent sent", "langsmith"), Runs()
    for number, operation in enumerate(sorted(sent, key=_changes)):
        if isinstance(operation, dict):
            runs.add(operation, gathering, f"operation {number}")
    runs.into(gathering)
    return gathering.pulled()


def _changes(operation: Json) -> bool:
    return isinstance(operation, dict) and operation.get("operation") == "patch"


def _multipart(sent: Sent) -> Iterator[Json]:
    """Runs whose fields come in parts: `post.ID`, then `post.ID.inputs` and so on. Of attachments the names are kept."""
    found: dict[tuple[str, str], dict[str, Json]] = {}
    for name, content in _parts(sent):
        words = name.split(".")
        if len(words) < 2 or words[0] not in ("post", "patch", "attachment"):
            continue  # feedback
        if words[0] == "attachment":
            run = next((each for (_, identity), each in found.items() if identity == words[1]), None)
            if run is not None:
                listed = run.setdefault("attachments", [])
                if isinstance(listed, list):
                    listed.append({"name": ".".join(words[2:]), "bytes": len(content)})
            continue
        try:
            value = notation.loads(content)
        except ValueError as error:
            raise Unreadable(f"the part {name} is not JSON: {error}") from error
        run = found.setdefault((words[0], words[1]), {"operation": words[0], "id": words[1]})
        if len(words) == 2 and isinstance(value, dict):
            run |= value
        elif len(words) == 3 and words[2] in PARTS:
            run[words[2]] = value
    yield from found.values()


def _parts(sent: Sent) -> Iterator[tuple[str, bytes]]:
    """The name and the content of each part."""
    mark = BOUNDARY.search(sent.kind)
    if mark is None:
        raise Unreadable("the multipart request names no boundary")
    pieces = (b"\r\n" + sent.data).split(b"\r\n--" + mark[1].encode("latin-1"))
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise Unreadable("the multipart request is cut")
    for piece in pieces[1:-1]:
        head, gap, content = piece.partition(b"\r\n\r\n")
        name = NAME.search(head)
        if not gap or name is None:
            raise Unreadable("a part has no name")
        yield name[1].decode("utf-8", "replace"), content
