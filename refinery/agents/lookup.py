"""What a model may look up in a trace, instead of getting all of it: steps by name, one step's words, a text, a value's way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapters.trace import Json, Trace
from refinery.agents.prompting import fenced
from refinery.agents.telling import Telling, tellings
from refinery.domain import Signal
from refinery.llm.port import Tool, ToolResult, ToolUse
from refinery.signals.links import flow, values_in
from refinery.signals.turns import clip, reach_of

PAGE = 4_500
"""Characters of one answer."""
HITS = 20
AROUND = 110
LISTED = 60
"""Steps named in one answer."""


def _tool(name: str, says: str, **properties: Json) -> Tool:
    return Tool(name, says, {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False})


NUMBER: Json = {"type": "integer"}
TOOLS = (
    _tool("steps", f"Names the steps from one to another, at most {LISTED}, each with its first words.", first=NUMBER, last=NUMBER),
    _tool(
        "read", f"The words of one step, {PAGE} characters at a time, from a character on (0 is the beginning).", step=NUMBER, start=NUMBER
    ),
    _tool("search", f"Where a text stands in the run, without regard to case: the first {HITS} places.", text={"type": "string"}),
    _tool(
        "follow",
        "Where a value (a name, number, id, date) first entered the run, and every step that has it since.",
        value={"type": "string"},
    ),
    _tool("signals", "Everything the rules saw, by step.", first=NUMBER, last=NUMBER),
)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Answers a model's calls about one trace."""

    trace: Trace
    signals: Sequence[Signal]

    def __call__(self, call: ToolUse) -> ToolResult:
        """The answer to one call; one that makes no sense is told what would."""
        answers: Mapping[str, Callable[[Mapping[str, Json]], str]] = {
            "steps": self._steps,
            "read": self._read,
            "search": self._search,
            "follow": self._follow,
            "signals": self._signals,
        }
        try:
            if call.name not in answers:
                raise ValueError(f"there is no tool {call.name}; there are {', '.join(answers)}")
            return ToolResult(call.id, answers[call.name](call.arguments))
        except ValueError as error:
            return ToolResult(call.id, str(error), failed=True)

    def _steps(self, given: Mapping[str, Json]) -> str:
        first, last = self._range(given)
        told = [each.line for each in self._told()[first : min(last, first + LISTED - 1) + 1]]
        more = f"\n(only {LISTED} steps at a time)" if last - first >= LISTED else ""
        return fenced("steps", "\n".join(told)) + more

    def _read(self, given: Mapping[str, Json]) -> str:
        step, start = self._step(given, "step"), max(0, _number(given, "start"))
        text = self._whole(step)
        if start >= max(1, len(text)):
            raise ValueError(f"step {step} has {len(text)} characters")
        end = min(len(text), start + PAGE)
        where = f"step {step}, characters {start} to {end} of {len(text)}"
        return fenced(where, text[start:end])

    def _search(self, given: Mapping[str, Json]) -> str:
        wanted = _text(given, "text").lower()
        hits: list[str] = []
        more = False
        for step in range(len(self.trace.spans)):
            text = self._whole(step)
            lowered = text.lower()
            at = lowered.find(wanted)
            while at >= 0:
                if len(hits) == HITS:
                    more = True
                    break
                hits.append(f"step {step}, at {at}: {' '.join(text[max(0, at - AROUND) : at + len(wanted) + AROUND].split())}")
                at = lowered.find(wanted, at + max(len(wanted), 2 * AROUND))
            if more:
                break
        if not hits:
            return "It stands nowhere in the run."
        return fenced("places", "\n".join(hits)) + ("\n(there are more)" if more else "")

    def _follow(self, given: Mapping[str, Json]) -> str:
        wanted = _text(given, "value")
        followed = flow(self.trace)
        value = next(iter(values_in(wanted)), wanted.lower().strip())
        origin = followed.origin.get(value)
        alone = re.compile(rf"(?<![\w.]){re.escape(wanted.strip())}(?!\w)", re.IGNORECASE)
        holding = [step for step in range(len(self.trace.spans)) if alone.search(self._whole(step))]
        if not holding:
            return "No step holds it."
        named = ", ".join(map(str, holding[:LISTED])) + (f" and {len(holding) - LISTED} more" if len(holding) > LISTED else "")
        if origin is None:
            entered = f"It first stands in step {holding[0]}."
        elif origin < 0:
            entered = "It stood in the task, or was handed in from outside."
        else:
            entered = f"Step {origin} brought it into the run."
        return f"{entered} Steps that hold it: {named}."

    def _signals(self, given: Mapping[str, Json]) -> str:
        first, last = self._range(given)
        seen = [f"step {each.step} {each.rule} ({each.category}): {each.says}" for each in self.signals if first <= each.step <= last]
        return fenced("signals", "\n".join(seen)[:PAGE]) if seen else "The rules saw nothing there."

    def _told(self) -> tuple[Telling, ...]:
        return tellings(self.trace, {})

    def _whole(self, step: int) -> str:
        """A step's words without references to others, as far as it is read at all."""
        alone = Trace(self.trace.id, (self.trace.spans[step],))
        return clip(tellings(alone, {})[0].text, reach_of(self.trace))

    def _range(self, given: Mapping[str, Json]) -> tuple[int, int]:
        return self._step(given, "first"), max(self._step(given, "first"), min(_number(given, "last"), len(self.trace.spans) - 1))

    def _step(self, given: Mapping[str, Json], name: str) -> int:
        step = _number(given, name)
        if not 0 <= step < len(self.trace.spans):
            raise ValueError(f"there are steps 0 to {len(self.trace.spans) - 1}")
        return step


def _number(given: Mapping[str, Json], name: str) -> int:
    value = given.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"`{name}` is a whole number")
    return value


def _text(given: Mapping[str, Json], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"`{name}` is a text")
    return value
