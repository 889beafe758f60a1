"""Answers in another form than the one that was asked for: no JSON, too long, no number, another language."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.languages import demanded, language
from refinery.signals.quoting import quote
from refinery.signals.turns import SYSTEMS, Answer, Part, answer, task, turns

JSON_WANTED = re.compile(
    r"\b(?:answer|respond|reply|return|output|result)\b[^.\n]{0,40}\b(?:in|as|with)(?: a| valid| only| one)* json\b"
    r"|\bonly (?:valid )?json\b",
    re.IGNORECASE,
)
WORDS_WANTED = re.compile(
    r"\b(?:at most|no more than|maximum of|max\.?|up to|fewer than|under|within) (\d{1,4}) (words|characters|sentences)\b", re.IGNORECASE
)
NUMBER_WANTED = re.compile(r"\b(?:only|just) (?:the|a|one) (?:single )?(?:number|integer|figure)\b", re.IGNORECASE)
YES_NO = re.compile(r"\b(?:only|just|simply) (?:with )?[“\"']?yes[”\"']? or [“\"']?no\b", re.IGNORECASE)
TRANSLATES = re.compile(r"translat|übersetz|traduc|tradu[iz]|перевед|翻译|翻譯|翻訳", re.IGNORECASE)
FENCE = re.compile(r"^\s*```(?:json)?\s*\n(.*?)\n```\s*$", re.DOTALL)
ENOUGH = 12
"""Letters from which on a script can be told."""
MOST = 0.8


def answer_form(trace: Trace) -> Iterator[Signal]:
    """The answer is not in the form, the length or the script that the task or the instruction asks for."""
    final = answer(trace)
    if final is None or not final.text.strip():
        return
    asked = task(trace)[:20_000]
    told = _instruction(trace, final)
    for says, category, weight in _misfits(final.text.strip(), asked, told):
        yield _signal(final, says, category, weight)


def _instruction(trace: Trace, final: Answer) -> str:
    """What whoever wrote the answer was told by their maker; another agent's instruction does not bind them."""
    own = [message.content for message in final.turn.span.input_messages if message.role in SYSTEMS]
    speakers = {turn.agent for turn in turns(trace) if turn.part is Part.SAY}
    if not own and len(speakers) == 1:
        own = [turn.text for turn in turns(trace) if turn.part is Part.INSTRUCTION]
    return "\n".join(text[:20_000] for text in own)


def _misfits(said: str, asked: str, told: str) -> Iterator[tuple[str, str, float]]:
    if JSON_WANTED.search(asked) or JSON_WANTED.search(told):
        fenced = FENCE.match(said)
        if not _is_json(fenced[1] if fenced else said):
            yield "JSON was asked for, and the answer is none", "wrong-format", 0.4
    limit = WORDS_WANTED.search(asked)
    if limit and _length(said, limit[2].lower()) > 1.2 * int(limit[1]):
        yield f"{limit.group()} were asked for, and the answer has {_length(said, limit[2].lower())}", "too-long", 0.35
    if NUMBER_WANTED.search(asked) and len(said) > 60 and not re.fullmatch(r"\W*[\d.,%]+\W*", said):
        yield "Only a number was asked for, and the answer is a text", "wrong-format", 0.25
    if YES_NO.search(asked) and len(said) > 40:
        yield "Only yes or no was asked for, and the answer is a text", "wrong-format", 0.3
    mine, theirs = _script(said), _script(asked)
    if mine and theirs and mine != theirs and not TRANSLATES.search(asked):
        yield f"The question is written in {theirs.title()} letters, and the answer in {mine.title()} ones", "wrong-language", 0.35
    elif spoken := _wrong_language(said, asked, told):
        yield spoken, "wrong-language", 0.35


def _wrong_language(said: str, asked: str, told: str) -> str:
    wanted, mine = demanded(asked) or demanded(told), language(said)
    if wanted:
        return f"An answer in {wanted} was demanded, and it is in {mine}" if mine and mine != wanted else ""
    theirs = "" if TRANSLATES.search(asked) or TRANSLATES.search(told) else language(asked)
    return f"The question is in {theirs}, and the answer in {mine}" if mine and theirs and mine != theirs else ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _length(text: str, unit: str) -> int:
    if unit == "characters":
        return len(text)
    return len(text.split()) if unit == "words" else len(re.findall(r"[.!?]+(?:\s|$)", text))


def _script(text: str) -> str:
    """The script that most letters are of, by the first word of their names; empty when there are too few, or it is mixed."""
    letters = [letter for letter in text[:2_000] if letter.isalpha()]
    if len(letters) < ENOUGH:
        return ""
    counts: dict[str, int] = {}
    for letter in letters:
        script = unicodedata.name(letter, "?").split()[0]
        counts[script] = counts.get(script, 0) + 1
    script = max(counts, key=lambda each: counts[each])
    return script if counts[script] >= MOST * len(letters) else ""


def _signal(final: Answer, says: str, category: str, weight: float) -> Signal:
    turn = final.turn
    return Signal("answer_form", turn.span.id, turn.step, says, quote(turn, final.text), Layer.PROMPT, category, weight, turn.agent)
