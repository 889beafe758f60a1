"""A change stays inside the repository, inside what may be edited, and away from what steers people and machines."""

from __future__ import annotations

import pytest

from safety.changes import Surroundings
from safety.policy import Policy
from safety.verdict import Effect
from tests.safety.judged import judge, judge_all, rules_of


@pytest.mark.parametrize(
    "path",
    [
        "../x.py",
        "a/../../x.py",
        "/etc/x",
        "C:/x.py",
        "~/.bashrc",
        "a\\x.py",
        "a//x.py",
        "./a.py",
        "",
        "CON.py",
        "aux",
        "a\nb.py",
        "a.py::$DATA",
        "x.py.",
        "git~1/config",
        "a\u200b.py",
        "\u212b.py",
    ],
)
def test_a_path_that_leads_astray_is_blocked(path: str) -> None:
    assert judge(path, None, "x = 1\n").effect is Effect.BLOCK


@pytest.mark.parametrize(
    "path",
    [
        ".git/hooks/pre-commit",
        ".GIT/config",
        "a/.git/config",
        ".git./config",
        ".g\u200cit/config",
        ".git::$INDEX_ALLOCATION/config",
        ".gitmodules",
        "refinery.toml",
        "Refinery.TOML",
        ".refinery/policy.yaml",
        ".husky/pre-commit",
        ".pre-commit-config.yaml",
        ".vscode/tasks.json",
        ".envrc",
        "sitecustomize.py",
        "src/x.pth",
        ".claude/settings.json",
        "AGENTS.md",
        ".github/CODEOWNERS",
    ],
)
def test_what_steers_people_and_machines_is_blocked(path: str) -> None:
    assert judge(path, "a: 1\n", "a: 2\n").effect is Effect.BLOCK


@pytest.mark.parametrize("path", [".github/workflows/ci.yml", ".gitlab-ci.yml", "Jenkinsfile", ".npmrc"])
def test_the_build_server_needs_a_person(path: str) -> None:
    assert judge(path, "a: 1\n", "a: 2\n").effect is Effect.NEEDS_APPROVAL


def test_only_what_is_editable_may_be_edited() -> None:
    policy = Policy(editable=("agent/**",), protected=("agent/legal/**",), core_files=("agent/auth.py",))
    assert judge("agent/a.py", "X = 1\n", "X = 2\n", policy=policy).allowed
    assert judge("other/a.py", "X = 1\n", "X = 2\n", policy=policy).effect is Effect.BLOCK
    assert judge("agent/Legal/a.py", "X = 1\n", "X = 2\n", policy=policy).effect is Effect.BLOCK
    assert judge("agent/auth.py", "X = 1\n", "X = 2\n", policy=policy).effect is Effect.NEEDS_APPROVAL


def test_a_new_scenario_is_welcome_outside_the_editable_paths() -> None:
    policy = Policy(editable=("agent/**",))
    assert judge("scenarios/new.yaml", None, "- id: a\n  input: {q: x}\n", policy=policy).allowed


@pytest.mark.parametrize(
    ("target", "effect"),
    [("../../etc/passwd", Effect.BLOCK), ("/etc/passwd", Effect.BLOCK), ("../.git/config", Effect.BLOCK), ("b.py", Effect.NEEDS_APPROVAL)],
)
def test_a_symbolic_link_must_stay_inside(target: str, effect: Effect) -> None:
    assert judge("agent/link", None, target, mode_after="120000").effect is effect


def test_modes_submodules_and_encodings_are_seen() -> None:
    assert judge("run.sh", "#!/bin/sh\n", "#!/bin/sh\n", mode_before="100755").effect is Effect.NEEDS_APPROVAL
    assert judge("vendor/lib/x.py", None, "x = 1\n", around=Surroundings(submodules=("vendor/lib",))).effect is Effect.BLOCK
    assert judge("vendor/lib", None, "abc", mode_after="160000").effect is Effect.BLOCK
    assert judge("docs/a.md", "caf\u00e9 au lait, deux fois\n", "caf\udce9 au lait, deux fois\n").effect is Effect.NEEDS_APPROVAL


def test_the_change_must_fit_the_files_that_exist() -> None:
    around = Surroundings(files=("agent/a.py", "docs/x/y.md"))
    assert "fit" in rules_of(judge("agent/a.py", None, "X = 1\n", around=around))
    assert "fit" in rules_of(judge("agent/b.py", "X = 1\n", "X = 2\n", around=around))
    assert "fit" in rules_of(judge("agent/A.py", None, "X = 1\n", around=around))
    assert "fit" in rules_of(judge("docs/x", None, "text\n", around=around))
    assert judge("agent/c.py", None, "X = 1\n", around=around).allowed


def test_one_file_is_changed_once() -> None:
    assert "fit" in rules_of(judge_all({"agent/a.py": (None, "X = 1\n"), "agent/A.py": (None, "X = 2\n")}))
