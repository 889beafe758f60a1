from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.personal import personal
from adapters.redaction import Found, Masking, redacted
from adapters.trace import Document, Failure, Feedback, Message, Span, ToolCall, Trace


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("write to ada.lovelace+work@mail.example.org today", ["mail"]),
        ('{"email":"ada@example.org"}', ["mail"]),
        ("card 4111 1111 1111 1111.", ["card"]),
        ("amex 378282246310005", ["card"]),
        ("IBAN DE89 3704 0044 0532 0130 00", ["account"]),
        ("GB82WEST12345698765432", ["account"]),
        ("call +49 30 901820, or (212) 555-0123", ["phone", "phone"]),
        ("ssn 078-05-1120", ["social-security-number"]),
    ],
)
def test_personal_data_is_found_by_its_form(text: str, what: list[str]) -> None:
    assert [found.what for found in personal(text)] == what


@pytest.mark.parametrize(
    "text",
    [
        "start_time 1795995859829564578 and 4111 1111 1111 1112",
        "span 4ffabd58351c70ea of trace 019c5e97-dbf1-7013-ac8c-000000000001",
        "version 1.2.3, 2026-11-01T12:00:00Z, 10.0.0.1, user@localhost, a@b",
        "order 123-45-678, DE89 3704 0044 0532 0130 01, @decorator, 4 111 111",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert list(personal(text)) == []


def secrets(text: str) -> Iterator[Found]:
    """Two known secrets."""
    yield from (Found("secret", value) for value in ("hunter-22", "hunter-22-long") if value in text)


def test_the_same_value_has_the_same_mark_and_comes_back() -> None:
    masking = Masking(secrets)
    masked = masking.text("hunter-22 and hunter-22-long and hunter-22")
    assert masked == "[secret-1] and [secret-2] and [secret-1]"
    assert masking.text("again hunter-22") == "again [secret-1]"
    assert masking.back(masked) == "hunter-22 and hunter-22-long and hunter-22"
    assert masking.json_back({"a": ["[secret-2]", 3]}) == {"a": ["hunter-22-long", 3]}


def test_a_value_that_differs_in_capitals_alone_has_a_mark_that_tells_so() -> None:
    masking = Masking(personal)
    text = "From Ann@Example.org, known as ann@example.org; not bob@example.org, and ANN@example.org"
    assert masking.text(text) == "From [mail-1], known as [mail-1-other-case-1]; not [mail-2], and [mail-1-other-case-2]"
    assert masking.back(masking.text(text)) == text


def test_a_mark_that_stands_in_the_text_already_is_not_taken() -> None:
    masking = Masking(secrets)
    masked = masking.text("[secret-1] is a mark, hunter-22 is not")
    assert masked == "[secret-1] is a mark, [secret-2] is not"
    assert masking.back(masked) == "[secret-1] is a mark, hunter-22 is not"


def test_secrets_in_json_inside_json_are_found() -> None:
    def quoted(text: str) -> Iterator[Found]:
        if '"password": "hunter-22"' in text:
            yield Found("secret", "hunter-22")

    assert "hunter" not in Masking(quoted).text('{"body": "{\\"password\\": \\"hunter-22\\"}"}')


def test_no_text_of_a_trace_is_passed_over() -> None:
    word = "hunter-22"
    call = ToolCall("look", word, "c1")
    span = Span(
        "s1",
        word,
        failure=Failure("KeyError", word, word),
        input=word,
        output=word,
        input_messages=(Message("user", word),),
        output_messages=(Message("assistant", word, tool_calls=(call,)),),
        documents=(Document(word, "d1", metadata={"a": [word]}),),
        attributes={"a": {"b": [word, 3]}, word: word},
    )
    trace = Trace("t1", (span,), name=word, task=word, attributes={"a": word}, feedback=(Feedback("ok", label=word, comment=word),))
    masked = redacted(trace, secrets)
    assert word not in repr(masked)
    assert masked.attributes["refinery.redacted"] == 1
    assert (masked.id, masked.spans[0].id, masked.spans[0].documents[0].id) == ("t1", "s1", "d1")


def test_a_trace_without_anything_of_the_kind_stays_as_it_is() -> None:
    trace = Trace("t1", (Span("s1", "step", attributes={"a": ["b"]}),), attributes={"x": 1})
    assert redacted(trace, secrets) == trace
