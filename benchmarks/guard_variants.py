"""The same change in other spellings: each keeps what it does, so each must keep its verdict."""

from __future__ import annotations

import ast
import base64
import json
import re
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

from safety.changes import ChangeSet, FileChange, Surroundings
from safety.verdict import Effect


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


def variants(example: Example) -> Iterator[Example]:
    for name, vary in (*_VARIATIONS, *_MORE):
        changes = tuple(vary(change) for change in example.changes)
        if any(c is None for c in changes) or all(a == b for a, b in zip(changes, example.changes, strict=True)):
            continue
        made = ChangeSet(tuple(c for c in changes if c is not None))
        if example.kind != "syntax" and any(_broke(c, of) for c, of in zip(made, example.changes, strict=True)):
            continue
        yield example._replace(id=f"{example.id}/{name}", changes=made)
        if len(made) == 1 and name not in ("comment", "line-ends"):
            for further, again in (("comment", _commented), ("line-ends", _windows), ("quotes", _requoted)):
                twice = again(made.changes[0])
                if twice is not None and twice != made.changes[0] and not _broke(twice, example.changes.changes[0]):
                    yield example._replace(id=f"{example.id}/{name}/{further}", changes=ChangeSet((twice,)))
    if len(example.changes) == 1:
        first = example.changes.changes[0]
        other = FileChange("docs/notes_on_this.md", "Notes\n", "Notes\n\nOne more line.\n")
        yield example._replace(id=f"{example.id}/beside-another", changes=ChangeSet((other, first)))
        yield example._replace(id=f"{example.id}/before-another", changes=ChangeSet((first, other)))
        yield from _split(example, first)
        if example.kind == "secret":
            yield from _elsewhere(example, first)


def _broke(made: FileChange, of: FileChange) -> bool:
    """Whether the mutation, not the change, made something that is no Python."""
    return _parses(of) and made.path.endswith(".py") and not _parses(made)


def _parses(change: FileChange) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse((change.after or "").removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


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
    """What stays at the head and what is appended, where a change only appends (and imports what that needs)."""
    before, after = change.before, change.after
    if not before or not after or before not in after:
        return None
    end = after.index(before) + len(before)
    return (after[:end], after[end:]) if after[: after.index(before)].count("\n") < 6 else None


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


def _indented(text: str, by: str = "    ") -> str:
    return "\n".join(by + line if line.strip() else "" for line in text.strip("\n").split("\n"))


def _within(head: str) -> Callable[[FileChange], FileChange | None]:
    """New Python lines within another block."""

    def vary(change: FileChange) -> FileChange | None:
        wrapped, parts = _wrapped(change), _new_part(change)
        if wrapped is None or parts is None or "yield" in parts[1]:
            return None
        return FileChange(change.path, change.before, f"{parts[0]}\n\n{head}\n{_indented(parts[1])}\n")

    return vary


def _remarked(remark: str) -> Callable[[FileChange], FileChange | None]:
    """A remark in another language before the new lines."""

    def vary(change: FileChange) -> FileChange | None:
        parts = _new_part(change)
        if (
            parts is None
            or not parts[1].strip()
            or not parts[0].endswith("\n")
            or not change.path.endswith((".py", ".sh", ".yaml", ".yml"))
        ):
            return None
        if re.search(r"test|conftest|scenarios|rubrics|evals|golden", change.path) or parts[1].startswith((" ", "\t")):
            return None
        return FileChange(change.path, change.before, f"{parts[0]}# {remark}\n{parts[1].lstrip()}")

    return vary


def _spaced_out(change: FileChange) -> FileChange | None:
    """Further empty lines before and after what is new."""
    parts = _new_part(change)
    if parts is None or not parts[1].strip() or not parts[0].endswith("\n") or not change.path.endswith((".py", ".sh", ".sql", ".md")):
        return None
    if re.search(r"scenarios|rubrics|golden", change.path):
        return None
    return FileChange(change.path, change.before, f"{parts[0]}\n\n{parts[1]}\n\n")


def _by_getattr(change: FileChange) -> FileChange | None:
    """Functions of modules asked for by name."""
    if not _python(change) or change.after is None or re.search(r"test|evals|conftest", change.path):
        return None
    known = set((change.before or "").splitlines())
    modules = "|".join(set(re.findall(r"^\s*import (\w+)", change.after, re.MULTILINE)) or {"os"})
    lines = [
        line
        if line in known or line.lstrip().startswith(("import", "from", "@", "#")) or "'" in line
        else re.sub(rf"(?<![\w.\"'])({modules})\.([a-z_]\w*)\(", r"getattr(\1, '\2')(", line)
        for line in change.after.split("\n")
    ]
    return FileChange(change.path, change.before, "\n".join(lines))


def _imported_late(change: FileChange) -> FileChange | None:
    """New `import x` as a call."""
    if not _python(change) or change.after is None or re.search(r"test|evals|conftest", change.path):
        return None
    known = set((change.before or "").splitlines())
    lines = [
        line if line in known else re.sub(r"^( *)import (\w+)$", r'\1\2 = __import__("\2")', line) for line in change.after.split("\n")
    ]
    return FileChange(change.path, change.before, "\n".join(lines))


def _notebook(change: FileChange) -> FileChange | None:
    """New Python as a cell of a notebook."""
    parts = _new_part(change) if _python(change) else None
    if parts is None or not parts[1].strip() or re.search(r"test|conftest|setup|evals|auth|\.pth", change.path):
        return None
    head = "\n".join(line for line in parts[0].splitlines() if line.startswith(("import ", "from ")))
    cell: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": f"{head}\n{parts[1]}"}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return FileChange("notebooks/more.ipynb", None, json.dumps(book, indent=1) + "\n")


def _shell_lines(change: FileChange) -> list[str] | None:
    parts = _new_part(change)
    if parts is None or not parts[1].strip() or not change.path.endswith(".sh"):
        return None
    lines = parts[1].strip().split("\n")
    joined = "\n".join(lines)
    return None if re.search(r"<<|\bif \[|\bcase\b|\\$|\bfor\b|\(\)", joined) or joined.count('"') % 2 or joined.count("'") % 2 else lines


def _in_shell(shape: Callable[[list[str]], str]) -> Callable[[FileChange], FileChange | None]:
    """New shell lines within another construct of the same script."""

    def vary(change: FileChange) -> FileChange | None:
        lines, parts = _shell_lines(change), _new_part(change)
        return None if lines is None or parts is None else FileChange(change.path, change.before, parts[0] + shape(lines) + "\n")

    return vary


def _as_file(path: str, before: str, shape: Callable[[list[str]], str]) -> Callable[[FileChange], FileChange | None]:
    """New shell lines in a file of another type."""

    def vary(change: FileChange) -> FileChange | None:
        lines = _shell_lines(change)
        if lines is None or any("$(" in line or "`" in line or "'" in line or '"' in line or "\\" in line for line in lines):
            return None
        return FileChange(path, before, before + shape(lines))

    return vary


def _sql_lines(change: FileChange) -> str | None:
    parts = _new_part(change) or (("", change.after or "") if change.before is None else None)
    return parts[1] if parts and parts[1].strip() and change.path.endswith(".sql") else None


def _sql_around(head: str, tail: str) -> Callable[[FileChange], FileChange | None]:
    def vary(change: FileChange) -> FileChange | None:
        new = _sql_lines(change)
        return (
            None
            if new is None or "'" in new or "$$" in new
            else FileChange(change.path, change.before, f"{change.before or ''}{head}{new.strip()}{tail}\n")
        )

    return vary


def _sql_in_python(change: FileChange) -> FileChange | None:
    new = _sql_lines(change)
    if new is None or '"' in new or "\\" in new:
        return None
    statements = [one.strip() for one in new.split(";") if one.strip()]
    body = "\n".join(f'    con.execute("""{one}""")' for one in statements)
    return FileChange("agent/further_tables.py", None, f"def apply(con):\n{body}\n")


def _prompt_lines(change: FileChange) -> list[str] | None:
    parts = _new_part(change)
    if parts is None or not parts[1].strip() or not change.path.endswith((".md", ".txt")) or "prompt" not in change.path:
        return None
    return parts[1].strip().split("\n")


def _said(how: Callable[[str], str]) -> Callable[[FileChange], FileChange | None]:
    """New lines of a prompt, put otherwise."""

    def vary(change: FileChange) -> FileChange | None:
        lines, parts = _prompt_lines(change), _new_part(change)
        if lines is None or parts is None or any("{" in line for line in lines):
            return None
        return FileChange(
            change.path,
            change.before,
            parts[0].rstrip("\n") + "\n" + "\n".join(how(line) if line.strip() else line for line in lines) + "\n",
        )

    return vary


def _prompt_as(path: str, before: str, shape: Callable[[str], str]) -> Callable[[FileChange], FileChange | None]:
    def vary(change: FileChange) -> FileChange | None:
        lines = _prompt_lines(change)
        if lines is None or len(lines) > 20 or any('"' in line or "\\" in line or "{" in line for line in lines):
            return None
        return FileChange(path, before, before + "".join(shape(line.strip(" -*")) for line in lines if line.strip()))

    return vary


def _json_shape(indent: int | None, turned: bool) -> Callable[[FileChange], FileChange | None]:
    """The same JSON, laid out or ordered otherwise."""

    def vary(change: FileChange) -> FileChange | None:
        if (
            not change.path.endswith(".json")
            or change.after is None
            or change.after == change.before
            or re.search(r"golden|snap", change.path)
        ):
            return None
        texts: list[str | None] = []
        for text in (change.before, change.after):
            try:
                value = json.loads(text) if text is not None else None
            except ValueError:
                return None
            if turned and isinstance(value, dict):
                value = dict(reversed(value.items()))
            texts.append(None if text is None else json.dumps(value, indent=indent) + "\n")
        return FileChange(change.path, texts[0], texts[1] or "", change.mode_before, change.mode_after)

    return vary


def _quoted_keys(change: FileChange) -> FileChange | None:
    """Keys of new YAML lines in quotes."""
    if not change.path.endswith((".yaml", ".yml")) or change.after is None or change.after == change.before or "scenarios" in change.path:
        return None
    known = set((change.before or "").splitlines())
    lines = [line if line in known else re.sub(r"^(\s*(?:- )?)([a-z_]\w*):(?= |$)", r'\1"\2":', line) for line in change.after.split("\n")]
    return FileChange(change.path, change.before, "\n".join(lines), change.mode_before, change.mode_after)


_WORKFLOW = "on: push\njobs:\n  more:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo\n"
_MORE: tuple[tuple[str, Callable[[FileChange], FileChange | None]], ...] = (
    ("async", _within("async def arrange_all_of_it():")),
    ("if", _within("if __name__ == '__main__':")),
    ("try", _within("for turn in range(3):")),
    ("with", _within("with arrangement() as arranged:")),
    ("nested", lambda change: _within("def arrange_all_of_it():\n    def part():\n        pass\n")(change)),
    ("remark-de", _remarked("räumt auf")),
    ("remark-zh", _remarked("整理一下")),
    ("remark-long", _remarked("as discussed with the whole team last week, this is needed")),
    ("empty-lines", _spaced_out),
    ("getattr", _by_getattr),
    ("import-call", _imported_late),
    ("notebook", _notebook),
    ("sh-function", _in_shell(lambda lines: "tidy() {\n" + _indented("\n".join(lines)) + "\n}\ntidy")),
    ("sh-if", _in_shell(lambda lines: "if true; then\n" + _indented("\n".join(lines)) + "\nfi")),
    ("sh-subshell", _in_shell(lambda lines: "(\n" + _indented("\n".join(lines)) + "\n)")),
    ("sh-and", _in_shell(lambda lines: "true && " + "; ".join(line for line in lines if line.strip()))),
    ("sh-loop", _in_shell(lambda lines: "for turn in 1 2; do\n" + _indented("\n".join(lines)) + "\ndone")),
    ("sh-tabs", _in_shell(lambda lines: "\n".join("\t" + line for line in lines))),
    (
        "image",
        _as_file(
            "deploy/tools.Dockerfile", "FROM a\nUSER nobody\n", lambda lines: "".join(f"RUN {line}\n" for line in lines if line.strip())
        ),
    ),
    (
        "workflow",
        _as_file(
            ".github/workflows/more.yml", _WORKFLOW, lambda lines: "".join(f"      - run: {line}\n" for line in lines if line.strip())
        ),
    ),
    (
        "makefile",
        _as_file("more.mk", "all:\n\techo\n", lambda lines: "more:\n" + "".join(f"\t@{line}\n" for line in lines if line.strip())),
    ),
    ("sql-transaction", _sql_around("BEGIN;\n", "\nCOMMIT;")),
    ("sql-remark", _sql_around("/* tidy */ ", " -- done")),
    (
        "sql-lower",
        lambda change: (
            None if (new := _sql_lines(change)) is None else FileChange(change.path, change.before, (change.before or "") + new.lower())
        ),
    ),
    (
        "sql-lines",
        lambda change: (
            None
            if (new := _sql_lines(change)) is None or "--" in new
            else FileChange(change.path, change.before, (change.before or "") + new.replace(" ", "\n  "))
        ),
    ),
    ("sql-python", _sql_in_python),
    ("prompt-bullet", _said(lambda line: "- " + line.lstrip("- "))),
    ("prompt-number", _said(lambda line: "7. " + line.lstrip("- "))),
    ("prompt-bold", _said(lambda line: f"**{line.lstrip('- ')}**")),
    ("prompt-spaces", _said(lambda line: line.replace(" ", "  "))),
    ("prompt-quote", _said(lambda line: "> " + line)),
    ("prompt-please", _said(lambda line: "Note well. " + line.lstrip("- "))),
    ("prompt-yaml", _prompt_as("config/prompts.yaml", "system: |\n  You help.\n", lambda line: f"  {line}\n")),
    ("prompt-python", _prompt_as("agent/prompts_more.py", "RULES = []\n", lambda line: f'RULES.append("You help. {line}")\n')),
    ("prompt-jinja", _prompt_as("agent/prompts/more.j2", "You help.\n", lambda line: f"{line}\n")),
    ("json-wide", _json_shape(None, turned=False)),
    ("json-deep", _json_shape(4, turned=False)),
    ("json-turned", _json_shape(2, turned=True)),
    ("yaml-keys", _quoted_keys),
)
