"""A value changes, and not one character around it."""

from __future__ import annotations

import json
import tomllib

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from refinery.edits.config import replaced, scalars
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, Value

YAML = """\
# the head
retrieval:
  max_age_days:   4000   # too old?
  mode: "latest"
  plain: words here
  single: 'it''s'
  keep: 90d
  empty:
  list: [1, 2.5, yes, {a: b}]
base: &base
  x: 1
child:
  <<: *base
  y: 2
shared: &s 5
again: *s
text: |
  a block
"""
TOML = """\
top = 1 # one
dotted.key = "q"
[tool."odd name"]
list = [1, [2, "z"], { m = 'n', o = 1.5 }] # tail
text = \"\"\"many
lines\"\"\"
when = 2026-01-01 10:00:00
[[steps]]
on = true
[[steps]]
on = 1_000
[steps.inner]
hex = 0x10
"""
JSON = '{"a": [1, {"b": "c\\u00e9"}],\n "d": {}, "e" : [], "f":null, "g": -1.5e3}\n'


def by_name(text: str, path: str) -> dict[str, Scalar]:
    return {scalar.name: scalar for scalar in scalars(text, path)}


def test_every_value_of_a_yaml_file_is_found_where_it_stands() -> None:
    found = by_name(YAML, "agent.yaml")
    assert found["retrieval.max_age_days"].value == 4000
    assert found["retrieval.max_age_days"].line == 3
    assert found["retrieval.list[3].a"].value == "b"
    assert found["retrieval.single"].value == "it's"
    assert found["retrieval.list[2]"].key == "list"
    assert all(YAML[scalar.start : scalar.end] == scalar.raw for scalar in found.values())


def test_every_value_of_a_toml_file_is_found_where_it_stands() -> None:
    found = by_name(TOML, "a.toml")
    assert {name: scalar.value for name, scalar in found.items()} == {
        "top": 1,
        "dotted.key": "q",
        "tool.odd name.list[0]": 1,
        "tool.odd name.list[1][0]": 2,
        "tool.odd name.list[1][1]": "z",
        "tool.odd name.list[2].m": "n",
        "tool.odd name.list[2].o": 1.5,
        "tool.odd name.text": "many\nlines",
        "tool.odd name.when": "2026-01-01T10:00:00",
        "steps[0].on": True,
        "steps[1].on": 1000,
        "steps[1].inner.hex": 16,
    }


def test_every_value_of_a_json_file_is_found_where_it_stands() -> None:
    assert {name: scalar.value for name, scalar in by_name(JSON, "a.json").items()} == {"a[0]": 1, "a[1].b": "cé", "f": None, "g": -1500.0}


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("retrieval.max_age_days", 90, "  max_age_days:   90   # too old?"),
        ("retrieval.mode", "newest", '  mode: "newest"'),
        ("retrieval.plain", "other words", "  plain: other words"),
        ("retrieval.plain", "a: b # c", '  plain: "a: b # c"'),
        ("retrieval.plain", "yes", '  plain: "yes"'),
        ("retrieval.single", "he's", "  single: 'he''s'"),
        ("retrieval.keep", "30d", "  keep: 30d"),
        ("retrieval.empty", 3, "  empty: 3"),
        ("retrieval.list[2]", False, "  list: [1, 2.5, no, {a: b}]"),
        ("child.y", 0.00001, "  y: 0.00001"),
    ],
)
def test_a_value_is_written_in_the_style_of_the_one_it_replaces(name: str, value: Value, line: str) -> None:
    after = replaced(YAML, by_name(YAML, "a.yaml")[name], value)
    changed = [new for new, old in zip(after.split("\n"), YAML.split("\n"), strict=True) if new != old]
    assert changed == [line]


@pytest.mark.parametrize("name", ["base.x", "shared", "text"])
def test_a_value_that_cannot_change_alone_is_refused(name: str) -> None:
    with pytest.raises(NotFaithful):
        replaced(YAML, by_name(YAML, "a.yaml")[name], 7)


@pytest.mark.parametrize(("path", "text"), [("a.yaml", "a: [1"), ("a.json", "{'a': 1}"), ("a.toml", "a = "), ("a.json", '{"a": NaN}')])
def test_a_file_that_is_not_what_its_name_says_is_told(path: str, text: str) -> None:
    with pytest.raises(NotParsable):
        scalars(text, path)


def test_what_yaml_parsers_read_differently_without_quotes_is_quoted() -> None:
    (scalar,) = scalars("{a: b}\n", "a.yaml")
    assert replaced("{a: b}\n", scalar, "0?") == '{a: "0?"}\n'


def test_the_front_matter_of_a_prompt_is_configuration_and_its_text_is_not() -> None:
    text = "---\ntone: formal # or casual\n---\nmax: 3\n"
    (scalar,) = scalars(text, "prompts/writer.md")
    assert replaced(text, scalar, "casual") == text.replace("formal", "casual")
    assert scalars("no front matter", "a.md") == scalars("x = 1", "a.py") == ()


def test_a_value_that_moved_is_not_overwritten() -> None:
    scalar = by_name(YAML, "a.yaml")["retrieval.mode"]
    with pytest.raises(NotFaithful, match="does not stand there"):
        replaced("# new\n" + YAML, scalar, "x")


leaves = st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12)
words = st.text("abcdefgh_", min_size=1, max_size=6)
trees = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=8)
documents = st.dictionaries(words, trees, min_size=1, max_size=4)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(documents, leaves, st.sampled_from(["json", "yaml", "flow"]))
def test_whatever_is_replaced_the_rest_parses_back_unchanged(document: dict[str, object], value: Value, language: str) -> None:
    path = "a.json" if language == "json" else "a.yaml"
    text = json.dumps(document, indent=1) if language == "json" else yaml.safe_dump(document, default_flow_style=language == "flow")
    for scalar in scalars(text, path):
        try:
            after = replaced(text, scalar, value)
        except NotFaithful:
            continue
        assert after.startswith(text[: scalar.start])
        assert after.endswith(text[scalar.end :])
        loaded = json.loads(after) if language == "json" else yaml.safe_load(after)
        assert_only_differs_at(document, loaded, scalar.keys, value)


def assert_only_differs_at(before: object, after: object, keys: tuple[str | int, ...], value: Value) -> None:
    if not keys:
        assert after == value
    elif isinstance(before, dict) and isinstance(after, dict):
        assert before.keys() == after.keys()
        assert {key: item for key, item in before.items() if key != keys[0]} == {key: item for key, item in after.items() if key != keys[0]}
        assert_only_differs_at(before[keys[0]], after[keys[0]], keys[1:], value)
    elif isinstance(before, list) and isinstance(after, list):
        assert len(before) == len(after)
        place = keys[0]
        assert isinstance(place, int)
        assert_only_differs_at(before[place], after[place], keys[1:], value)


def test_toml_parses_back_with_only_the_value_changed() -> None:
    for scalar in scalars(TOML, "a.toml"):
        for value in (True, 7, 1.5, 'it"s', "ü\n"):
            after = replaced(TOML, scalar, value)
            assert (after[: scalar.start], after[len(after) - len(TOML) + scalar.end :]) == (TOML[: scalar.start], TOML[scalar.end :])
            assert tomllib.loads(after) != tomllib.loads(TOML) or value == scalar.value
