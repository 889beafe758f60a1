"""The judge: a model that says whether one answer meets one rubric, with its reasons first and quotes that are checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from adapters.trace import Json
from refinery.agents.answer import plain
from refinery.agents.prompting import fenced, prompt, version
from refinery.domain import BillItem
from refinery.llm.budget import BudgetSpent
from refinery.llm.port import LLM, Message, ModelError, Reply, Request, Stop

PURPOSE = "judge"
PROMPTS = ("judge", "judge-case", "judge-again")
MAX_TOKENS = 4_000
"""Room for thinking too, which counts as output."""
LONGEST = 60_000
"""Letters of an answer up to which it is judged: what is cut could not be judged honestly."""
PASS, FAIL, CANNOT_TELL = "pass", "fail", "cannot-tell"
TEXT: Json = {"type": "string"}
SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "properties": {
        "reasoning": TEXT,
        "quotes": {"type": "array", "items": TEXT},
        "verdict": {"type": "string", "enum": [PASS, FAIL, CANNOT_TELL]},
    },
    "required": ["reasoning", "quotes", "verdict"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict on one answer."""

    passed: bool | None
    """None: there is no verdict, for the reason given."""
    says: str
    """The judge's reasoning, or why there is no verdict."""
    items: tuple[BillItem, ...] = ()


class Judge:
    """Asks a model. Every judgement is an independent one: the model must not be one that remembers its answers."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    @cached_property
    def name(self) -> str:
        """Who judges: the model, and a mark that changes with every letter of the prompt. An audit holds for this name alone."""
        return f"{self._llm.model}, prompt {version(PROMPTS)}"

    def judge(self, rubric: str, asked: Json, answer: str) -> Judgement:
        """Whether the answer meets the rubric. An answer of the judge that does not hold is asked for once more.

        A model that cannot be reached, or a budget that is spent, is no verdict either.
        """
        if len(answer) > LONGEST:
            return Judgement(None, f"the answer has {len(answer)} letters; up to {LONGEST} are judged")
        request = question(rubric, asked, answer)
        items: list[BillItem] = []
        wrong: tuple[str, ...] = ()
        for _ in range(2):
            try:
                reply = self._llm.complete(request)
            except (ModelError, BudgetSpent) as error:
                lost = error.spent if isinstance(error, ModelError) else None
                return Judgement(None, f"the judge could not be asked: {error}", (*items, *([lost] if lost else [])))
            items.append(replace(reply.usage, step=PURPOSE))
            if reply.stop is Stop.REFUSAL:
                return Judgement(None, "the judge declined to answer", tuple(items))
            verdict, wrong = _read(reply, answer)
            if verdict is not None:
                return replace(verdict, items=tuple(items))
            complaints = prompt("judge-again", complaints="\n".join(f"- {says}" for says in wrong))
            said = (reply.as_message(),) if reply.text else ()  # an empty turn would be refused
            request = replace(request, messages=(*request.messages, *said, Message("user", complaints)))
        return Judgement(None, f"the judge gave no verdict that holds: {'; '.join(wrong)}", tuple(items))


def question(rubric: str, asked: Json, answer: str) -> Request:
    """What the model is asked: the rubric, the question and the answer, each fenced as data."""
    put = asked if isinstance(asked, str) else json.dumps(asked, ensure_ascii=False)
    case = prompt(
        "judge-case", rubric=fenced("rubric", rubric), asked=fenced("question", put), answer=fenced("answer under judgement", answer)
    )
    system = prompt("judge", schema=json.dumps(SCHEMA, indent=1))
    return Request(system, (Message("user", case),), (), SCHEMA, MAX_TOKENS, PURPOSE)


def _read(reply: Reply, answer: str) -> tuple[Judgement | None, tuple[str, ...]]:
    """The verdict, or what is wrong with it. The reply has to be one object and nothing else: a verdict that it merely repeats is none."""
    if reply.stop is Stop.LENGTH:
        return None, ("it was cut for its length: be shorter",)
    try:
        value = json.loads(_bare(reply.text))
    except (ValueError, RecursionError):
        return None, ("it is not one JSON object and nothing else",)
    if not isinstance(value, dict):
        return None, ("it is not a JSON object",)
    reasoning, quotes, verdict = value.get("reasoning"), value.get("quotes", []), value.get("verdict")
    wrong = []
    if not isinstance(reasoning, str) or not reasoning.strip():
        wrong.append("`reasoning` is missing")
    if verdict not in (PASS, FAIL, CANNOT_TELL):
        wrong.append(f"`verdict` is none of {PASS}, {FAIL} and {CANNOT_TELL}")
    elif "reasoning" in value and [*value].index("verdict") < [*value].index("reasoning"):
        wrong.append("the verdict stands before the reasoning it should follow from")
    if not isinstance(quotes, list) or not all(isinstance(each, str) for each in quotes):
        wrong.append("`quotes` is not a list of texts")
    else:
        wrong += [f"the answer nowhere says {each[:80]!r}" for each in map(str, quotes) if not _stands(each, answer)]
    if wrong:
        return None, tuple(wrong)
    says = " ".join(plain(str(reasoning)).split())
    if verdict == CANNOT_TELL:
        return Judgement(None, f"the judge cannot tell: {says}"), ()
    return Judgement(verdict == PASS, says), ()


def _bare(text: str) -> str:
    """Without the fence of a code block, which some models put around JSON."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```"):
        return stripped.removeprefix("```").removeprefix("json").removesuffix("```")
    return stripped


def _stands(quote: str, answer: str) -> bool:
    """Whether the answer has these words, white space aside; a JSON answer may be quoted with its texts decoded."""
    words = " ".join(quote.split())
    if words in " ".join(answer.split()):
        return True
    try:
        value = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return any(words in " ".join(text.split()) for text in _texts(value))


def _texts(value: Json) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _texts(part)]
