"""The part of Refinery that runs inside the user's pytest, under the user's Python: the standard library and pytest alone, 3.8 and newer.

    prober.py collect FILE ARGS...       writes to FILE which tests `pytest ARGS` would run
    prober.py run FILE TEST ARGS...      runs one of them by its name, and writes to FILE what became of it
    prober.py several FILE ARGS...       runs those that standard input names, one after another, and writes to FILE what became of each

Where many candidates are looked at, it is loaded beforehand instead, with pytest and its plug-ins, into a process that is forked for
every test (`preload`).

Results come from pytest's own hooks, so that nothing depends on what it prints. A test is named by its file, relative to the
current folder, and what pytest calls it in there, as it can be given to pytest again.
"""

from __future__ import annotations

import os
import sys

sys.path[0] = os.getcwd()  # what stands beside this file must not take the place of the user's modules; pytest is run as by `-m`

import contextlib  # noqa: E402
import json  # noqa: E402
import signal  # noqa: E402
import time  # noqa: E402
import traceback  # noqa: E402
from importlib.util import find_spec  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Json = dict[str, Any]
    Watch = Callable[[str], None]

MOST = 60_000
"""Letters of a traceback that are told, from the end."""
COLLECTING = 2.0
"""Seconds that may pass, beside those of a test, until the first test begins."""
USUAL = ("skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings")
"""Marks that are no tags."""


def main(arguments: list[str], watch: Watch | None = None, session: Any = None) -> int:
    """Do what the first argument says. `watch` is told of each of several tests before it begins, and once more at the end.

    With a `session` that stands ready (`standing`), tests run in it.
    """
    what, file, rest = arguments[0], arguments[1], arguments[2:]
    if find_spec("pytest") is None:
        told, status = {"missing": sys.executable}, 1  # type: tuple[Json, int]
    else:
        heard = _Heard([rest.pop(0)]) if what == "run" else _several(file, watch) if what == "several" else None
        told, status = ({}, _tested(heard, rest, session)) if heard else collect(rest)
        if heard:
            told = heard.verdict(heard.tests[0]) if what == "run" else {"tests": heard.verdicts()}
    _write(file, told)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return status


def _write(file: str, told: Json) -> None:
    with open(file, "w", encoding="utf-8", errors="backslashreplace") as out:
        json.dump(told, out)


def preload(folder: str) -> bool:
    """Load pytest and the plug-ins that are installed, by a run over an empty folder; whether that went as it should."""
    options = os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        empty = os.path.join(folder, "empty")
        os.makedirs(empty, exist_ok=True)
        here = ["--rootdir", empty, "--confcutdir", empty]  # what lies above may not even be listed
        status = _pytest(["-c", os.devnull, *here, "--noconftest", empty])
        os.rmdir(empty)
        return int(status) == 5
    finally:
        if options is not None:
            os.environ["PYTEST_ADDOPTS"] = options


def collect(options: list[str]) -> tuple[Json, int]:
    """The tests that pytest would run with these options, and why it cannot collect others."""
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

    seen["status"] = int(_pytest(["--collect-only", *options], Listening()))
    return seen, 0


def standing(options: list[str], ready: Callable[[Any], None]) -> bool:
    """Make pytest ready, up to where it looks for tests, and call `ready` with its session; forks of this process may run tests in it.

    Whether it came to that: a conftest may load code that is to be tested, which has to be loaded afresh each time.
    """
    import pytest

    stood = []

    class Standing:
        @staticmethod
        @pytest.hookimpl(tryfirst=True)  # type: ignore[misc, untyped-decorator, unused-ignore]
        def pytest_cmdline_main(config: Any) -> None:
            _undivided(config)

        @pytest.hookimpl(tryfirst=True)  # type: ignore[misc, untyped-decorator, unused-ignore]
        def pytest_collection(self, session: Any) -> bool:
            session.config.pluginmanager.unregister(self)
            if not _loads_code():
                stood.append(session)
                ready(session)
            return True  # nothing is collected

    # output is kept in memory: forks would share a file, and the place in it
    _pytest([*options, "--capture=sys", "--tb=native"], Standing())
    return bool(stood)


def _loads_code() -> bool:
    """Whether anything of the user's is loaded but conftests, and packages in which there is nothing."""
    root = os.path.realpath(os.getcwd()) + os.sep
    files = [os.path.realpath(file) for file in (getattr(module, "__file__", None) for module in list(sys.modules.values())) if file]
    own = [file for file in files if file.startswith(root) and os.path.basename(file) != "conftest.py"]
    return any(os.path.basename(file) != "__init__.py" or os.path.getsize(file) for file in own)


def _several(file: str, watch: Watch | None) -> _Heard:
    """Several tests in one process, in their order: as many as come to an end.

    Standard input has `tests`, as pytest calls them, and their `names` as scenarios; `stop`, whether the first that fails is the last;
    and what one may take: `seconds` by the clock, and `processor` seconds. One that takes longer ends the process.
    """
    heard = _Heard(**json.loads(_given()), watch=watch)

    def late(*_: object) -> None:
        if watch:
            watch("")
        _write(file, {"tests": heard.verdicts(), "late": heard.running or heard.tests[0]})
        os._exit(0)

    signal.signal(signal.SIGPROF, late)
    if not watch:  # which has the other timer
        signal.signal(signal.SIGALRM, late)
    heard.timed(COLLECTING)
    return heard


def _given() -> str:
    with open(0, encoding="utf-8", closefd=False) as stdin:
        return stdin.read()


def _tested(heard: _Heard, options: list[str], session: Any = None) -> int:
    """Run pytest, with its own view of which tests there are put aside. In a session, as far as is left of it."""
    import pytest

    plugin = _listening(heard)
    if session is None:
        native = ["--tb=native"] if len(heard.tests) > 1 else []
        return int(_pytest([*options, *native], plugin))
    session.config.pluginmanager.register(plugin)
    session.config.args = heard.tests
    ends = (session.Failed, session.Interrupted, pytest.UsageError, pytest.exit.Exception)
    with contextlib.suppress(*ends):
        session.config.hook.pytest_collection(session=session)
        session.config.hook.pytest_runtestloop(session=session)
    return int(bool(session.testsfailed))


def _undivided(config: Any) -> None:
    """Xdist would start workers for the few tests."""
    for name, value in (("numprocesses", 0), ("dist", "no"), ("tx", [])):
        if hasattr(config.option, name):
            setattr(config.option, name, value)


def _listening(heard: _Heard) -> object:
    """A plug-in that hears what becomes of the tests."""
    import pytest

    class Listening:
        @staticmethod
        @pytest.hookimpl(tryfirst=True)  # type: ignore[misc, untyped-decorator, unused-ignore]
        def pytest_cmdline_main(config: Any) -> None:
            config.args = heard.tests
            _undivided(config)

        @staticmethod
        @pytest.hookimpl(trylast=True)  # type: ignore[misc, untyped-decorator, unused-ignore]
        def pytest_collection_modifyitems(items: Any) -> None:
            order = {test: place for place, test in enumerate(heard.tests)}
            items.sort(key=lambda item: order.get(_name(item), len(order)))

        @staticmethod
        @pytest.hookimpl(hookwrapper=True)  # type: ignore[misc, untyped-decorator, unused-ignore]
        def pytest_runtest_protocol(item: Any) -> Any:
            heard.begins(_name(item))
            yield
            if heard.ended():
                item.session.shouldstop = "one failed"

        @staticmethod
        def pytest_sessionfinish(session: Any) -> None:
            _without_summary(session.config)

        @staticmethod
        @pytest.hookimpl(hookwrapper=True)  # type: ignore[misc, untyped-decorator, unused-ignore]
        def pytest_runtest_makereport(call: Any) -> Any:
            made = yield
            report = made.get_result()
            heard.phases.setdefault(heard.running, []).append(
                {"when": report.when, "outcome": report.outcome, "expected": hasattr(report, "wasxfail"), **_raised(call, report)}
            )

        @staticmethod
        def pytest_exception_interact(call: Any, report: Any) -> None:
            if report.when == "collect":
                heard.broken.append((report.nodeid.partition("::")[0], {"when": "collection", **_raised(call, report)}))

        @staticmethod
        def pytest_collectreport(report: Any) -> None:
            if report.skipped:
                heard.aside.append((report.nodeid.partition("::")[0], _why(report)))

    return Listening()


class _Heard:
    """What became of some tests."""

    def __init__(
        self,
        tests: list[str],
        names: dict[str, str] | None = None,
        stop: bool = False,
        seconds: float = 0.0,
        processor: float = 0.0,
        watch: Watch | None = None,
    ) -> None:
        self.tests = tests
        self.names = names or {}
        self.stop = stop
        timers = [(signal.ITIMER_PROF, processor), *([] if watch else [(signal.ITIMER_REAL, seconds)])]
        self.timers = [(timer, most) for timer, most in timers if most]
        self.watch = watch
        self.running = ""
        self.phases = {}  # type: dict[str, list[Json]]
        self.broken = []  # type: list[tuple[str, Json]]
        """Files that cannot be collected, as pytest calls them, and why."""
        self.aside = []  # type: list[tuple[str, str]]
        """Files that were left out, and why."""
        self.took = {}  # type: dict[str, float]

    def begins(self, test: str) -> None:
        """One of them begins."""
        if self.watch:
            self.watch(test)
        self.running = test
        if test in self.names:
            os.environ["REFINERY_SCENARIO"] = self.names[test]
        self.took[test] = -time.perf_counter()
        self.timed(0.0)

    def timed(self, more: float) -> None:
        """From here on it may take as long as a test, and `more` seconds."""
        for timer, most in self.timers:
            signal.setitimer(timer, most + more)

    def ended(self) -> bool:
        """The one that ran has ended; whether it is the last."""
        for timer, _ in self.timers:
            signal.setitimer(timer, 0)
        test, self.running = self.running, ""
        self.took[test] += time.perf_counter()
        return self.stop and self.verdict(test)["outcome"] == "failed"

    def verdict(self, test: str) -> Json:
        """How one ended."""
        file, alone = test.partition("::")[0], len(self.tests) == 1
        broken = [error for where, error in self.broken if alone or file.endswith(where)]
        aside = [why for where, why in self.aside if alone or file.endswith(where)]
        return _verdict(self.phases.get(test, []), broken, aside)

    def verdicts(self) -> list[Json]:
        """The same of all that came to an end, with the seconds that each took."""
        found = [{"test": test, "seconds": self.took.get(test, 0.0), **self.verdict(test)} for test in self.tests if test != self.running]
        return [each for each in found if each["outcome"] != "missing"]


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


def _pytest(arguments: list[str], *plugins: object) -> int:
    """Run pytest in this process, by itself."""
    import pytest

    with contextlib.suppress(Exception):  # the door may move; pytest is slower then
        _spare_plugins()
    return int(pytest.main([*_alone(), *arguments], plugins=plugins))


def _spare_plugins() -> None:
    """Have no assertions rewritten in the distributions of installed plug-ins, but in those whose code is here.

    Pytest rewrites every module of them that is loaded, and where it cannot keep what it made of them, as in an image without compiled
    files, it does so at each start. Assertions there check plug-ins, which no test is about.
    """
    from _pytest.config import Config

    original = Config._mark_plugins_for_rewrite
    if getattr(original, "spares", False):
        return

    def mark(config: Any, hook: Any, *rest: Any) -> None:
        marked = _Marked()
        original(config, marked, *rest)  # type: ignore[arg-type, unused-ignore]
        config.pluginmanager.rewrite_hook = hook
        hook.mark_rewrite(*(name for name in marked.names if _here(name)))

    mark.spares = True  # type: ignore[attr-defined]
    Config._mark_plugins_for_rewrite = mark  # type: ignore[assignment, method-assign, unused-ignore]


class _Marked:
    """In the place of the hook that rewrites: what it would have been told."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def mark_rewrite(self, *names: str) -> None:
        self.names += names


def _here(name: str) -> bool:
    """Whether a module or package stands in the tree."""
    path = name.replace(".", os.sep)
    return any(os.path.exists(os.path.join(root, path + end)) for root in (".", "src") for end in ("", ".py"))


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
