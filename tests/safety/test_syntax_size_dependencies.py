"""What a change leaves behind can be read, reviewed and installed from places that are known."""

from __future__ import annotations

import pytest

from safety.changes import Surroundings
from safety.policy import Policy
from safety.verdict import Effect
from tests.safety.judged import appended, judge, rules_of

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdef", "bcdefg", strict=True))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "def f(:\n"),
        ("a.py", "return 1\n"),
        ("a.py", "# -*- coding: utf-7 -*-\nx = 1\n"),
        ("a.json", '{"a": 1,}'),
        ("a.json", '{"a": 1, "a": 2}'),
        ("a.yaml", "a:\n\tb: 1\n"),
        ("a.yaml", "a: 1\na: 2\n"),
        ("a.yaml", BOMB),
        ("a.toml", 'a = "x\n'),
        ("a.ini", "[a]\nx = 1\n[a]\n"),
        ("a.j2", "{% if a %}x"),
        ("a.j2", "{{ a "),
        ("a.j2", "{{ a.name }: {{ a.count }}"),
        ("a.j2", "{% for line order.lines %}{{ line }}{% endfor %}"),
        ("a.j2", "{{ total | round(2 }}"),
        ("run.sh", "if [ -d x ]; then\n  echo y\n"),
        ("a.ipynb", "{}"),
        ("a.ts", "function f() { return (1;\n}\n"),
        ("a.md", "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n"),
    ],
)
def test_a_file_that_cannot_be_read_is_blocked(path: str, text: str) -> None:
    verdict = judge(path, None, text)
    assert verdict.effect is Effect.BLOCK
    assert "syntax" in rules_of(verdict)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "a: 1\n---\nb: 2\n"),
        ("a.yaml", "a: !Ref B\nbase: &b {x: 1}\nc:\n  <<: *b\n"),
        ("tsconfig.json", '{\n  // c\n  "a": 1,\n}\n'),
        ("a.j2", "{% raw %}{{ x {% endraw %}{% if a %}b{% endif %}"),
        ("a.j2", "{% load static %}{% cache 300 x %}{{ a|default('b') }}{% endcache %}"),
        ("a.ts", "const a = /[(]/.test('(') ? `(${1}` : \"{\";\n"),
        ("a.py", "async def f():\n    return [x async for x in g()]\n"),
    ],
)
def test_a_file_that_can_be_read_passes(path: str, text: str) -> None:
    assert "syntax" not in rules_of(judge(path, None, text))


def test_what_was_broken_before_is_not_the_fault_of_the_change() -> None:
    assert "syntax" not in rules_of(judge("a.yaml", "a: {{ x }}: 1\n", "a: {{ x }}: 2\n"))


def test_a_placeholder_must_be_filled_in_by_the_code() -> None:
    around = Surroundings(related={"agent/a.py": "p = load().format(user_id=1)\n"})
    before = "You help {user_id}.\n"
    assert judge("agent/prompts/a.md", before, "You help {userid}.\n", around=around).effect is Effect.BLOCK
    assert judge("agent/prompts/a.md", before, before + 'Say {"a": 1}.\n', around=around).effect is Effect.BLOCK
    assert judge("agent/prompts/a.md", before, before + 'Say {{"a": 1}}.\n', around=around).allowed


def test_what_a_record_has_may_fill_a_placeholder_in_where_whole_records_are_given() -> None:
    data, before = '[{"title": "Emma", "year": 1815, "due": null}]\n', "{title} of {year}.\n"
    for call in ("p.format(**book)", "p.format_map(book)"):
        around = Surroundings(related={"agent/a.py": f"p = {call}\n", "agent/books.json": data})
        assert judge("agent/prompts/a.md", before, "{title}, due {due}.\n", around=around).allowed
        assert judge("agent/prompts/a.md", before, "{title}, due {dew}.\n", around=around).effect is Effect.BLOCK
    named = Surroundings(related={"agent/a.py": "p = p.format(title=1, year=2)\n", "agent/books.json": data})
    assert judge("agent/prompts/a.md", before, "{title}, due {due}.\n", around=named).effect is Effect.BLOCK


@pytest.mark.parametrize(
    "code", ['p = re.sub(r"\\{(\\w+)\\}", fill, p)\n', 'PLACE = re.compile(r"\\{\\{\\s*(\\w+)")\n', 'p = p.replace(f"{{{name}}}", value)\n']
)
def test_code_that_fills_in_by_itself_may_know_what_is_kept_under_a_name(code: str) -> None:
    before, related = "{title} of {year}.\n", {"agent/a.py": code, "agent/books.json": '[{"title": "Emma", "year": 1815, "due": null}]\n'}
    around = Surroundings(related=related)
    assert judge("agent/prompts/a.md", before, "{title}, due {due}.\n", around=around).allowed
    assert judge("agent/prompts/a.md", before, "{title}, due {dew}.\n", around=around).effect is Effect.NEEDS_APPROVAL
    unknown = Surroundings(related={**related, "agent/a.py": 'p = p.replace("{", "(")\n'})
    assert judge("agent/prompts/a.md", before, "{title}, due {due}.\n", around=unknown).effect is Effect.NEEDS_APPROVAL


def test_long_changes_need_a_person() -> None:
    policy = Policy(max_changed_lines=3)
    assert judge("a.txt", None, "a\nb\nc\n", policy=policy).allowed
    assert judge("a.txt", None, "a\nb\nc\nd\n", policy=policy).effect is Effect.NEEDS_APPROVAL
    assert judge("a.txt", "a\nb\n", "c\nd\n", policy=policy).effect is Effect.NEEDS_APPROVAL


@pytest.mark.parametrize(
    ("path", "before", "after", "effect"),
    [
        ("docs/a.md", "Text\n", None, Effect.NEEDS_APPROVAL),
        ("agent/a.py", "X = 1\nY = 2\n", "", Effect.BLOCK),
        ("agent/a.py", "X = 1\nY = 2\n", "# nothing\n", Effect.BLOCK),
        ("tools/x", None, "\x7fELF\x02\x01\x00\x00", Effect.BLOCK),
        ("data/x.bin", None, "\x00\x01\x02", Effect.NEEDS_APPROVAL),
        ("web/a.min.js", None, "var a=1;" * 900, Effect.NEEDS_APPROVAL),
    ],
)
def test_what_cannot_be_reviewed_or_is_gone_is_said(path: str, before: str | None, after: str | None, effect: Effect) -> None:
    assert judge(path, before, after).effect is effect


def test_a_file_that_is_still_used_is_not_deleted() -> None:
    around = Surroundings(related={"agent/b.py": "from agent.a import x\n"})
    assert judge("agent/a.py", "x = 1\n", None, around=around).effect is Effect.BLOCK


@pytest.mark.parametrize(
    ("path", "before", "after", "effect"),
    [
        ("requirements.txt", "httpx==1\n", "httpx==1\ntenacity==9\n", Effect.NEEDS_APPROVAL),
        ("requirements.txt", "httpx==1\n", "# a note\nhttpx==1\n", Effect.ALLOW),
        ("requirements.txt", "httpx==1\n", "--trusted-host a.invalid\nhttpx==1\n", Effect.BLOCK),
        (
            "pyproject.toml",
            "[project]\nname='a'\ndependencies=['httpx']\n",
            "[project]\nname='a'\ndependencies=['httpx', 'x']\n",
            Effect.NEEDS_APPROVAL,
        ),
        ("pyproject.toml", "[project]\nname='a'\ndescription='b'\n", "[project]\nname='a'\ndescription='c'\n", Effect.ALLOW),
        ("agent/clock.py", "X = 1\n", "X = 2\n", Effect.ALLOW),
        ("poetry.lock", "a = 1\n", "a = 2\n", Effect.NEEDS_APPROVAL),
        ("agent/a.py", "X = 1\n", "import json_repair\n\nX = 1\n", Effect.NEEDS_APPROVAL),
        ("agent/a.py", "X = 1\n", "import pytest\n\nX = 1\n", Effect.NEEDS_APPROVAL),
        ("agent/a.py", "X = 1\n", "import yaml\nimport json\nfrom agent.b import y\nfrom . import z\n\nX = 1\n", Effect.ALLOW),
        ("agent/a.py", "X = 1\n", "import importlib\n\nX = importlib.import_module('json_repair')\n", Effect.NEEDS_APPROVAL),
        ("Dockerfile", "FROM a\nUSER nobody\n", "FROM a\nRUN apt-get install -y x\nUSER nobody\n", Effect.NEEDS_APPROVAL),
        ("web/a.ts", "export {};\n", "import x from 'left-pad';\nexport {};\n", Effect.NEEDS_APPROVAL),
    ],
)
def test_new_dependencies_need_a_person(path: str, before: str, after: str, effect: Effect) -> None:
    assert judge(path, before, after).effect is effect


def test_a_name_one_letter_away_from_a_known_one_is_pointed_out() -> None:
    verdict = appended("requirements.txt", "httpx==1\n", "htttpx==1\n")
    assert any("one letter away from httpx" in f.says for f in verdict.findings)
