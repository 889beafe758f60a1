"""An item of a list comes, goes or moves, and not one character of anything else."""

from __future__ import annotations

import json
import tomllib

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from refinery.edits.items import Listing, listings, moved, with_item, without
from refinery.edits.scalar import NotFaithful

YAML = """\
# head
routes:
  - name: all   # broad
    when: [a, "b"]
  # about this one
  - name: one
    when: []

words:
- x
- 'y'
end: 1
"""
TOML = 'a = ["x", "y"] # tail\n[t]\nb = [\n  1, # one\n  2,\n]\n'
JSON = '{"a": ["x",  "y",\n "z"], "b": [{"k": 1}, {"k": 2}]}'


def listing(text: str, path: str, name: str) -> Listing:
    return next(each for each in listings(text, path) if each.name == name)


def test_a_record_moves_with_the_comment_above_it() -> None:
    after = moved(YAML, listing(YAML, "a.yaml", "routes"), 0, 1)
    assert after == YAML.replace('  - name: all   # broad\n    when: [a, "b"]\n', "").replace(
        "    when: []\n", '    when: []\n  - name: all   # broad\n    when: [a, "b"]\n'
    )


def test_an_item_is_added_as_the_last_one_is_written() -> None:
    assert with_item(YAML, listing(YAML, "a.yaml", "words"), "z") == YAML.replace("- 'y'\n", "- 'y'\n- 'z'\n")
    assert with_item(YAML, listing(YAML, "a.yaml", "routes[0].when"), "c") == YAML.replace('"b"]', '"b", "c"]')
    assert with_item(TOML, listing(TOML, "a.toml", "a"), "z") == TOML.replace('"y"]', '"y", "z"]')
    assert with_item(JSON, listing(JSON, "a.json", "a"), "q") == JSON.replace('"z"]', '"z",\n "q"]')


def test_an_item_is_taken_out_with_its_comma() -> None:
    assert without(JSON, listing(JSON, "a.json", "a"), 0) == JSON.replace('"x",  ', "")
    assert without(JSON, listing(JSON, "a.json", "b"), 1) == JSON.replace(', {"k": 2}', "")
    assert without(TOML, listing(TOML, "a.toml", "a"), 1) == TOML.replace(', "y"', "")


def test_a_comment_between_items_is_not_lost() -> None:
    with pytest.raises(NotFaithful):
        without(TOML, listing(TOML, "a.toml", "t.b"), 1)


def test_numbers_are_not_added_to() -> None:
    with pytest.raises(NotFaithful):
        with_item(TOML, listing(TOML, "a.toml", "t.b"), "3")


def test_a_text_has_no_lists() -> None:
    assert list(listings("a: [1]", "a.md")) == []


texts = st.text(st.sampled_from("ab ,:#-'\"[]{}\\é\n"), max_size=6)
items = st.lists(texts | st.integers(-2, 2) | st.booleans() | st.none() | st.lists(texts, max_size=2), max_size=4)
documents = st.fixed_dictionaries(
    {"before": texts, "list": items, "nested": st.lists(st.fixed_dictionaries({"k": texts, "l": items}), max_size=2)}
)


@settings(max_examples=80, deadline=None)
@given(documents, st.sampled_from(["json", "yaml", "flow"]), st.integers(0, 3), st.integers(0, 3), st.data())
def test_the_document_is_the_same_but_for_the_one_list(
    document: dict[str, object], style: str, place: int, to: int, data: st.DataObject
) -> None:
    if style == "json":
        text, path = json.dumps(document, indent=data.draw(st.sampled_from([None, 2]))), "a.json"
    else:
        text, path = yaml.safe_dump(document, default_flow_style=style == "flow", allow_unicode=True), "a.yaml"
    for each in listings(text, path):
        size = len(each.values)
        if place >= size or to >= size:
            continue
        for change, wanted in (
            ((without, (place,)), [value for at, value in enumerate(each.values) if at != place]),
            ((moved, (place, to)), _moved(list(each.values), place, to)),
        ):
            function, where = change
            try:
                after = function(text, each, *where)
            except NotFaithful:
                continue
            loaded = json.loads(after) if style == "json" else yaml.safe_load(after)
            expected = json.loads(json.dumps(document))
            holder = expected
            for key in each.keys[:-1]:
                holder = holder[key]
            holder[each.keys[-1]] = wanted
            assert loaded == expected
            first = each.spans[0][0]
            assert after[:first] == text[:first]


def _moved(values: list[object], place: int, to: int) -> list[object]:
    values.insert(to, values.pop(place))
    return values


def test_toml_reads_back() -> None:
    after = moved(TOML, listing(TOML, "a.toml", "t.b"), 0, 1)
    assert tomllib.loads(after) == {"a": ["x", "y"], "t": {"b": [2, 1]}}
