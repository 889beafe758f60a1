"""Runs the tests of a fault in forked children: one JSON request a line in, one JSON answer a line out. Standard library only."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import traceback
from pathlib import Path

WARM = ("datetime", "dataclasses", "json", "math", "re", "string", "tomllib", "typing", "zoneinfo", "yaml", "pytest", "unittest")
"""Modules that tests are likely to need; a child has what its parent imported."""


def main() -> None:
    """Answers requests until the input ends."""
    for name in WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def answer(request: dict[str, object]) -> list[dict[str, object]]:
    """The outcome of each test; all the same when the child did not come to an end."""
    folder = tempfile.mkdtemp(prefix="fault-")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            outcomes = _outcomes(request, Path(folder))
            with os.fdopen(writer, "w") as pipe:
                pipe.write(json.dumps(outcomes))
        finally:
            os._exit(0)
    os.close(writer)
    text = b""
    while select.select([reader], [], [], 20.0)[0]:
        piece = os.read(reader, 65536)
        if not piece:
            break
        text += piece
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reader)
    shutil.rmtree(folder, ignore_errors=True)
    tests = request["tests"]
    assert isinstance(tests, list)
    failed: list[dict[str, object]] = [{"passed": False, "says": "hangs", "frames": [], "lines": {}} for _ in tests]
    loaded: list[dict[str, object]] = json.loads(text) if text else failed
    return loaded


def _outcomes(request: dict[str, object], folder: Path) -> list[dict[str, object]]:
    files, tests = request["files"], request["tests"]
    assert isinstance(files, dict)
    assert isinstance(tests, list)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    space: dict[str, object] = {}
    try:
        exec(str(request["setup"]), space)
    except Exception as error:  # noqa: BLE001  whatever code under test does is an outcome
        return [_failed(error, folder, {}) for _ in tests]
    return [_outcome(str(test), dict(space), folder, bool(request.get("trace")), bool(request.get("show"))) for test in tests]


def _outcome(test: str, space: dict[str, object], folder: Path, trace: bool, show: bool) -> dict[str, object]:
    lines: dict[str, set[int]] = {}
    root = str(folder) + os.sep

    def tracer(frame, event, _):  # type: ignore[no-untyped-def]
        name = frame.f_code.co_filename
        if not name.startswith(root):
            return None
        if event == "line":
            lines.setdefault(name[len(root) :], set()).add(frame.f_lineno)
        return tracer

    def too_late(*_: object) -> None:
        raise TimeoutError("the test took longer than a second")

    signal.signal(signal.SIGVTALRM, too_late)  # of processor time, since the machine may be busy
    signal.setitimer(signal.ITIMER_VIRTUAL, 1.0)
    if trace:
        sys.settrace(tracer)
    try:
        value = eval(test, space)
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        passed = bool(value) or show
        says = repr(value) if show else "" if passed else _difference(test, space)
        return {"passed": passed, "says": says, "frames": [], "lines": {path: sorted(found) for path, found in lines.items()}}
    except Exception as error:  # noqa: BLE001  whatever code under test does is an outcome
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return _failed(error, folder, lines)


def _difference(test: str, space: dict[str, object]) -> str:
    for operator in (" == ", " is "):
        left, found, right = test.rpartition(operator)
        if found:
            try:
                return f"{test}: expected {right}, got {eval(left, space)!r}"
            except Exception:  # noqa: BLE001  only for the sentence
                break
    return f"{test} is false"


def _failed(error: Exception, folder: Path, lines: dict[str, set[int]]) -> dict[str, object]:
    frames = [
        [str(Path(frame.filename).relative_to(folder)), frame.lineno]
        for frame in reversed(traceback.extract_tb(error.__traceback__))
        if frame.filename.startswith(str(folder))
    ]
    says = f"{type(error).__name__}: {error}"
    return {"passed": False, "says": says, "frames": frames, "lines": {path: sorted(found) for path, found in lines.items()}}


if __name__ == "__main__":
    main()
