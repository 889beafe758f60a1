"""Where tests are run: steps taken away or made not to count, fewer tests run, less demanded of them."""
# ruff: noqa: E501  a pattern is not wrapped: it would read worse in pieces

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from safety.changes import FileChange
from safety.rules.added import Line, added, removed
from safety.rules.configuration import Fault, leaves, line_of, read
from safety.rules.kinds import Kind, kind_of
from safety.rules.places import place_of
from safety.verdict import Effect, Finding

RUNNER = re.compile(
    r"\b(?:pytest|py\.test|unittest|tox|nox|vitest|jest|mocha|ava|playwright|cypress|karma|rspec|phpunit|ctest|go\s+test|cargo\s+test|dotnet\s+test|mvn\s+(?:test|verify)|gradlew?\s+(?:test|check)"
    r"|(?:npm|yarn|pnpm|bun)\s+(?:run\s+)?test|make\s+(?:test|check)|refinery\s+(?:suite|check|guard)|deepeval|promptfoo|ruff|mypy|pyright|flake8|bandit|eslint|tsc|pre-commit|coverage|pip-audit|gitleaks|semgrep)\b"
)
_HIDES = re.compile(
    r"\|\|\s*(?:true|:|exit\s+0|echo\b)|;\s*(?:true|exit\s+0)\s*(?:$|['\"])|\bset\s+\+e\b|^\s*-(?=\w)|--exit-zero|--passWithNoTests|--pass-with-no-tests|--no-fail|--suppress-no-test-exit-code|\|\s*(?:cat|tee)\b|--bail=0|--soft-fail|\bcatchError\b|\bwarnError\b|returnStatus\s*:\s*true|success_codes\s*=|\bcontinue\b|2>&1\s*&\s*(?:$|#|['\"])"
)
_NARROWS = re.compile(
    r"(?:^|\s|[\"'])(?:-k[ =]|-m[ =]?[\"']?not\b|--deselect|--ignore(?:-glob)?\b|--last-failed|--lf\b|-p[ =]?no:|--no-cov|--collect-only|--co\b|-x\b.*--maxfail|--testPathIgnorePatterns|--exclude|--grep-invert|--testNamePattern|-t[ =]|--shard|--skip|--noconftest|-o\s|--disable-warnings|--no-verify|-u\b|--updateSnapshot|--update-snapshots?|--snapshot-update|--runxfail)"
)
_LET_FAIL = re.compile(
    r"^\s{0,80}-?\s{0,80}[\"']?(?:continue-on-error|allow_failure|ignore_errors|continue_on_error|fail_ci_if_error|failFast|soft_fail|ignoreExitCode|continueOnError|fail-fast|fast_finish)[\"']?\s*:\s*[\"']?(\w+)",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"^\s{0,80}-?\s{0,80}[\"']?(?:if|when|only|rules|condition|enabled)[\"']?\s*:\s*[\"']?(?:\$\{\{\s*)?(?:false|never|manual|0|always\(\)\s*==\s*false)|^\s{0,80}-?\s{0,80}[\"']?skip[\"']?\s*:\s*[\"']?(?:true|yes)|\bexpression\s*\{\s*(?:return\s+)?false\s*\}|^\.IGNORE\s*:",
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
    r"(?:^|/)(?:Makefile|GNUmakefile|justfile|noxfile\.py|tox\.ini|package\.json|.*\.sh|.*\.mk|Taskfile\.ya?ml|tasks\.py|\.pre-commit-config\.yaml|pyproject\.toml|pytest\.ini|setup\.cfg|\.coveragerc|(?:vite|vitest|jest|playwright|karma|cypress|ava|mocha|nyc|c8)(?:\.\w+)*\.config\.\w+|\.mocharc\.\w+|jest\.setup\.\w+|Justfile|Rakefile|build\.gradle(?:\.kts)?|pom\.xml|codecov\.yml|\.codecov\.yml)$"
)


def is_pipeline(path: str) -> bool:
    """Whether a file decides how, or whether, tests are run."""
    return bool(_CI.search(path) or _RECIPES.search(path)) or place_of(path) is not None


def pipeline(change: FileChange) -> Iterator[Finding]:
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
    if re.search(r"(?:^|/)(?:GNUm|M)akefile$|\.mk$", change.path):
        was_needed, is_needed = _needed(before), _needed(change.after or "")
        for target, needs in was_needed.items():
            lost_needs = [n for n in needs if re.search(r"test|check|lint|verify", n) and n not in is_needed.get(target, needs)]
            if lost_needs:
                yield Finding("tests", change.path, None, f"{target} no longer needs {lost_needs[0]} first", Effect.NEEDS_APPROVAL)
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
        elif _NEVER.match(text) or re.search(r"\bexpression\s*\{\s*(?:return\s+)?false\s*\}", text):
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


def _needed(text: str) -> dict[str, list[str]]:
    """What each target of a Makefile has done first."""
    return {m.group(1): m.group(2).split() for m in re.finditer(r"(?m)^([\w.-]+)\s*:(?!=)([^=\n#]*)", text)}


def _without_comments(text: str) -> str:
    bare = re.sub(r"(?m)^[ \t]*(?:#|//).*$|[ \t]#[ \t].*$", "", text)
    # what is only printed, looked for or installed is not run
    return re.sub(
        r"\b(?:echo|printf|which|command -v|type|(?:pip3?|uv pip|poetry|uv|apt-get|npm)\s+(?:install|add|i))\b[^\n;&|]*", "", bare
    )


def thresholds(change: FileChange) -> Iterator[Finding]:
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
    yield from _of_runners(change)
    for line in removed(change):
        if re.search(r"fail-under", line.text) and not any("fail-under" in x.text for x in added(change)):
            yield Finding("tests", path, line.number, "what the tests demand is taken away", Effect.BLOCK)


_RUNNER_FILE = re.compile(
    r"(?:^|/)(?:vite|vitest|jest|playwright|karma|cypress|ava|mocha|nyc|c8)(?:\.\w+)*\.config\.\w+$|(?:^|/)\.mocharc\.\w+$|(?:^|/)jest\.setup\.\w+$"
)
_RUNNER_SETTING = re.compile(
    r"\b(?:passWithNoTests|testPathIgnorePatterns|testMatch|testRegex|testIgnore|coveragePathIgnorePatterns|modulePathIgnorePatterns|forbidOnly|bail|retries|retry|include|exclude|grepInvert|testNamePattern|allowOnly|dangerouslyIgnoreUnhandledErrors)\s*:"
)
_RUNNER_LIMIT = re.compile(r"\b(branches|functions|lines|statements|global|perFile|timeout|threshold)\s*:\s*(\d+(?:\.\d+)?)")


def _of_runners(change: FileChange) -> Iterator[Finding]:
    """Settings of the test runners of JavaScript, which stand in code."""
    if not _RUNNER_FILE.search(change.path) or change.after is None:
        return
    fresh, gone = added(change), removed(change)
    for line in fresh:
        if _RUNNER_SETTING.search(line.text):
            says = f"which tests are run, or what they demand, is changed (`{line.text.strip()[:60]}`)"
            yield Finding("tests", change.path, line.number, says, Effect.BLOCK)
    was = {name: float(number) for line in gone for name, number in _RUNNER_LIMIT.findall(line.text)}
    now = {name: float(number) for line in fresh for name, number in _RUNNER_LIMIT.findall(line.text)}
    for name, number in was.items():
        if name != "timeout" and now.get(name, 0.0) < number:
            yield Finding(
                "tests", change.path, fresh[0].number if fresh else None, f"what the tests demand is lowered ({name})", Effect.BLOCK
            )


def _is_number(value: object) -> bool:
    return (isinstance(value, (int, float)) and not isinstance(value, bool)) or (
        isinstance(value, str) and re.fullmatch(r"\d+(?:\.\d+)?%?", value) is not None and "%" not in value
    )
