"""The rule `tests`: what decides whether a fix is good must not be changed by the fix; adding to it is welcome."""
# ruff: noqa: E501  a pattern is not wrapped: it would read worse in pieces

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from safety.changes import FileChange
from safety.globs import matches, matches_any
from safety.guard import Case
from safety.rules.added import Line, added, removed
from safety.rules.configuration import Fault, Value, leaves, line_of, read
from safety.rules.kinds import Kind, kind_of
from safety.rules.places import place_of
from safety.rules.python_tests import tampering, weakenings
from safety.verdict import Effect, Finding

RUNNER = re.compile(
    r"\b(?:pytest|py\.test|unittest|tox|nox|vitest|jest|mocha|ava|playwright|cypress|karma|rspec|phpunit|ctest|go\s+test|cargo\s+test|dotnet\s+test|mvn\s+(?:test|verify)|gradlew?\s+(?:test|check)"
    r"|(?:npm|yarn|pnpm|bun)\s+(?:run\s+)?test|make\s+(?:test|check)|refinery\s+(?:suite|check|guard)|deepeval|promptfoo|ruff|mypy|pyright|flake8|bandit|eslint|tsc|pre-commit|coverage|pip-audit|gitleaks|semgrep)\b"
)
_HIDES = re.compile(
    r"\|\|\s*(?:true|:|exit\s+0|echo\b)|;\s*(?:true|exit\s+0)\s*(?:$|['\"])|\bset\s+\+e\b|^\s*-(?=\w)|--exit-zero|--passWithNoTests|--pass-with-no-tests|--no-fail|--suppress-no-test-exit-code|\|\s*(?:cat|tee)\b|--bail=0|--soft-fail|\bcontinue\b|2>&1\s*&\s*$"
)
_NARROWS = re.compile(
    r"(?:^|\s|[\"'])(?:-k[ =]|-m[ =]?[\"']?not\b|--deselect|--ignore(?:-glob)?\b|--last-failed|--lf\b|-p[ =]?no:|--no-cov|--collect-only|--co\b|-x\b.*--maxfail|--testPathIgnorePatterns|--exclude|--grep-invert|--testNamePattern|-t[ =]|--shard|--skip|--noconftest|-o\s|--disable-warnings|--no-verify|-u\b|--updateSnapshot|--update-snapshots?|--snapshot-update|--runxfail)"
)
_LET_FAIL = re.compile(
    r"^\s{0,80}-?\s{0,80}[\"']?(?:continue-on-error|allow_failure|ignore_errors|continue_on_error|fail_ci_if_error|failFast|soft_fail|ignoreExitCode|continueOnError|fail-fast|fast_finish)[\"']?\s*:\s*[\"']?(\w+)",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"^\s{0,80}-?\s{0,80}[\"']?(?:if|when|only|rules|condition|enabled|skip)[\"']?\s*:\s*[\"']?(?:\$\{\{\s*)?(?:false|never|manual|0|true\b(?=.*skip)|always\(\)\s*==\s*false)",
    re.IGNORECASE,
)
_THRESHOLD = re.compile(
    r"(?:fail_under|fail-under|min_coverage|cov-fail-under|coverage_threshold|pass_threshold|min_score|threshold|target|branches|functions|lines|statements|minimum|min_pass_rate)$",
    re.IGNORECASE,
)
_TEST_TABLES = re.compile(
    r"^(?:tool\.(?:pytest|coverage|ruff|mypy|pyright|bandit|tox|nox|hypothesis|vitest|jest)|pytest|tool:pytest|coverage|run|report|testenv|tox|jest|vitest|mypy|flake8|nyc|c8|bandit|parsers|coverage:)\b"
)
_CI = re.compile(
    r"(?:^|/)(?:\.github/workflows/.*|\.gitlab-ci.*\.yml|\.circleci/.*|Jenkinsfile.*|azure-pipelines.*|\.travis\.yml|\.drone\.yml|bitbucket-pipelines\.yml|\.buildkite/.*|\.woodpecker.*|\.ci/.*|cloudbuild.*|buildspec.*|appveyor\.yml)$"
)
_RECIPES = re.compile(
    r"(?:^|/)(?:Makefile|GNUmakefile|justfile|noxfile\.py|tox\.ini|package\.json|.*\.sh|.*\.mk|Taskfile\.ya?ml|tasks\.py|\.pre-commit-config\.yaml|pyproject\.toml|pytest\.ini|setup\.cfg|\.coveragerc|(?:vitest|jest|playwright|karma)\.config\.\w+|codecov\.yml|\.codecov\.yml)$"
)


def tests(case: Case) -> Iterator[Finding]:
    """Says which change makes tests, scenarios, judges or thresholds say less."""
    created = {change.path for change in case.changes if change.created}
    for change in case.readable():
        if change.before == change.after:
            continue
        path = change.path
        is_test, is_judge = matches_any(path, case.policy.test_globs), matches_any(path, case.policy.judge_globs)
        if is_judge:
            yield from _judge(case, change)
        elif is_test or matches(path, "conftest.py"):
            yield from _test(change, created)
        if change.after is not None and (_CI.search(path) or _RECIPES.search(path) or place_of(path) is not None):
            yield from _pipeline(change)
            yield from _thresholds(change)
        if path.rsplit("/", 1)[-1] in ("pytest.ini", ".coveragerc", "tox.ini", "noxfile.py") and change.deleted:
            yield Finding("tests", path, None, "the settings of the tests are deleted", Effect.BLOCK)
        elif change.created and path.rsplit("/", 1)[-1] in ("pytest.ini", ".pytest.ini", "tox.ini", ".coveragerc"):
            yield Finding("tests", path, None, "new settings for the tests would take the place of the old ones", Effect.BLOCK)


def _judge(case: Case, change: FileChange) -> Iterator[Finding]:
    path = change.path
    if change.deleted:
        yield Finding("tests", path, None, "a scenario, rubric or judge is deleted: what decides would no longer decide", Effect.BLOCK)
    elif change.created:
        if kind_of(path, change.after) in (Kind.PYTHON, Kind.SHELL, Kind.SCRIPT):
            yield Finding("tests", path, None, "new code is added where judging is done", Effect.NEEDS_APPROVAL)
        doubled = _ids(read(path, change.after or "")) & {
            i for other, text in case.around.related.items() if matches_any(other, case.policy.judge_globs) for i in _ids(read(other, text))
        }
        if doubled:
            yield Finding(
                "tests", path, None, f"the scenario {sorted(doubled)[0]} exists already; a second one would take its place", Effect.BLOCK
            )
    elif not _only_longer(change):
        line = (added(change) or removed(change) or [Line(1, "")])[0]
        says = (
            f"a scenario, rubric or judge is changed (`{line.text.strip()[:60]}`): what decides must not be changed by what is decided on"
        )
        yield Finding("tests", path, line.number, says, Effect.BLOCK)


def _ids(value: Value | Fault) -> set[str]:
    rows = value if isinstance(value, list) else [value]
    return {str(row.get("id") or row.get("name")) for row in rows if isinstance(row, dict) and (row.get("id") or row.get("name"))}


def _only_longer(change: FileChange) -> bool:
    """Whether a list of scenarios kept all its members as they were and got further ones with names of their own."""
    before, after = read(change.path, change.before or ""), read(change.path, change.after or "")
    if not isinstance(before, list) or not isinstance(after, list) or len(after) < len(before):
        return False
    names = [str(row.get("id") or row.get("name")) for row in after if isinstance(row, dict)]
    return after[: len(before)] == before and len(set(names)) == len(names) == len(after)


def _test(change: FileChange, created: set[str]) -> Iterator[Finding]:
    path, conftest = change.path, change.path.rsplit("/", 1)[-1] == "conftest.py"
    if change.deleted:
        moved = any(p.rsplit("/", 1)[-1] == path.rsplit("/", 1)[-1] for p in created)
        yield Finding(
            "tests", path, None, "tests, or what they compare with, are deleted" + (" (and added elsewhere)" if moved else ""), Effect.BLOCK
        )
    elif change.created:
        if kind_of(path, change.after) is Kind.PYTHON:
            for found in tampering(change.after or "", conftest=conftest):
                yield Finding("tests", path, found.line, found.says, Effect.BLOCK)
            if conftest:
                yield Finding("tests", path, None, "a conftest works on every test beside it", Effect.NEEDS_APPROVAL)
    elif kind_of(path, change.after) is Kind.PYTHON:
        for found in weakenings(change.before or "", change.after or ""):
            yield Finding("tests", path, found.line, found.says, Effect.BLOCK)
        if conftest:
            yield Finding("tests", path, None, "the conftest is changed, which works on every test beside it", Effect.BLOCK)
    elif kind_of(path, change.after) is Kind.SCRIPT and _only_added(change):
        for line in added(change):
            if re.search(
                r"\.(?:skip|only|todo|fails|failing)\b|\bx(?:it|describe|test)\b|\bf(?:it|describe)\b|^\s*return\b|process\.exit|vi\.mock|jest\.mock|(?:expect\(true\)|expect\(1\))",
                line.text,
            ):
                yield Finding(
                    "tests", path, line.number, f"tests are skipped, ended or replaced (`{line.text.strip()[:60]}`)", Effect.BLOCK
                )
    else:
        line = (added(change) or removed(change) or [Line(1, "")])[0]
        yield Finding(
            "tests", path, line.number, f"an existing test, or what it compares with, is changed (`{line.text.strip()[:60]}`)", Effect.BLOCK
        )


def _only_added(change: FileChange) -> bool:
    rest = iter((change.after or "").splitlines())
    return all(any(line == other for other in rest) for line in (change.before or "").splitlines())


def _pipeline(change: FileChange) -> Iterator[Finding]:
    """Commands and steps that run the tests."""
    before = change.before or ""
    fresh, gone = added(change), removed(change)
    if before:
        was = Counter(m.group() for m in RUNNER.finditer(_without_comments(before)))
        now = Counter(m.group() for m in RUNNER.finditer(_without_comments(change.after or "")))
        lost = [name for name in was if now[name] < was[name]]
        if lost and sum(now.values()) < sum(was.values()):
            line = next((x for x in gone if RUNNER.search(x.text)), Line(1, ""))
            yield Finding(
                "tests", change.path, line.number, f"a step that tests is taken away (`{line.text.strip()[:60] or lost[0]}`)", Effect.BLOCK
            )
    old_flags = {m.group() for line in gone for m in _NARROWS.finditer(line.text)}
    for line in fresh:
        text = line.text
        if text.lstrip().startswith(("#", "//")):
            continue
        match = _LET_FAIL.match(text)
        if (
            match
            and not (match.group(1).lower() in ("false", "no", "0") and not re.search(r"fail_ci_if_error|fail-fast", text, re.IGNORECASE))
            and not (match.group(1).lower() == "true" and re.search(r"fail_ci_if_error|fail-fast|failFast", text))
        ):
            yield Finding("tests", change.path, line.number, f"a failure would no longer count (`{text.strip()[:60]}`)", Effect.BLOCK)
        elif _NEVER.match(text):
            yield Finding("tests", change.path, line.number, f"a step would never run (`{text.strip()[:60]}`)", Effect.BLOCK)
        elif (RUNNER.search(text) or re.search(r"\btest", text)) and _HIDES.search(text):
            yield Finding("tests", change.path, line.number, f"the failure of a test would be hidden (`{text.strip()[:60]}`)", Effect.BLOCK)
        elif (RUNNER.search(text) or "addopts" in text or re.match(r"\s*[\"']?-", text)) and any(
            m.group() not in old_flags for m in _NARROWS.finditer(text)
        ):
            yield Finding("tests", change.path, line.number, f"fewer tests would be run (`{text.strip()[:60]}`)", Effect.BLOCK)
        elif re.search(
            r"pull_request_target|permissions:\s*write-all|\bGITHUB_TOKEN:\s*write|toJSON\s*\(\s*secrets|persist-credentials:\s*true|set-env|ACTIONS_ALLOW_UNSECURE|self-hosted",
            text,
        ):
            yield Finding(
                "tests", change.path, line.number, f"the build server would give its rights away (`{text.strip()[:60]}`)", Effect.BLOCK
            )


def _without_comments(text: str) -> str:
    return re.sub(r"(?m)^[ \t]*(?:#|//).*$|[ \t]#[ \t].*$", "", text)


def _thresholds(change: FileChange) -> Iterator[Finding]:
    """Numbers and lists by which tests pass or are collected."""
    if change.before is None or change.after is None:
        return
    path = change.path
    if kind_of(path, change.after) in (Kind.TOML, Kind.JSON, Kind.INI, Kind.YAML):
        before, after = read(path, change.before), read(path, change.after)
        if isinstance(before, Fault) or isinstance(after, Fault):
            return
        was, now = {x.place: x for x in leaves(before)}, {x.place: x for x in leaves(after)}
        for place in dict.fromkeys((*was, *now)):
            old, new = was.get(place), now.get(place)
            if (old and new and old.value == new.value) or not (_TEST_TABLES.match(place) or _THRESHOLD.search(place)):
                continue
            leaf = new or old
            if leaf is None or (place.startswith("scripts.") or ".scripts." in place):
                continue
            if (
                old
                and new
                and _is_number(old.value)
                and _is_number(new.value)
                and float(str(new.value)) > float(str(old.value))
                and _THRESHOLD.search(place)
            ):
                continue
            if (
                old is None
                and re.search(
                    r"\.(?:strict|warn_\w+|disallow_\w+|xfail_strict|branch|select\.\d+|extend-select\.\d+|markers\.\d+|asyncio_mode|line-length|target-version|timeout)$",
                    place,
                )
                and leaf.value not in (False, "false", "False")
            ):
                continue
            says = f"what the tests demand is changed: {place} from {old.value if old else 'nothing'} to {new.value if new else 'nothing'}"
            hard = not re.search(r"line-length|target-version|ruff\.format|asyncio_mode|markers|python_version", place)
            yield Finding(
                "tests", path, line_of(change.after if new else change.before, leaf), says, Effect.BLOCK if hard else Effect.NEEDS_APPROVAL
            )
    numbers = {
        m.group(1): float(m.group(2))
        for line in removed(change)
        for m in re.finditer(r"(?<![\w-])--?([\w-]{0,40}(?:fail-under|threshold|min-score))[= ](\d+(?:\.\d+)?)", line.text)
    }
    for line in added(change):
        for match in re.finditer(r"(?<![\w-])--?([\w-]{0,40}(?:fail-under|threshold|min-score))[= ](\d+(?:\.\d+)?)", line.text):
            if match.group(1) in numbers and float(match.group(2)) < numbers[match.group(1)]:
                yield Finding("tests", path, line.number, f"what the tests demand is lowered (`{match.group()}`)", Effect.BLOCK)
    for line in removed(change):
        if re.search(r"fail-under", line.text) and not any("fail-under" in x.text for x in added(change)):
            yield Finding("tests", path, line.number, "what the tests demand is taken away", Effect.BLOCK)


def _is_number(value: object) -> bool:
    return (isinstance(value, (int, float)) and not isinstance(value, bool)) or (
        isinstance(value, str) and re.fullmatch(r"\d+(?:\.\d+)?%?", value) is not None and "%" not in value
    )
