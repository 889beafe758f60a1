"""The laws of the house, as far as a program can check them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("adapters", "knowledge", "safety", "refinery")
DOORS = {
    "git": {"refinery/repo/environment.py"},
    "libcst": {"refinery/edits/tree.py"},
    "anthropic": {"refinery/llm/anthropic.py"},
    "chromadb": {"knowledge/chroma.py"},
    "httpx2": {"adapters/web.py", "refinery/llm/anthropic.py", "refinery/llm/upstream.py"},
    "langsmith": {"adapters/langsmith_source.py"},
    "tenacity": {"adapters/patience.py", "refinery/llm/retry.py"},
    "sqlite3": {"refinery/store/sqlite.py", "refinery/store/saving.py", "refinery/store/schema.py", "knowledge/keywords.py"},
    "unidiff": {"refinery/repo/patch.py"},
    "rich": {"refinery/cli/show.py", "refinery/cli/pictures.py", "refinery/cli/views.py", "refinery/cli/reviewing.py"},
    "orjson": {"adapters/notation.py"},
    "jinja2": {"safety/rules/jinja.py", "refinery/cli/formats/page.py"},
    "markdown_it": {"refinery/edits/sections.py"},
    "jsonschema": {"refinery/suite/checks/structure.py"},
    "numpy": {"refinery/suite/plan.py"},
}
HEAVY = (
    "git",
    "libcst",
    "anthropic",
    "chromadb",
    "langsmith",
    "rich",
    "pydantic",
    "numpy",
    "yaml",
    "jinja2",
    "markdown_it",
    "jsonschema",
    "orjson",
    "unidiff",
    "tenacity",
)
MATCH_TABLES = ("safety/rules/",)
"""Where such commands are looked for in what others propose."""
LOADED = "refinery/suite/replay/sitecustomize.py"
"""Loaded by the Pythons that an agent's command starts, for what it does then; nothing of ours imports it."""
LOSING = {
    "reset": {"--hard", "--merge", "--keep"},
    "checkout": {"--", "-f", "--force", "."},
    "restore": set(),
    "clean": set(),
    "stash": set(),
    "switch": {"-f", "--force", "--discard-changes"},
    "checkout-index": {"-f", "--force"},
    "rebase": set(),
    "push": set(),
}
"""Commands of git that can lose or publish work, with the options that make them so; none: always."""
TOLD = {"refinery/cli/request.py": "git push -u "}
"""What a person is told to do themselves, since Refinery does not: this text and no other may stand in this file, and no call."""


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "samples" not in path.parts:
                yield path


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(tree: ast.AST, *functions: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions
    ]


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_only_show_prints() -> None:
    printing = {name(path) for path in sources() if calls(ast.parse(path.read_text()), "print")}
    assert printing == {"refinery/cli/show.py"}


@pytest.mark.parametrize("library", DOORS)
def test_each_outside_library_has_its_door(library: str) -> None:
    users = {name(path) for path in sources() if library in set(imported(ast.parse(path.read_text())))}
    assert users <= DOORS[library]


def words(node: ast.AST) -> list[str]:
    """The texts of an argument list in order, those of lists in it and of starred ones too; `...` for what is not a text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.List | ast.Tuple):
        return [word for each in node.elts for word in words(each)]
    if isinstance(node, ast.Starred):
        return words(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*words(node.left), *words(node.right)]
    if isinstance(node, ast.IfExp):
        return [*words(node.body), *words(node.orelse)]
    return ["..."]


def losing(tree: ast.AST, told: str = "") -> list[int]:
    """Lines with a call, a list or a text that is a git command which can lose work."""
    found = set()
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Call):
            said = [word for each in node.args for word in words(each)]
        elif isinstance(node, ast.List | ast.Tuple):
            said = words(node)
        elif told and isinstance(node, ast.Constant) and node.value == told:
            continue
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "git " in node.value:
            said = node.value.partition("git ")[2].replace("`", " ").split()[:6]
            said = said if said and said[0] in LOSING else []
        else:
            continue
        command = next((word for word in said if word not in ("git", "...") and not word.startswith("-")), "")
        if command in LOSING and (not LOSING[command] or LOSING[command] & {*said}) and _is_gits(node, said, command):
            found.add(line)
    return sorted(found)


def _is_gits(node: ast.AST, said: list[str], command: str) -> bool:
    """A word alone is a command only to what runs git: `git`, `run`, `ask` and `line` of the door, or a process."""
    if said[0] == "git" or isinstance(node, ast.Constant):
        return True
    if not isinstance(node, ast.Call):
        return said[0] == command and len(said) > 1
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
    return name in ("git", "run", "ask", "line", "execute", "check_call", "check_output", "call", "Popen")


def test_no_command_that_can_lose_work_stands_in_the_code() -> None:
    found = [
        f"{name(path)}:{number}"
        for path in sources()
        if not name(path).startswith(MATCH_TABLES)
        for number in losing(ast.parse(path.read_text()), TOLD.get(name(path), ""))
    ]
    assert found == []


def test_what_is_told_to_a_person_is_run_by_nobody() -> None:
    for each in TOLD:
        assert "subprocess" not in imported(ast.parse((ROOT / each).read_text()))
    assert losing(ast.parse('show.text("git push -u origin x")'), "git push -u ")
    assert losing(ast.parse('git.run("push", "-u")'), "git push -u ")


@pytest.mark.parametrize(
    "code",
    [
        'git.run("stash")',
        'git.ask("reset", "-q", "--hard", commit)',
        "git.run('checkout', \n  '--', path)",
        'git.run("checkout", "--force", branch)',
        'git.line(*("clean", "-fd"))',
        'asked = ("restore", "--", path)\ngit.run(*asked)',
        'git.run(*["clean"], "-x")',
        'subprocess.run(["git", "-C", folder, "stash", "push"])',
        'subprocess.run(["git"] + ["clean", "-fd"])',
        'os.system("cd x && git reset --hard")',
        'show.note("try `git stash` first")',
        'git.run("restore" if back else "show", path)',
        'git.run("push", "origin")',
    ],
)
def test_the_law_on_losing_work_is_not_talked_around(code: str) -> None:
    assert losing(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        'git.run("read-tree", "--reset", "-u", commit)',
        'git.run("reset", "--soft", commit)',
        'says = "restore"',
        'names = ("clean",)',
        'shelf.clean("a")',
        '"""Never `reset --hard`, `stash` or `clean`."""',
        'hint = "git switch -"',
        'git.run("commit", "-m", "stash")',
    ],
)
def test_the_law_on_losing_work_leaves_the_rest_alone(code: str) -> None:
    assert losing(ast.parse(code)) == []


def test_every_module_says_what_it_owns() -> None:
    assert [name(path) for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_the_environment_is_read_in_config_alone() -> None:
    reading = re.compile(r"os\.(environ|getenv)")
    allowed = {"refinery/config.py", "refinery/suite/worker.py", "refinery/suite/prober.py", "refinery/repo/environment.py", LOADED}
    assert {name(path) for path in sources() if "safety/rules" not in name(path) and reading.search(path.read_text())} <= allowed


def test_the_command_line_starts_without_anything_heavy() -> None:
    program = f"import sys, refinery.cli.main; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_nothing_is_done_at_import() -> None:
    """Module level holds definitions only: no loop, no call that stands alone, no file opened."""
    guilty = []
    for path in sources():
        for node in ast.parse(path.read_text()).body if name(path) != LOADED else []:
            alone = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
            if alone or isinstance(node, ast.For | ast.While | ast.With):
                guilty.append(f"{name(path)}:{node.lineno}")
    assert guilty == []


def test_what_is_declared_is_used_and_what_is_used_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[<>=]", each)[0] for each in project["dependencies"]}
    packages = metadata.packages_distributions()
    ours = {*PACKAGES, *sys.stdlib_module_names, "yaml"}
    brought = {"google": "opentelemetry-proto", "opentelemetry": "opentelemetry-proto"}
    brought |= {"referencing": "jsonschema", "pydantic_core": "pydantic", "markupsafe": "jinja2"}
    users = ROOT / "refinery" / "suite" / "prober.py"  # it runs under the user's Python, with the user's pytest
    names = {module for path in sources() if path != users for module in imported(ast.parse(path.read_text()))} - ours
    used = {brought.get(module) or packages[module][0].lower() for module in names} | {"pyyaml"}
    assert used == declared


def test_no_part_of_the_wiring_hides_behind_a_file_of_the_same_name() -> None:
    """Once a submodule is imported, its name stands for the file and no longer for what was wired."""
    from refinery import wiring

    assert {path.stem for path in (ROOT / "refinery" / "wiring").glob("*.py")} & set(wiring.__all__) == set()
    assert [name for name in wiring.__all__ if not hasattr(wiring, name)] == []
