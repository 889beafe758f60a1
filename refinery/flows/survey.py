"""Look at a repository the way a new colleague would: where is the agent, what may be changed, what is missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from refinery.flows.observed import Observed, observed

ENTRY_NAMES = ("answer", "respond", "reply", "handle", "ask", "chat", "invoke", "run_agent", "run", "agent", "predict", "main")
"""What people call the function that is the agent, the most telling first."""
ENTRY_FILES = ("app", "agent", "main", "bot", "__init__", "assistant", "service")
NEVER = {"tests", "test", "docs", "build", "dist", "node_modules", "venv", "env", "site-packages", "scenarios", "benchmarks", "examples"}
MOST_FILES = 2000
TEXTUAL = ("prompts", "config", "configs", "templates", "settings")


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found by looking. Empty fields were not found, and `missing` says so in words."""

    command: tuple[str, ...]
    python: str
    editable: tuple[str, ...]
    scenarios: tuple[str, ...]
    tests: tuple[str, ...]
    suite_command: str
    """What runs the tests that were found, where Refinery can run them one by one."""
    observed: Observed
    """The platform that seems to hold traces."""
    guessed: tuple[str, ...]
    """What was assumed, and from what."""
    missing: tuple[str, ...]


def survey(root: Path) -> Survey:
    """What a repository's work tree looks like; nothing in it is run."""
    files = list(_files(root))
    python = [path for path in files if path.suffix == ".py"]
    callable_, seen = _callable(root, python)
    packages = [path.parent for path in python if path.name == "__main__.py"]
    command = ("python", "-m", ".".join(packages[0].relative_to(root).parts)) if packages and not callable_ else ()
    folders = sorted({path.relative_to(root).parts[0] for path in python if len(path.relative_to(root).parts) > 1} - NEVER)
    textual = [name for name in TEXTUAL if (root / name).is_dir()]
    loose = ["*.py"] if any(path.parent == root for path in python) else []
    tests = tuple(name for name in ("tests", "test") if (root / name).is_dir())
    scenarios = [path for path in files if path.suffix in (".yaml", ".yml") and "scenarios" in path.relative_to(root).parts]
    guessed = [f"the agent is {callable_} ({seen})"] if callable_ else [f"the agent is run by {' '.join(command)}"] if command else []
    watched = observed(root, python)
    if watched.source:
        guessed.append(f"traces are at {watched.source} ({watched.seen})")
    missing = []
    runs_tests = "pytest -q" if any(_has_tests(root / name) for name in (*tests, ".")) else ""
    if runs_tests and not callable_ and not command:
        guessed.append("there are tests and nothing that looks like an agent, so the tests are what is run (pytest -q)")
    elif not callable_ and not command:
        missing.append("how to run the agent: set `command`, `python` or `http` under [agent]")
    if not scenarios and (callable_ or command or not runs_tests):
        missing.append("scenarios: write one, or let `refinery fix TRACE --expect ...` write the first")
    return Survey(
        command=command,
        python=callable_,
        editable=tuple([f"{name}/**" for name in [*folders, *textual]] + loose) or ("**",),
        scenarios=tuple(str(path.relative_to(root)) for path in scenarios),
        tests=tests,
        suite_command=runs_tests,
        observed=watched,
        guessed=tuple(guessed),
        missing=tuple(missing),
    )


def settings_text(found: Survey) -> str:
    """A refinery.toml that says what was found, with a remark where it is a guess."""
    editable = ", ".join(_quoted(glob) for glob in found.editable)
    return "\n".join(
        [
            "# Refinery's settings for this repository. Every key is explained in the manual.",
            "",
            "[agent]",
            *_agent_lines(found),
            'timeout = "60s"',
            "",
            "[scope]",
            f"editable = [{editable}]  # what a fix may change",
            "protected = []  # never, not even with approval",
            "",
            *_trace_lines(found.observed),
            "[suite]",
            'scenarios = ["scenarios/**/*.yaml"]',
            *_suite_lines(found),
            "trials = 5  # at most; the gate stops early",
            "",
            "[safety]",
            "max_changed_lines = 80  # more needs a person",
            "",
            "[model]",
            'provider = "none"  # anthropic, openai, or none: rules and search alone',
            "",
        ]
    )


def _agent_lines(found: Survey) -> list[str]:
    if found.python:
        return [f"python = {_quoted(found.python)}  # called with a scenario's input, kept warm in a worker process"]
    if found.command:
        words = ", ".join(_quoted(word) for word in found.command)
        return [f"command = [{words}]  # the scenario's input as JSON on stdin, the answer on stdout"]
    if found.suite_command:
        return ['# python = "package.module:callable"  # not found by looking; without one the tests are run']
    return ['# python = "package.module:callable"', 'command = ["python", "-m", "your_agent"]  # not found by looking: please set']


def _trace_lines(seen: Observed) -> list[str]:
    if not seen.source:
        return []
    project = f"project = {_quoted(seen.project)}" if seen.project else '# project = "..."  # refinery traces projects lists them'
    return ["[traces]", f"source = {_quoted(seen.source)}  # {seen.seen}", project, ""]


def _suite_lines(found: Survey) -> list[str]:
    if not found.suite_command:
        return []
    line = f"command = {_quoted(found.suite_command)}"
    if found.python or found.command:
        return [f"# {line}  # would run your tests beside the scenarios"]
    return [f"{line}  # your tests, each a scenario"]


def _has_tests(folder: Path) -> bool:
    """Whether pytest would find test files there; of the root itself only what lies at the top."""
    look = folder.rglob if folder.name in ("tests", "test") else folder.glob
    return any(True for pattern in ("test_*.py", "*_test.py") for _ in look(pattern))


def _callable(root: Path, files: list[Path]) -> tuple[str, str]:
    """The likeliest function that is the agent, and where it stands."""
    found: list[tuple[int, int, int, str, str]] = []
    for path in files:
        for function in _functions(path):
            parts = list(path.relative_to(root).with_suffix("").parts)
            parts = parts[1:] if parts[0] == "src" else parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            if not parts or not all(part.isidentifier() for part in parts):
                continue
            rank = ENTRY_FILES.index(path.stem) if path.stem in ENTRY_FILES else len(ENTRY_FILES)
            where = f"{path.relative_to(root)}:{function.lineno}"
            found.append((ENTRY_NAMES.index(function.name), rank, len(parts), f"{'.'.join(parts)}:{function.name}", where))
    if not found:
        return "", ""
    *_, name, where = min(found)
    return name, where


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Module-level functions with an agent's name that take one argument."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError, RecursionError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in ENTRY_NAMES:
            needed = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
            if needed == 1 and not any(default is None for default in node.args.kw_defaults):
                yield node


def _files(root: Path) -> Iterator[Path]:
    pending, count = [root], 0
    while pending:
        for path in sorted(pending.pop().iterdir()):
            if path.is_symlink() or path.name.startswith("."):
                continue
            if path.is_dir():
                if path.name not in (NEVER - {"scenarios"}) and not (path / "pyvenv.cfg").exists():
                    pending.append(path)
            elif (count := count + 1) <= MOST_FILES:
                yield path


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
