"""A file or folder of traces as a source: OTLP as an exporter or collector writes it, transcripts, whatever can be imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.files import files_in, read
from adapters.gather import Notes
from adapters.source import Note, NotFound, Opening, Pulled, Query, Receipt, Summary, Unreadable
from adapters.trace import Span, Trace


class Folder:
    """See `Source`. The project is a path; what no file can tell, such as a tag, is looked for in the traces themselves."""

    name = "files"
    at_once = 1

    def __init__(self, path: Path) -> None:
        self._path = path
        self.place = f"files {path}"
        self._skipped = Notes()
        self._files: dict[str, Path] = {}
        """Where each trace that was listed stands."""
        self._last: tuple[Path, Pulled] | None = None

    def close(self) -> None:
        """Nothing is held open."""

    def projects(self) -> tuple[str, ...]:
        """The one path."""
        return (str(self._path),)

    def search(self, query: Query) -> Iterator[Summary]:
        """Summaries of the traces that match, those of the file that was written last first. A file is read when it is its turn."""
        found = 0
        for file in self._newest_first():
            try:
                pulled = self._read(file)
            except Unreadable as error:
                self._skipped.add(str(file), str(error))
                continue
            for trace in sorted(pulled.traces, key=lambda each: -(_start(each) or 0)):
                if self._files.setdefault(trace.id, file) is file and matches(trace, query):
                    yield _summary(trace, file)
                    found += 1
                    if found >= query.limit:
                        return

    def fetch(self, trace_id: str) -> Pulled:
        """One trace, with what its file's receipt says."""
        files = (self._files[trace_id],) if trace_id in self._files else self._newest_first()
        for file in files:
            pulled = self._read(file)
            for trace in pulled.traces:
                if trace.id == trace_id:
                    return Pulled((trace,), _share(pulled.receipt, trace, of=len(pulled.traces)))
        raise NotFound(f"there is no trace {trace_id} in {self._path}", hint="refinery traces pull without an id lists what there is")

    def pieces(self, trace_id: str) -> Iterator[Pulled]:
        """A file is read as a whole, so there is one piece."""
        yield self.fetch(trace_id)

    def hierarchy(self, trace_id: str) -> dict[str | None, tuple[Span, ...]]:
        """The spans of one trace by the parent they stand under; None is the top."""
        (trace,) = self.fetch(trace_id).traces
        return dict(trace.children())

    def noticed(self) -> Receipt:
        """Files that could not be read, since this was last asked."""
        met, self._skipped = self._skipped, Notes()
        return Receipt(asked="", not_understood=met.all())

    def _newest_first(self) -> list[Path]:
        if not self._path.exists():
            raise NotFound(
                f"there is no file or folder {self._path}", hint="set `project` under [traces] to a path, or pass --project PATH"
            )
        return sorted(files_in(self._path), key=lambda file: file.stat().st_mtime_ns, reverse=True)

    def _read(self, file: Path) -> Pulled:
        """The file that was read last is remembered: its traces are asked for one after the other."""
        if self._last is None or self._last[0] != file:
            self._last = (file, read(file))
        return self._last[1]


def matches(trace: Trace, query: Query) -> bool:
    """Whether a trace keeps all conditions of a query."""
    start = _start(trace)
    if query.since and (start is None or start < query.since.timestamp() * 1e9):
        return False
    if query.until and (start is None or start >= query.until.timestamp() * 1e9):
        return False
    if query.failed and not trace.failed:
        return False
    if query.name and query.name != trace.name and all(span.name != query.name for span in trace.spans):
        return False
    if query.text and not any(query.text.casefold() in text.casefold() for span in trace.spans for text in span.texts()):
        return False
    if not all(any(_tagged(span, tag) for span in trace.spans) for tag in query.tags):
        return False
    return all(any(each.name == bound.name and bound.holds(each.value) for each in trace.feedback) for bound in query.scores)


def _tagged(span: Span, tag: str) -> bool:
    lists = (span.attributes.get(name) for name in ("tag.tags", "tags", "langfuse.trace.tags"))
    return any(isinstance(listed, list) and tag in listed for listed in lists)


def _start(trace: Trace) -> int | None:
    return min((span.start_ns for span in trace.spans if span.start_ns is not None), default=None)


def _summary(trace: Trace, file: Path) -> Summary:
    ends = [span.end_ns for span in trace.spans if span.end_ns is not None]
    start = _start(trace)
    seconds = (max(ends) - start) / 1e9 if ends and start is not None else None
    stat = file.stat()
    return Summary(trace.id, trace.name, start, seconds, trace.failed, len(trace.spans), stamp=f"{stat.st_mtime_ns} {stat.st_size}")


def _share(receipt: Receipt, trace: Trace, *, of: int) -> Receipt:
    """What a file's receipt says of one of its traces: all of it where it is the only one, else what names one of its spans."""
    ids = {span.id for span in trace.spans}

    def ours(notes: tuple[Note, ...]) -> tuple[Note, ...]:
        return notes if of == 1 else tuple(note for note in notes if note.where in ids or trace.id in note.says)

    return Receipt(
        asked=f"trace {trace.id} of {receipt.asked}",
        traces=1,
        spans=len(trace.spans),
        truncated=ours(receipt.truncated),
        orphaned=ours(receipt.orphaned),
        not_understood=ours(receipt.not_understood),
        left_out=ours(receipt.left_out),
    )


def opened(opening: Opening) -> Folder:
    """The path that stands for the project, from the repository's root."""
    if not opening.project:
        raise NotFound(
            "no file or folder of traces is named", "set `project` under [traces] in refinery.toml to a path, or pass --project PATH"
        )
    return Folder(opening.folder / Path(opening.project).expanduser())
