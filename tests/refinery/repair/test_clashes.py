"""What cannot be right by the kinds of its parts is known without running it."""

from __future__ import annotations

import pytest

from refinery.repair.learning import learn
from refinery.repair.module import Module
from refinery.repair.shape import shape_of

CODE = """
import json
from pathlib import Path

HERE = Path(__file__).parent
NAMES = {"a": 1}


class Row:
    size: int

    def __init__(self, tags):
        self.parts = []
        self.tags = tags


def plain(text: str) -> str:
    return text.strip()


def split(text):
    return text.lower().split()


async def ask(row):
    return row


async def f(rows, row: Row, n: int, text: str, seen, extra=None):
    words = split(text)
    last = None
    for place, word in enumerate(words):
        last = word
    counted = {word: 0 for word in words}
    seen.add(text)
    got = await ask(row)
    return MARK
"""


def pointless(new: str) -> bool:
    module = Module("m.py", CODE)
    found = shape_of(module, CODE.replace("return MARK", f"return {new}"), learn([module]))
    assert found
    return found.pointless > 0


@pytest.mark.parametrize(
    "new",
    [
        "{'a': n} // n", "f'{n}' - n", "n + text", "words + 1", "counted * 2", "-words", "words - rows", "ask(row) * 2", "ask(row) + n",
        "max(0, words)", "abs(text)", "len(n)", "sorted(n)", "int(words)", "', '.join(n)", "[x for x in n]", "sum(n)",
        "words.lower()", "text.append(n)", "counted.append(n) or n if n.upper() else 1", "row.size.lower()", "row.parts.strip()",
        "words['a']", "n[0]", "{1, 2}[0]", "counted[1:]", "text['a']",
        "n < text", "words > n", "n in text", "text in n", "{'a': 1} == 1", "None < n", "counted < counted",
        "seen.add(n)", "words.append(n)", "[seen.add(n)]", "words.sort()", "plain(words)", "plain(n)", "plain - n", "json + 1", "split > n",
        "place + text", "words & {n}",
    ],
)  # fmt: skip
def test_what_a_kind_does_not_bear_is_pointless(new: str) -> None:
    assert pointless(new)


@pytest.mark.parametrize(
    "new",
    [
        "rows // n", "text * n",
        "[0] * n", "words + rows", "words + [n]", "text + plain(text)", "got * 2", "await ask(row)",
        "HERE / text", "f'%s' % n", "rows % (n, 1)", "{1} - set(rows)", "counted | {'a': 1}", "NAMES.keys() & {text}", "max(n, 0)",
        "max(words)", "sorted(text)", "max(rows, words)", "extra < n", "n is None", "text == None",
        "text[0]", "text[n:]", "words[0].lower()", "rows['a']", "row.tags + n",
        "seen.pop()", "rows.add", "plain(rows)", "plain(last)", "[place.lower() for place in words]", "(lambda n: n.lower())(text)",
        "json.loads(text) + 1", "n in words", "[*rows, n]", "not words",
    ],
)  # fmt: skip
def test_what_may_be_right_is_not(new: str) -> None:
    assert not pointless(new)


def test_what_stood_there_before_is_not_held_against_a_change() -> None:
    module = Module("m.py", "def f(n: int, text: str):\n    return n + text + 1\n")
    found = shape_of(module, module.text.replace("+ 1", "+ 2"), learn([module]))
    assert found
    assert found.pointless <= 0


def test_a_name_that_is_asked_what_it_is_may_be_anything() -> None:
    module = Module("m.py", "def f(n: int):\n    if isinstance(n, str):\n        return n\n    return 1\n")
    found = shape_of(module, module.text.replace("return n", "return n.lower()"), learn([module]))
    assert found
    assert found.pointless <= 0


SEEN = """
import re


def f(config, text):
    found = re.search("a", text)
    rules = config["rules"]
    shown = read(rules)
    for each in shown:
        print(each, shown.title, rules["most"])
    return found
"""


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        ("return found", "return sorted(found)", False), ("return found", "return found.group(1).lower()", True),
        ("return found", "return found[1]", True), ("return found", "return max(0, config)", False),
        ("return found", "return config - 1", False), ("return found", "return config | {}", True),
        ('config["rules"]', 'sorted(config["rules"])', False), ('config["rules"]', 'dict(config["rules"])', True),
        ("read(rules)", "len(read(rules))", False), ("read(rules)", "list(read(rules))", False), ("read(rules)", "str(read(rules))", True),
    ],
)  # fmt: skip
def test_a_name_is_given_what_can_be_read_as_it_is_read(old: str, new: str, fits: bool) -> None:
    module = Module("m.py", SEEN)
    found = shape_of(module, SEEN.replace(old, new), learn([module]))
    assert found
    assert (found.pointless <= 0) == fits


def test_a_name_that_is_given_two_kinds_in_turn_is_let_be() -> None:
    module = Module("m.py", "def f(t):\n    t = load(t)\n    t = t.split()\n    return t[0], t\n")
    found = shape_of(module, module.text.replace("load(t)", "str(t)"), learn([module]))
    assert found
    assert found.pointless <= 0


def test_tables_that_are_read_by_keys_may_be_counted_with() -> None:
    module = Module("m.py", "import pandas\ndef f(rows):\n    return rows['a'], rows\n")
    found = shape_of(module, module.text.replace(", rows", ", rows * 2"), learn([module]))
    assert found
    assert found.pointless <= 0


def test_a_function_of_the_repository_is_no_method_of_something_else() -> None:
    here, there = Module("m.py", "def f(path):\n    return path\n"), Module("b.py", "def stat(a: str) -> int:\n    return 1\n")
    found = shape_of(here, here.text.replace("return path", "return path.stat(1).size"), learn([here, there]))
    assert found
    assert found.pointless <= 0
