"""How well the guard judges: `python -m benchmarks.guard CASES [POLICY] [--secrets SECRETS] [--variants] [--detector COMMAND]`.

CASES are JSON lines as `refinery guard --changes` takes them, each with `kind`, `expected` and `acceptable` besides. Printed are, per
kind, how many got an acceptable verdict or a stricter one; what was let through or stopped wrongly; and the files judged per second of
processor time. `--variants` judges every case again in other spellings. SECRETS are JSON lines with `label` and `text_b64`; `--detector`
is the path of a `detect-secrets` program to compare with, on the same lines.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from safety.changes import ChangeSet, FileChange, Surroundings
from safety.guard import Guard
from safety.policy import Policy
from safety.rules.all import ALL
from safety.rules.secret_scan import scan
from safety.verdict import Effect
from safety.wire import parse_policy, parse_proposal


class Example(NamedTuple):
    """One case with what is right."""

    id: str
    kind: str
    acceptable: tuple[str, ...]
    expected: str
    changes: ChangeSet
    around: Surroundings

    def held(self, effect: Effect) -> bool:
        """Whether a verdict is right, or stricter where the change is hostile."""
        stricter = self.expected != "allow" and effect.rank >= Effect(self.expected).rank
        return effect.value in self.acceptable or stricter


def main() -> None:
    """Judges, counts and prints."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("cases", type=Path)
    options.add_argument("policy", type=Path, nargs="?")
    options.add_argument("--secrets", type=Path)
    options.add_argument("--variants", action="store_true")
    options.add_argument("--detector", type=Path)
    given = options.parse_args()
    policy = parse_policy(given.policy.read_text()) if given.policy else Policy()
    guard = Guard(ALL, policy)
    examples = [_example(line, number) for number, line in enumerate(given.cases.read_text().splitlines(), 1) if line.strip()]
    _report("cases as they are", guard, examples)
    if given.variants:
        varied = [variant for example in examples for variant in _variants(example)]
        _report(f"the same in {len(varied)} other spellings", guard, varied, show=40)
    _pace(guard, examples)
    if given.secrets:
        _secrets(given.secrets, given.detector)


def _example(line: str, number: int) -> Example:
    row = json.loads(line)
    proposal = parse_proposal(line, number)
    return Example(proposal.id, row["kind"], tuple(row["acceptable"]), row["expected"], proposal.changes, proposal.around)


def _report(title: str, guard: Guard, examples: list[Example], show: int = 60) -> None:
    by_kind: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    wrong: list[str] = []
    hostile = caught = stopped = benign = through = 0
    for example in examples:
        verdict = guard.judge(example.changes, example.around)
        held = example.held(verdict.effect)
        by_kind[example.kind][0] += held
        by_kind[example.kind][1] += 1
        if example.expected == "allow":
            benign, stopped = benign + 1, stopped + (not held)
        else:
            hostile, caught = hostile + 1, caught + held
            through += not held and verdict.allowed
        if not held:
            reasons = "; ".join(f"{f.rule}: {f.says}" for f in verdict.findings[:2])
            wrong.append(f"  WRONG {example.id} wanted {example.expected}, got {verdict.effect}  {reasons[:160]}")
    print(f"{title}: {len(examples)}")
    print(f"  hostile or risky {caught} of {hostile} as expected or stricter ({_percent(caught, hostile)}), {through} let through")
    print(f"  benign stopped   {stopped} of {benign}")
    for kind, (right, all_of_it) in by_kind.items():
        print(f"    {kind:22s} {right:5d} of {all_of_it}")
    print("\n".join(wrong[:show]))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _pace(guard: Guard, examples: list[Example]) -> None:
    files = sum(len(example.changes) for example in examples)
    start = time.process_time()
    for example in examples:
        guard.judge(example.changes, example.around)
    warm = time.process_time() - start
    python = next((c for e in examples for c in e.changes if c.path.endswith(".py") and c.before and c.after and len(c.after) > 800), None)
    print(f"pace: {files / warm:,.0f} files per second of processor time (cases seen before)")
    if python is None:
        return
    times = []
    for round_ in range(21):
        ten = ChangeSet(
            tuple(FileChange(f"part{i}/{python.path}", python.before, f"{python.after}\nPART = {i + round_ * 10}\n") for i in range(10))
        )
        start = time.process_time()
        guard.judge(ten, examples[0].around)
        times.append(1_000 * (time.process_time() - start))
    lines = (python.after or "").count("\n")
    print(
        f"pace: {sorted(times)[10]:.1f} ms (median of 21) for a change of ten Python files of {lines} lines, new text each time, base known"
    )


# the same change in other spellings


def _variants(example: Example) -> Iterator[Example]:
    for name, vary in _VARIATIONS:
        changes = tuple(vary(change) for change in example.changes)
        if any(c is None for c in changes) or all(a == b for a, b in zip(changes, example.changes, strict=True)):
            continue
        made = ChangeSet(tuple(c for c in changes if c is not None))
        yield example._replace(id=f"{example.id}/{name}", changes=made)
    if len(example.changes) == 1:
        first = example.changes.changes[0]
        other = FileChange("docs/notes_on_this.md", "Notes\n", "Notes\n\nOne more line.\n")
        yield example._replace(id=f"{example.id}/beside-another", changes=ChangeSet((other, first)))
        yield example._replace(id=f"{example.id}/before-another", changes=ChangeSet((first, other)))
        yield from _split(example, first)
        if example.kind == "secret":
            yield from _elsewhere(example, first)


def _split(example: Example, change: FileChange) -> Iterator[Example]:
    """New code moved to a file of its own, so that the old file does not change."""
    before, after = change.before, change.after
    python = change.path.endswith(".py") and not re.search(r"test|conftest|setup|evals|auth", change.path)
    if python and before and after and after.startswith(before) and example.kind not in ("syntax", "unicode", "size_binary", "test_weaken"):
        folder = change.path.rpartition("/")[0]
        head = "\n".join(line for line in before.splitlines() if line.startswith(("import ", "from ")))
        moved = FileChange(f"{folder}/further.py" if folder else "further.py", None, head + "\n\n\n" + after[len(before) :].lstrip("\n"))
        yield example._replace(id=f"{example.id}/own-file", changes=ChangeSet((moved,)))


def _elsewhere(example: Example, change: FileChange) -> Iterator[Example]:
    """A credential in files of other kinds."""
    known = set((change.before or "").splitlines())
    new = [line for line in (change.after or "").splitlines() if line not in known and len(line.strip()) > 8]
    quoted = [m for line in new for m in re.findall(r"[\"']([^\"'\s]{16,})[\"']|[:=]\s*([^\"'\s]{16,})$", line)]
    value = next((a or b for a, b in quoted), None)
    if value is None or "BEGIN" in (change.after or "") or re.search(r"^\s*data:", change.after or "", re.MULTILINE):
        return
    forms = {
        "settings.env": f"SERVICE_API_KEY={value}\n",
        "web/app.ts": f'export const apiKey = "{value}";\n',
        "app.ini": f"[service]\napi_key = {value}\n",
        "config/more.json": json.dumps({"service": {"api_key": value}}) + "\n",
        "config/more.toml": f'[service]\napi_key = "{value}"\n',
        "docs/how.md": f"Set the key like this:\n\n    export SERVICE_API_KEY={value}\n",
        "run.sh": f'#!/bin/sh\nexport SERVICE_API_KEY="{value}"\n',
        "agent/key.py": f'SERVICE_API_KEY = "{value}"\n',
        "agent/shout.py": f'# key: {value}\nPARTS = ["{value[: len(value) // 2]}", "{value[len(value) // 2 :]}"]\n',
        "agent/halves.py": f'KEY = "".join(["{value[: len(value) // 2]}", "{value[len(value) // 2 :]}"])\n',
        "agent/turned.py": f'KEY = "{value[::-1]}"[::-1]\n',
        "agent/packed.py": f'import base64\n\nKEY = base64.b64decode("{base64.b64encode(value.encode()).decode()}").decode()\n',
        "agent/hexed.py": f'KEY = bytes.fromhex("{value.encode().hex()}").decode()\n',
    }
    for path, text in forms.items():
        yield example._replace(id=f"{example.id}/in {path}", changes=ChangeSet((FileChange(path, None, text),)))


def _new_part(change: FileChange) -> tuple[str, str] | None:
    """What stays at the head and what is appended, where a change only appends."""
    if change.before and change.after and change.after.startswith(change.before):
        return change.before, change.after[len(change.before) :]
    return None


def _python(change: FileChange) -> bool:
    return change.path.endswith(".py") and change.after is not None and change.after != change.before


def _requoted(change: FileChange) -> FileChange | None:
    if not _python(change) or change.after is None:
        return None
    known = set((change.before or "").splitlines())

    def turn(line: str) -> str:
        if line in known or "'" in line or '"""' in line or "#" in line:
            return line
        return re.sub(r'(?<![rbf"])"([^"\\]*)"(?!")', r"'\1'", line)

    return FileChange(change.path, change.before, "\n".join(map(turn, change.after.split("\n"))), change.mode_before, change.mode_after)


def _wrapped(change: FileChange) -> FileChange | None:
    parts = _new_part(change) if _python(change) else None
    if parts is None or not parts[1].strip() or "return" in parts[1].split("def")[0] or '"""' in parts[1]:
        return None
    if re.search(r"test|conftest|setup|evals", change.path):
        return None
    body = "\n".join("    " + line if line.strip() else "" for line in parts[1].strip("\n").split("\n"))
    return FileChange(change.path, change.before, f"{parts[0]}\n\ndef arrange_all_of_it():\n{body}\n")


def _in_class(change: FileChange) -> FileChange | None:
    wrapped = _wrapped(change)
    parts = _new_part(change)
    if wrapped is None or parts is None:
        return None
    body = "\n".join("    " + line if line.strip() else "" for line in (wrapped.after or "")[len(parts[0]) :].strip("\n").split("\n"))
    return FileChange(
        change.path, change.before, f"{parts[0]}\n\nclass Arrangement:\n{body.replace('arrange_all_of_it()', 'arrange_all_of_it(self)')}\n"
    )


def _renamed(change: FileChange) -> FileChange | None:
    """Names that only the change brings in, spelt otherwise."""
    if not _python(change) or change.after is None or re.search(r"test|conftest|evals|setup", change.path):
        return None
    old = set(re.findall(r"\w+", change.before or ""))
    fresh = set(re.findall(r"^\s*def (\w+)|^([a-z_]\w*) = ", change.after, re.MULTILINE))
    names = {n for pair in fresh for n in pair if n and n not in old and not n.startswith(("__", "pytest_"))}
    names = {n for n in names if not re.search(r"is_|admin|ok$|check|auth|key|token|secret|password", n)}
    after = change.after
    for name in names:
        after = re.sub(rf"(?<![\w.\"'/]){name}(?![\w\"'])", f"the_{name}_of_it", after)
    return FileChange(change.path, change.before, after)


def _commented(change: FileChange) -> FileChange | None:
    marks = {
        ".py": "# tidy",
        ".sh": "# tidy",
        ".yaml": "# tidy",
        ".yml": "# tidy",
        ".toml": "# tidy",
        ".sql": "-- tidy",
        ".md": "Some more words.",
    }
    mark = next((m for end, m in marks.items() if change.path.endswith(end)), None)
    if mark is None or change.after is None or not change.after.strip() or change.after == change.before or not change.path.isprintable():
        return None
    if re.search(r"test|conftest|scenarios|golden|rubrics", change.path):
        return None
    return FileChange(change.path, change.before, change.after.rstrip("\n") + f"\n{mark}\n", change.mode_before, change.mode_after)


def _windows(change: FileChange) -> FileChange | None:
    if change.after is None or "\r" in change.after or "\x00" in change.after:
        return None
    return FileChange(
        change.path,
        change.before and change.before.replace("\n", "\r\n"),
        change.after.replace("\n", "\r\n"),
        change.mode_before,
        change.mode_after,
    )


def _deeper(change: FileChange) -> FileChange | None:
    """The same file, one folder down, where places do not matter."""
    ordinary = (
        re.match(r"(?:agent|config|docs|db|notebooks|deploy|web)/", change.path) and "auth" not in change.path and "../" not in change.path
    )
    if not ordinary or re.search(r"\.git|link$|\.aws|from agent", change.path) or change.mode_after != "100644":
        return None
    top, _, rest = change.path.partition("/")
    return FileChange(f"{top}/inner/{rest}", change.before, change.after)


def _spaced(change: FileChange) -> FileChange | None:
    """Calls and commands with other spacing, which means the same."""
    parts = _new_part(change)
    if parts is None or not parts[1].strip() or not change.path.endswith((".sh", ".sql")):
        return None
    return FileChange(change.path, change.before, parts[0] + re.sub(r"(?<=\w) (?=[-\w/])", "  ", parts[1]))


def _upper_sql(change: FileChange) -> FileChange | None:
    if change.after is None or change.after == change.before or not re.search(r"\b(?:DROP|DELETE|TRUNCATE|UPDATE|ALTER)\b", change.after):
        return None
    known = set((change.before or "").splitlines())
    lines = [
        line
        if line in known
        else re.sub(r"\b(?:DROP|DELETE|TRUNCATE|UPDATE|ALTER|TABLE|DATABASE|FROM|SET)\b", lambda m: m.group().title(), line)
        for line in change.after.split("\n")
    ]
    return FileChange(change.path, change.before, "\n".join(lines))


def _aliased(change: FileChange) -> FileChange | None:
    """Modules under another name."""
    if not _python(change) or change.after is None or re.search(r"test|evals", change.path):
        return None
    after, known = change.after, set(re.findall(r"^import (\w+)$", change.before or "", re.MULTILINE))
    for module in set(re.findall(r"^(?: *)import (\w+)$", after, re.MULTILINE)) - known:
        if re.search(rf"\b{module}\.\w", after):
            after = re.sub(rf"^( *)import {module}$", rf"\1import {module} as helper_{module}", after, flags=re.MULTILINE)
            after = re.sub(rf"(?<![\w.\"'/]){module}\.(?=\w)", f"helper_{module}.", after)
    return FileChange(change.path, change.before, after)


def _split_strings(change: FileChange) -> FileChange | None:
    """Every longer text of new Python lines in two pieces."""
    if not _python(change) or change.after is None or re.search(r"test|evals|conftest", change.path):
        return None
    known = set((change.before or "").splitlines())

    def halve(match: re.Match[str]) -> str:
        text = match.group(1)
        return f'("{text[: len(text) // 2]}" + "{text[len(text) // 2 :]}")'

    lines = [
        line if line in known or '"""' in line or "#" in line or "'" in line else re.sub(r'(?<![\w"])"([^"\\{}]{6,})"(?!")', halve, line)
        for line in change.after.split("\n")
    ]
    return FileChange(change.path, change.before, "\n".join(lines))


def _own_script(change: FileChange) -> FileChange | None:
    """New shell lines as the recipe of a Makefile."""
    parts = _new_part(change)
    if (
        parts is None
        or not parts[1].strip()
        or not change.path.endswith(".sh")
        or "$" in parts[1]
        or "\\" in parts[1]
        or "if [" in parts[1]
        or "'" in parts[1]
    ):
        return None
    recipe = "".join(f"\t{line}\n" for line in parts[1].strip().split("\n"))
    return FileChange("Makefile", "all:\n\techo all\n", "all:\n\techo all\nmore:\n" + recipe)


_VARIATIONS: tuple[tuple[str, Callable[[FileChange], FileChange | None]], ...] = (
    ("quotes", _requoted),
    ("function", _wrapped),
    ("class", _in_class),
    ("names", _renamed),
    ("comment", _commented),
    ("line-ends", _windows),
    ("folder", _deeper),
    ("spaces", _spaced),
    ("sql-case", _upper_sql),
    ("alias", _aliased),
    ("pieces", _split_strings),
    ("recipe", _own_script),
)


# credentials, line by line


def _secrets(cases: Path, detector: Path | None) -> None:
    rows = [json.loads(line) for line in cases.read_text().splitlines() if line.strip()]
    texts = [(base64.b64decode(row["text_b64"]).decode("utf-8", "surrogateescape"), row["label"] == "secret") for row in rows]
    start = time.process_time()
    ours = [bool(scan(text)) for text, _ in texts]
    pace = len(texts) / (time.process_time() - start)
    print(f"secret lines, this guard: {_figures(ours, texts)}; {pace:,.0f} lines per second of processor time")
    if detector is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, (text, _) in enumerate(texts):
            Path(folder, f"{number}.txt").write_text(text, "utf-8", "surrogateescape")
        answer = subprocess.run(
            [detector, "scan", "--all-files", "--no-verify", "."], cwd=folder, capture_output=True, text=True, check=True
        )
    flagged = {int(Path(name).stem) for name in json.loads(answer.stdout)["results"]}
    print(f"secret lines, {detector.name}: {_figures([n in flagged for n in range(len(texts))], texts)}")


def _figures(flagged: list[bool], texts: list[tuple[str, bool]]) -> str:
    right = sum(f and secret for f, (_, secret) in zip(flagged, texts, strict=True))
    secrets = sum(secret for _, secret in texts)
    recall = f"recall {_percent(right, secrets)} ({right} of {secrets})"
    return f"{recall}, precision {_percent(right, sum(flagged))} ({right} of {sum(flagged)} flagged)"


if __name__ == "__main__":
    main()
