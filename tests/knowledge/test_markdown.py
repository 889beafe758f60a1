"""A guide becomes passages that can be cited."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.markdown import LONGEST, parse

TEXT = """---
title: On tools
source: "a book"
---

# On tools

Before anything.

## Names
Read as actions.

```python
# no heading
```

### Units
With the value.

## Errors
Say what to do.
"""


def test_a_passage_per_heading_with_the_path_of_headings() -> None:
    guide = parse(TEXT, "tools.md")
    assert [passage.title for passage in guide.passages] == [
        "On tools",
        "On tools > Names",
        "On tools > Names > Units",
        "On tools > Errors",
    ]
    assert guide.passages[2].origin == "tools.md, Names > Units"
    assert guide.about["source"] == "a book"


def test_a_hash_within_a_fence_is_no_heading() -> None:
    assert "# no heading" in parse(TEXT, "tools.md").passages[1].text


def test_a_file_without_any_heading_is_one_passage_named_after_it() -> None:
    (passage,) = parse("just text", "notes/loose.md").passages
    assert (passage.title, passage.text) == ("loose.md", "just text")


def test_a_long_section_is_cut_at_paragraphs() -> None:
    paragraphs = [f"paragraph {number} " + "word " * 100 for number in range(12)]
    passages = parse("# Long\n\n" + "\n\n".join(paragraphs), "long.md").passages
    assert len(passages) > 2
    assert "\n\n".join(passage.text for passage in passages).split() == " ".join(paragraphs).split()


def test_the_same_text_under_another_name_has_other_ids() -> None:
    assert {p.id for p in parse(TEXT, "a.md").passages}.isdisjoint(p.id for p in parse(TEXT, "b.md").passages)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_read_and_no_word_is_lost(text: str) -> None:
    passages = parse(f"# T\n{text}", "any.md").passages
    assert all(0 < len(passage.text) <= 2 * LONGEST for passage in passages)
    assert len({passage.id for passage in passages}) == len(passages)
