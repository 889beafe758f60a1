"""The part of Refinery that runs inside the user's pytest, under the user's Python: the standard library and pytest alone, 3.8 and newer.

    prober.py collect FILE ARGS...       writes to FILE which tests `pytest ARGS` would run
    prober.py run FILE TEST ARGS...      runs one of them by its name, and writes to FILE what became of it

Where many candidates are looked at, it is loaded beforehand instead, with pytest and its plug-ins, into a process that is forked for
every test (`preload`).

Results come from pytest's own hooks, so that nothing depends on what it prints. A test is named by its file, relative to the
current folder, and what pytest calls it in there, as it can be given to pytest again.
"""

from __future__ import annotations

import os
import sys

sys.path[0] = os.getcwd()  # what stands beside this file must not take the place of the user's modules; pytest is run as by `-m`

import json  # noqa: E402
import traceback  # noqa: E402
from importlib.util import find_spec  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Json = dict[str, Any]

MOST = 60_000
"""Letters of a traceback that are told, from the end."""
USUAL = ("skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings")
"""Marks that are no tags."""


def main(arguments: list[str]) -> int:
    """Do what the first argument says."""
    what, file, rest = arguments[0], arguments[1], arguments[2:]
    if find_spec("pytest") is None:
        told, status = {"missing": sys.executable}, 1  # type: tuple[Json, int]
    else:
        told, status = collect(rest) if what == "collect" else run(rest[0], rest[1:])
    with open(file, "w", encoding="utf-8", errors="backslashreplace") as out:
        json.dump(told, out)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return status


def preload(folder: str) -> bool:
    """Load pytest and the plug-ins that are installed, by a run over an empty folder; whether that went as it should."""
    import pytest

    options = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        empty = os.path.join(folder, "empty")
        os.makedirs(empty, exist_ok=True)
        here = ["--rootdir", empty, "--confcutdir", empty]  # what lies above may not even be listed
        status = pytest.main(["-c", os.devnull, *here, "--noconftest", *_alone(), empty])
        os.rmdir(empty)
        return int(status) == 5
    finally:
        if options is not None:
            os.environ["PYTEST_ADDOPTS"] = options


def collect(options: list[str]) -> tuple[Json, int]:
    """The tests that pytest would run with these options, and why it cannot collect others."""
    import pytest

    seen = {"tests": [], "skipped": 0, "xfailed": 0, "errors": []}  # type: Json

    class Listening:
        @staticmethod
        def pytest_sessionfinish(session: Any) -> None:
            _without_summary(session.config)

        @staticmethod
        def pytest_collectreport(report: Any) -> None:
            if report.failed:
                seen["errors"].append({"where": report.nodeid, "says": _end(report.longreprtext)})
            elif report.skipped:
                seen["skipped"] += 1

        @staticmethod
        def pytest_collection_finish(session: Any) -> None:
            for item in session.items:
                aside = _aside(item)
                if aside:
                    seen[aside] += 1
                    continue
                path, line, _ = item.reportinfo()
                marks = sorted({mark.name for mark in item.iter_markers()} - set(USUAL))
                seen["tests"].append({"name": _name(item), "path": _relative(path), "line": (line or 0) + 1, "marks": marks})

    seen["status"] = int(pytest.main(["--collect-only", *_alone(), *options], plugins=[Listening()]))
    return seen, 0


def run(test: str, options: list[str]) -> tuple[Json, int]:
    """One test, in a process of its own; its status is pytest's."""
    import pytest

    phases = []  # type: list[Json]
    broken = []  # type: list[Json]
    aside = []  # type: list[str]

    class Listening:
        @staticmethod
        @pytest.hookimpl(tryfirst=True)  # type: ignore[misc, untyped-decorator, unused-ignore]
        def pytest_cmdline_main(config: Any) -> None:
            config.args = [test]
            for name, value in (("numprocesses", 0), ("dist", "no"), ("tx", [])):  # xdist would start workers for the one test
                if hasattr(config.option, name):
                    setattr(config.option, name, value)

        @staticmethod
        def pytest_sessionfinish(session: Any) -> None:
            _without_summary(session.config)

        @staticmethod
        @pytest.hookimpl(hookwrapper=True)  # type: ignore[misc, untyped-decorator, unused-ignore]
        def pytest_runtest_makereport(call: Any) -> Any:
            made = yield
            report = made.get_result()
            phases.append(
                {"when": report.when, "outcome": report.outcome, "expected": hasattr(report, "wasxfail"), **_raised(call, report)}
            )

        @staticmethod
        def pytest_exception_interact(call: Any, report: Any) -> None:
            if report.when == "collect":
                broken.append({"when": "collection", **_raised(call, report)})

        @staticmethod
        def pytest_collectreport(report: Any) -> None:
            if report.skipped:
                aside.append(_why(report))

    status = int(pytest.main([*_alone(), *options], plugins=[Listening()]))
    return _verdict(phases, broken, aside), status


def _without_summary(config: Any) -> None:
    """Nobody reads the words at the end of a run, and plug-ins load whole libraries for theirs. What cannot be left out stays."""
    hook = config.hook.pytest_terminal_summary
    try:
        for each in hook.get_hookimpls():
            hook._remove_plugin(each.plugin)
    except (AttributeError, ValueError):
        return


def _verdict(phases: list[Json], broken: list[Json], aside: list[str]) -> Json:
    """A failure in any phase counts, also one that a plug-in tried again: a lucky second run excuses nothing."""
    failed = [phase for phase in phases if phase["outcome"] in ("failed", "rerun")] or broken
    skipped = [phase for phase in phases if phase["outcome"] == "skipped" or phase["expected"]]
    if failed:
        return {"outcome": "failed", **failed[0]}
    if skipped or (aside and not phases):
        return {"outcome": "skipped", "says": skipped[0]["says"] if skipped else aside[0]}
    if any(phase["when"] == "call" and phase["outcome"] == "passed" for phase in phases):
        return {"outcome": "passed"}
    return {"outcome": "missing"}


def _alone() -> list[str]:
    """Options that keep a run to itself: it leaves nothing behind, and starts and measures nothing beside the one test."""
    measures = find_spec("pytest_cov") and not os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    return ["-p", "no:cacheprovider", *(["--no-cov"] if measures else [])]


def _aside(item: Any) -> str:
    """Whether a test's marks take it out: `skipped`, `xfailed`, or empty. Conditions are pytest's to work out; that door may move."""
    import pytest

    try:
        from _pytest.skipping import evaluate_skip_marks, evaluate_xfail_marks

        if evaluate_skip_marks(item):
            return "skipped"
        return "xfailed" if evaluate_xfail_marks(item) else ""
    except (Exception, pytest.fail.Exception):  # noqa: BLE001  a condition is the user's code and may raise anything; running it tells
        return "skipped" if item.get_closest_marker("skip") else "xfailed" if item.get_closest_marker("xfail") else ""


def _name(item: Any) -> str:
    """As it can be given to pytest from here, which need not be where pytest takes the root to be."""
    inside = item.nodeid.partition("::")[2]
    file = _relative(getattr(item, "path", None) or item.fspath)
    return file + "::" + inside if inside else file


def _relative(path: Any) -> str:
    return os.path.relpath(str(path)).replace(os.sep, "/")


def _raised(call: Any, report: Any) -> Json:
    """What was raised, in one line, and its traceback in Python's own form, from the first frame that is the user's."""
    import pytest

    if call.excinfo is None:
        return {"says": "", "error": "", "assertion": False}
    error = call.excinfo.value
    if report.when == "collect" and error.__cause__ is not None:  # an import of a test file, wrapped
        error = error.__cause__
    lines = traceback.format_exception_only(type(error), error)
    trail = error.__traceback__
    root = os.getcwd() + os.sep
    while trail is not None and not os.path.abspath(trail.tb_frame.f_code.co_filename).startswith(root):
        trail = trail.tb_next
    whole = "".join(traceback.format_exception(type(error), error, trail or error.__traceback__))
    return {
        "says": _why(report) if report.skipped else "".join(lines[-1:] if isinstance(error, SyntaxError) else lines).strip(),
        "error": _end(whole),
        "assertion": isinstance(error, (AssertionError, pytest.fail.Exception)),
    }


def _why(report: Any) -> str:
    """The reason for which something was skipped."""
    told = report.longrepr
    reason = told[2] if isinstance(told, tuple) else getattr(report, "wasxfail", "") or str(told)
    return str(reason).replace("Skipped: ", "", 1)


def _end(text: str) -> str:
    return text if len(text) <= MOST else "[...]\n" + text[-MOST:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
