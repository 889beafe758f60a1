"""Prompts are put right by what the repository knows: phrases that code looks for, words of a kind, prompts beside, numbers."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.repair.search import candidates

READS = 'def load(name):\n    return open("prompts/" + name)\n'


def prompts(code: str, texts: dict[str, str], said: str = "", path: str = "") -> dict[str, float]:
    """The texts that a prompt may become, with how sure the search is of each."""
    told = Diagnosis("t", said, "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    sources = {"a.py": READS + code, **texts}
    path = path or next(iter(texts))
    found: dict[str, float] = {}
    for each in candidates(sources, told, [], [said] if said else [], limit=3000):
        edits = [edit for edit in each.edits if edit.path == path]
        if edits and len(edits) == len(each.edits):
            after = sources[path]
            for edit in sorted(edits, key=lambda edit: -(edit.at or 0)):
                after = after[: edit.at] + edit.new + after[(edit.at or 0) + len(edit.old) :]
            found.setdefault(after, each.confidence)
    return found


def test_a_phrase_that_code_looks_for_and_no_prompt_says_becomes_a_sentence_of_its_own() -> None:
    code = 'def model(prompt):\n    if "JSON" in prompt and "no fence" not in prompt:\n        return 1\n'
    found = prompts(code, {"prompts/a.txt": "Answer in JSON.\n\nText:\n{text}\n"})
    assert "Answer in JSON.\nImportant: no fence.\n\nText:\n{text}\n" in found


def test_a_phrase_that_stands_in_another_prompt_is_not_missed() -> None:
    code = 'def model(prompt):\n    return "JSON" in prompt, "no fence" in prompt\n'
    found = prompts(code, {"prompts/a.txt": "Answer in JSON.\n", "prompts/b.txt": "Mind: no fence. Thanks to all!\n"}, path="prompts/a.txt")
    assert not any("Important: no fence" in text for text in found)


def test_a_phrase_that_was_worded_otherwise_takes_the_place_of_what_comes_nearest() -> None:
    code = 'def model(prompt):\n    return "square brackets" in prompt\n'
    assert "Name it in square brackets, please.\n" in prompts(code, {"prompts/a.txt": "Name it in squared brackets, please.\n"})


def test_a_pattern_with_a_number_is_spelled_out_with_usual_numbers() -> None:
    code = 'import re\ndef model(prompt):\n    return re.search(r"at most (\\d+) sources?", prompt)\n'
    found = prompts(code, {"prompts/a.txt": "Be brief and kind.\n"})
    assert {"Be brief and kind.\nImportant: at most 1 source.\n", "Be brief and kind.\nImportant: at most 3 sources.\n"} <= set(found)


def test_a_word_of_a_kind_that_the_prompt_lacks_gets_a_line_like_that_of_another() -> None:
    code = 'import re\ndef plan(q):\n    return re.search(r"\\b(?:top|best|worst) (\\d+)", q)\n'
    rules = 'Rules:\n- "best" means descending.\n- "worst" means ascending.\n'
    assert 'Rules:\n- "best" means descending.\n- "top" means descending.\n- "worst" means ascending.\n' in prompts(
        code, {"prompts/a.txt": rules}
    )


def test_a_field_that_code_reads_is_added_to_the_row_of_fields_in_the_prompt() -> None:
    code = 'def f(fields):\n    return fields["total"], fields["vendor"], fields["tax"]\n'
    found = prompts(code, {"prompts/a.txt": "Answer with the keys total, vendor.\n"})
    assert "Answer with the keys total, vendor, tax.\n" in found


def test_a_value_of_a_kind_takes_the_place_of_another() -> None:
    code = 'RATES = {"EUR": 1.0, "USD": 1.1}\n'
    assert "Quote all prices in EUR.\n" in prompts(code, {"prompts/a.txt": "Quote all prices in USD.\n"})


def test_a_number_that_code_reads_is_turned_before_one_that_it_does_not() -> None:
    code = 'import re\ndef model(prompt):\n    return re.search(r"use at most (\\d+) passages?", prompt)\n'
    found = prompts(code, {"prompts/a.txt": "use at most 1 passage. Wait 4 minutes.\n"})
    more, longer = "use at most 2 passages. Wait 4 minutes.\n", "use at most 1 passage. Wait 5 minutes.\n"
    assert found[more] > found[longer]


def test_a_rule_is_turned_round() -> None:
    found = prompts("", {"prompts/a.txt": "Do not name prices. Take the oldest entry.\n"})
    assert "Name prices. Take the oldest entry.\n" in found
    assert "Do not name prices. Take the newest entry.\n" in found


def test_a_sentence_that_all_prompts_beside_have_comes_before_one_that_some_have() -> None:
    texts = {
        "prompts/a.txt": "You sell.\n",
        "prompts/b.txt": "You bill. Be polite at all times.\n",
        "prompts/c.txt": "You help. Be polite at all times. Never guess a price.\n",
    }
    found = prompts("", texts, path="prompts/a.txt")
    assert found["You sell.\nBe polite at all times.\n"] > found["You sell.\nNever guess a price.\n"]


def test_a_text_that_no_code_names_is_no_prompt() -> None:
    code = 'def model(prompt):\n    return "no fence" in prompt\n'
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    sources = {"a.py": code, "docs/guide.md": "Always take the oldest entry of 2.\n"}
    assert not [each for each in candidates(sources, told, [], []) for edit in each.edits if edit.path == "docs/guide.md"]


def test_a_description_in_configuration_and_a_prompt_in_code_are_reworded_where_they_stand() -> None:
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    code = 'PROMPT = "Take the oldest entry of the list."\ndef f():\n    return PROMPT\n'
    config = '{"tools": [{"name": "a", "description": "the oldest entry wins"}, {"name": "b", "description": "the rest of it"}]}\n'
    new = {
        (edit.path, each.change) for each in candidates({"a.py": code, "t.json": config}, told, [], [], limit=3000) for edit in each.edits
    }
    assert ("a.py", "Say `newest`, not `oldest`, in the text in line 1 of a.py") in new
    assert ("t.json", "Say `newest`, not `oldest`, in tools[0].description in t.json") in new


def test_a_word_is_added_to_a_row_before_its_and() -> None:
    code = 'KINDS = ["billing", "sales", "network"]\n'
    found = prompts(code, {"prompts/a.txt": "Choose between billing and sales for each question.\n"})
    assert "Choose between billing, network and sales for each question.\n" in found


def test_another_placeholder_is_filled_into_a_text_of_the_settings() -> None:
    config = '{"done": "I test it for account {amount}.", "due": "You owe {amount} on {account}."}\n'
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    changes = {each.change for each in candidates({"a.py": READS, "c.json": config}, told, [], [])}
    assert "Fill in account, not amount, in done in c.json" in changes


def test_what_is_said_of_two_tools_is_exchanged() -> None:
    found = prompts("", {"prompts/tools.md": "Choose:\n- weigh: time of arrival\n- clock: weight of bags\n"})
    assert "Choose:\n- weigh: weight of bags\n- clock: time of arrival\n" in found


def test_the_parts_of_a_form_are_exchanged_rather_where_the_answer_has_them_in_another_order() -> None:
    text = {"prompts/a.txt": "Cite each page.\nExample: [p. 1, Book]\n"}
    plain = prompts("", text)["Cite each page.\nExample: [Book, p. 1]\n"]
    told = prompts("", text, "expected '[Atlas, p. 3]', got '[p. 3, Atlas]'")["Cite each page.\nExample: [Book, p. 1]\n"]
    assert told > plain


def test_a_text_that_may_be_a_document_comes_behind_a_prompt() -> None:
    told = Diagnosis("t", "", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    sources = {
        "a.py": 'FOLDERS = ["library", "prompts"]\n',
        "prompts/a.txt": "Take the oldest entry.\n",
        "library/b.txt": "Take the first entry.\n",
    }
    found = {edit.new: each.confidence for each in candidates(sources, told, [], []) for edit in each.edits}
    assert found["Take the newest entry.\n"] > found["Take the last entry.\n"]


def test_a_line_is_worded_as_in_the_prompts_beside_that_are_filled_with_the_same() -> None:
    code = "def f(t, name, rest):\n    return t.format(name=name, rest=rest)\n"
    texts = {"prompts/a.txt": "{name}\nMore: {rest}\n", "prompts/b.txt": "This is {name}.\nRelated: {rest}\n"}
    found = prompts(code, texts)
    assert "{name}\nRelated: {rest}\n" in found
    assert (
        prompts(code, texts, "expected 'Ann\\nRelated: Bo', got 'Ann\\nMore: Bo'")["{name}\nRelated: {rest}\n"]
        > found["{name}\nRelated: {rest}\n"]
    )
    assert not any("Related" in text for text in prompts(code, texts | {"prompts/c.txt": "{name}\nOthers: {rest}\n"}))
