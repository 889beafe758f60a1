"""What is defined where, who uses it, and how far a change reaches."""

from __future__ import annotations

from refinery.edits.codemap import CodeMap

SOURCES = {
    "desk/__init__.py": "",
    "desk/app.py": "from desk import money\nfrom .texts import say\n\n\ndef answer(q):\n    return say('price', total=money.total(q))\n",
    "desk/money.py": "RATE = 2\n\n\nclass Till:\n    def total(self, q):\n        return q * RATE\n\n\n"
    "def total(q):\n    return Till().total(q)\n",
    "desk/texts.py": "from pathlib import Path\n\n\ndef say(name, **v):\n    return Path(f'prompts/{name}.md').read_text().format(**v)\n",
    "prompts/price.md": "It costs {total}.\n",
    "broken.py": "def (",
}
MAP = CodeMap(SOURCES)


def test_definitions_are_named_as_one_would_say_them() -> None:
    found = [(each.kind, each.name) for each in MAP.symbols("desk/money.py")]
    assert found == [("constant", "RATE"), ("class", "Till"), ("method", "Till.total"), ("function", "total")]


def test_imports_are_followed_both_ways() -> None:
    assert MAP.imports("desk/app.py") == {"desk/__init__.py", "desk/money.py", "desk/texts.py"}
    assert MAP.importers("desk/money.py") == {"desk/app.py"}


def test_uses_name_the_function_around_them() -> None:
    assert [(use.path, use.line, use.within) for use in MAP.uses("total")] == [("desk/app.py", 6, "answer"), ("desk/money.py", 10, "total")]


def test_a_change_reaches_who_imports_it_and_who_names_it() -> None:
    assert MAP.affected(["desk/money.py"]) == {"desk/app.py"}
    assert MAP.affected(["prompts/price.md"]) == {"desk/app.py"}


def test_what_does_not_parse_defines_nothing() -> None:
    assert MAP.symbols("broken.py") == ()
