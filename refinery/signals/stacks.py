"""Stack traces of Python, JavaScript and Java as places in code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from refinery.domain import Place

PYTHON_HEAD = "Traceback (most recent call last)"
PYTHON_FRAME = re.compile(r'^\s*File "([^"\n]+)", line (\d+)(?:, in ([^\n]+))?', re.MULTILINE)
PYTHON_LAST = re.compile(
    r"^((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Timeout|Iteration|NotFound|Failure"
    r"|[a-z]\w*))(?::[ ]?(.*))?$",
    re.MULTILINE,
)
NODE_FRAME = re.compile(r"^\s+at (?:(?:async )?([^\s(][^(\n]*?) \()?((?:file://)?[^\s()]+?):(\d+):\d+\)?\s*$", re.MULTILINE)
NODE_HEAD = re.compile(r"^(?:Uncaught )?([A-Z]\w*(?:Error|Exception))(?: \[[^\]\n]+\])?(?:: ?(.*))?$", re.MULTILINE)
JAVA_FRAME = re.compile(r"^\s+at ([\w.$<>]+)\.([\w$<>]+)\((?:[\w@.]+//?)?([\w$]+\.(?:java|kt|scala|groovy)):(\d+)\)", re.MULTILINE)
JAVA_HEAD = re.compile(r"^(?:Exception in thread \"[^\"\n]*\" |Caused by: )?((?:[a-z_]\w*\.)+[A-Z]\w*)(?::[ ]?(.*))?$", re.MULTILINE)
FOREIGN = re.compile(
    r"site-packages|dist-packages|[/\\]lib[/\\]python\d|[/\\]Python\d+[/\\]Lib[/\\]|node_modules|^node:|internal/|^<(?!stdin>)|<frozen"
    r"|^(?:java|javax|jdk|sun|kotlin|scala|org\.(?:springframework|apache|junit|hibernate|eclipse)|com\.sun)[./]"
)
MOST_FRAMES = 60


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception as a text tells of it."""

    type: str
    message: str
    line: str
    """The line that names it, verbatim."""
    places: tuple[Place, ...]
    """Innermost first; frames of the project before those of libraries."""
    at: int
    """Where its stack begins in the text."""
    root: str = ""
    """The line of the exception it came from, when it came from one."""


def raised(text: str) -> Raised | None:
    """The exception whose stack trace stands in a text; the last one, with the places of the one it came from."""
    if PYTHON_HEAD in text:
        return _python(text)
    if "\n" not in text or (" at " not in text and "\tat " not in text):
        return None
    return _java(text) or _node(text)


def foreign(path: str) -> bool:
    """Whether a frame belongs to a library or the language rather than to the project."""
    return bool(FOREIGN.search(path))


def named(text: str) -> tuple[str, str] | None:
    """Type and message of `SomeError: message`, when a text begins so."""
    match = PYTHON_LAST.match(text.strip()[:2_000])
    if match and re.search(r"Error|Exception|Timeout|Interrupt|NotFound|Failure", match[1]):
        return match[1], (match[2] or "").strip()
    return None


def _python(text: str) -> Raised | None:
    blocks = [block for block in text.split(PYTHON_HEAD)[1:] if PYTHON_FRAME.search(block)]
    if not blocks:
        return None
    lines = [_python_line(block) for block in blocks]
    frames: list[Place] = []
    for block in blocks:
        found = [Place(m[1], int(m[2]), (m[3] or "").strip()) for m in PYTHON_FRAME.finditer(block)]
        frames.extend(reversed(found[-MOST_FRAMES:]))
    kind, message, line = lines[-1]
    return Raised(kind, message, line, _own_first(frames), text.index(PYTHON_HEAD), lines[0][2] if len(lines) > 1 else "")


def _python_line(block: str) -> tuple[str, str, str]:
    after = list(PYTHON_FRAME.finditer(block))[-1].end()
    for match in PYTHON_LAST.finditer(block, after):
        return match[1], (match[2] or "").strip(), match.group().strip()
    return "Exception", "", block[after:].strip().split("\n")[-1].strip()[:280]


def _node(text: str) -> Raised | None:
    frames = [Place(m[2].removeprefix("file://"), int(m[3]), (m[1] or "").strip()) for m in NODE_FRAME.finditer(text)][:MOST_FRAMES]
    if not frames:
        return None
    first = NODE_FRAME.search(text)
    heads = [match for match in NODE_HEAD.finditer(text) if first is None or match.start() < first.start()]
    if not heads:
        return None
    head = heads[-1]
    return Raised(head[1], (head[2] or "").strip(), head.group().strip(), _own_first(frames), head.start())


def _java(text: str) -> Raised | None:
    frames: list[Place] = []
    starts: list[int] = []
    for match in JAVA_FRAME.finditer(text):
        package = match[1].split("$")[0].rsplit(".", 1)[0].replace(".", "/") if "." in match[1] else ""
        frames.append(Place(f"{package}/{match[3]}".lstrip("/"), int(match[4]), f"{match[1].rsplit('.', 1)[-1]}.{match[2]}"))
        starts.append(match.start())
    if not frames:
        return None
    heads = [match for match in JAVA_HEAD.finditer(text) if any(match.end() <= start for start in starts)]
    if not heads:
        return None
    cause = heads[-1] if "Caused by: " in heads[-1].group() else heads[0]
    inner = [frame for frame, start in zip(frames, starts, strict=True) if start > cause.start()]
    outer = [frame for frame, start in zip(frames, starts, strict=True) if start < cause.start()]
    line = heads[0].group().strip()
    root = cause.group().strip() if cause is not heads[0] else ""
    return Raised(
        heads[0][1].rsplit(".", 1)[-1],
        (heads[0][2] or "").strip(),
        line,
        _own_first([*inner, *outer][:MOST_FRAMES]),
        heads[0].start(),
        root,
    )


def _own_first(frames: list[Place]) -> tuple[Place, ...]:
    kept = list(dict.fromkeys(frames))
    return tuple(sorted(kept, key=lambda place: foreign(place.path)))
