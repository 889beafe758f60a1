"""The inventor: a model thinks up scenarios from what is known of an agent; what is not well formed goes back once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from adapters.trace import Json
from refinery.agents.answer import plain
from refinery.agents.prompting import fenced, prompt
from refinery.domain import Bill
from refinery.events import Event, Say
from refinery.llm.budget import BudgetSpent
from refinery.llm.port import LLM, Message, ModelError, Reply, Request, Stop

PURPOSE = "inventor"
MAX_TOKENS = 16_000
"""Room for thinking too, which counts as output."""


def _object(**properties: Json) -> dict[str, Json]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


TEXT: Json = {"type": "string"}
SCHEMA: Mapping[str, Json] = _object(
    scenarios={
        "type": "array",
        "items": _object(
            id=TEXT,
            capability=TEXT,
            assumption=TEXT,
            pattern=TEXT,
            input=TEXT,
            expect={"type": "array", "items": _object(check=TEXT, argument=TEXT)},
            fill=TEXT,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Invented:
    """A scenario as a model put it, its parts read."""

    id: str
    input: Json
    expect: tuple[tuple[str, Json], ...]
    capability: str = ""
    assumption: str = ""
    pattern: str = ""
    fill: str = ""


@dataclass(frozen=True, slots=True)
class Invention:
    """What a model thought up."""

    scenarios: tuple[Invented, ...]
    bill: Bill
    notes: tuple[str, ...] = ()


Objects = Callable[[Invented], str]
"""What is wrong with a scenario, in words the model can act on; empty when nothing is."""


def invent(
    llm: LLM, profile: str, patterns: Sequence[str], scenarios: Sequence[str], count: int, seed: int, objects: Objects, say: Say
) -> Invention:
    """Up to `count` scenarios. Raises ModelError or BudgetSpent when not even a first answer can be had."""
    case = prompt(
        "inventor-case",
        profile=fenced("what is known of the agent", profile),
        patterns=fenced("failure patterns", "\n".join(patterns)),
        scenarios=fenced("scenarios", "\n".join(scenarios)) if scenarios else "None.",
        count=str(count),
        seed=str(seed),
    )
    system = prompt("inventor", schema=json.dumps(SCHEMA, indent=1))
    request = Request(system, (Message("user", case),), (), SCHEMA, MAX_TOKENS, PURPOSE)
    say(Event(PURPOSE, f"asking {llm.model}"))
    reply = llm.complete(request)
    items = [reply.usage]
    sound, wrong = _read(reply, objects)
    notes: list[str] = []
    if wrong and reply.stop is not Stop.REFUSAL:
        say(Event(PURPOSE, f"{len(wrong)} scenarios are not well formed; asking once more"))
        complaints = prompt("inventor-again", complaints="\n".join(f"- {each}" for each in wrong))
        said = (reply.as_message(),) if reply.text else ()
        try:
            second = llm.complete(replace(request, messages=(*request.messages, *said, Message("user", complaints))))
            items.append(second.usage)
            better, wrong = _read(second, objects)
            sound = list({each.id: each for each in (*sound, *better)}.values())
        except (ModelError, BudgetSpent) as error:
            items += [error.spent] if isinstance(error, ModelError) and error.spent else []
            notes.append(f"the model could not be asked again: {error}")
    notes += [f"dropped, since it is not well formed: {each}" for each in wrong]
    if reply.stop is Stop.REFUSAL:
        notes.append("the model declined to answer")
    return Invention(tuple(sound[:count]), Bill((Bill(tuple(items)).line(PURPOSE),)), tuple(notes))


def _read(reply: Reply, objects: Objects) -> tuple[list[Invented], list[str]]:
    start = reply.text.find("{")
    try:
        value, _ = json.JSONDecoder().raw_decode(reply.text, max(start, 0))
    except (ValueError, RecursionError):
        return [], ["the answer holds no JSON object" + (": it was cut for its length" if reply.stop is Stop.LENGTH else "")]
    entries = value.get("scenarios") if isinstance(value, dict) else None
    if not isinstance(entries, list):
        return [], ["`scenarios` is not a list"]
    sound: list[Invented] = []
    wrong: list[str] = []
    for number, entry in enumerate(entries):
        made = _invented(entry)
        says = made if isinstance(made, str) else objects(made)
        if says:
            wrong.append(f"scenarios[{number}]: {says}")
        elif isinstance(made, Invented):
            sound.append(made)
    return sound, wrong


def _invented(entry: Json) -> Invented | str:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not str(entry["id"]).strip():
        return "it has no `id`"
    checks = entry.get("expect")
    if not isinstance(checks, list):
        return "`expect` is not a list"
    try:
        given = _json(entry.get("input"))
        expect = tuple((str(each["check"]), _json(each.get("argument"))) for each in checks if isinstance(each, dict))
    except (ValueError, KeyError, RecursionError) as error:
        return f"`input` and each `argument` have to be JSON, written in a text: {error}"
    id_, capability, assumption, pattern, fill = (_line(entry.get(name)) for name in ("id", "capability", "assumption", "pattern", "fill"))
    return Invented(id_, given, expect, capability, assumption, pattern, fill)


def _line(value: Json) -> str:
    return " ".join(plain(str(value or "")).split())[:300]


def _json(value: Json) -> Json:
    read: Json = json.loads(value) if isinstance(value, str) else value
    return read
