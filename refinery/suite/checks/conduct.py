"""Checks on how the agent went about it: tools called, time, money, steps and errors on the way."""

from __future__ import annotations

import re

from adapters.trace import Json
from refinery.domain import Call
from refinery.duration import FORMS, seconds
from refinery.suite.checks.ruling import PASSED, Kind, Ruling, failed, passed_if, unmeasured
from refinery.suite.checks.text import same
from refinery.suite.outcome import NotJson, Outcome, compact, parse, shortened

NO_TRACE = "the agent sent no spans, so its steps cannot be seen"


def dollars(value: Json) -> float | None:
    """`$0.01`, `0.01`, or a number; None when it is none of these."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    match = re.fullmatch(r"\s*\$?\s*(\d+(?:\.\d+)?)\s*(?:USD)?\s*", value) if isinstance(value, str) else None
    return float(match[1]) if match else None


def _called_problem(value: Json) -> str:
    if isinstance(value, str) and value:
        return ""
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return "it takes a tool's name, or {name, args, count, before}"
    if unknown := sorted(set(value) - {"name", "args", "count", "before"}):
        return f"it does not know `{unknown[0]}`; it takes name, args, count and before"
    if "args" in value and not isinstance(value["args"], dict):
        return "`args` is a mapping of arguments that the call must have"
    count = value.get("count", 1)
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        return "`count` is a whole number"
    return "" if isinstance(value.get("before", ""), str) else "`before` is another tool's name"


def _called(value: Json, outcome: Outcome) -> Ruling:
    wanted: dict[str, Json] = value if isinstance(value, dict) else {"name": value}
    name, args = str(wanted["name"]), wanted.get("args", {})
    if not outcome.sees(name, *([str(wanted["before"])] if "before" in wanted else [])):
        return unmeasured(NO_TRACE)
    named = [place for place, call in enumerate(outcome.calls) if call.name == name]
    fitting = [place for place in named if _fits(args, outcome.calls[place])]
    count = wanted.get("count")
    if isinstance(count, int):
        if len(fitting) != count:
            return failed(f"{name} was called {len(fitting)} times{_with(args)}, {count} are wanted; {_made(outcome)}")
        if count == 0:
            return PASSED
    if not named:
        return failed(f"{name} was not called; {_made(outcome)}")
    if not fitting:
        found = " and ".join(shortened(outcome.calls[place].arguments) for place in named)
        return failed(f"{name} was called with {found}, not{_with(args)}")
    later = wanted.get("before")
    earlier = [call.name for call in outcome.calls[: fitting[0]]]
    return passed_if(later not in earlier, f"{later} was called before {name}; {_made(outcome)}")


def _fits(args: Json, call: Call) -> bool:
    """Whether the call has at least these arguments."""
    if not args:
        return True
    try:
        return _within(args, parse(call.arguments))
    except NotJson:
        return False


def _within(wanted: Json, found: Json) -> bool:
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key in found and _within(value, found[key]) for key, value in wanted.items())
    return same(wanted, found)


def _with(args: Json) -> str:
    return f" with {shortened(compact(args))}" if args else ""


def _made(outcome: Outcome) -> str:
    names = [call.name for call in outcome.calls]
    return f"the calls were {', '.join(names)}" if names else "no tool was called"


def _no_tool_problem(value: Json) -> str:
    names = value if isinstance(value, list) else [value]
    fits = value is True or (names and all(isinstance(each, str) and each for each in names))
    return "" if fits else "it takes true, a tool's name, or a list of names"


def _no_tool(value: Json, outcome: Outcome) -> Ruling:
    barred = None if value is True else value if isinstance(value, list) else [value]
    if not outcome.sees(*map(str, barred or ())):
        return unmeasured(NO_TRACE)
    made = [call.name for call in outcome.calls if barred is None or call.name in barred]
    return passed_if(not made, f"{', '.join(made)} should not have been called")


def _latency_problem(value: Json) -> str:
    return "" if seconds(value) is not None else f"it takes a duration: {FORMS}"


def _latency(value: Json, outcome: Outcome) -> Ruling:
    bound = seconds(value)
    assert bound is not None
    return passed_if(outcome.latency_s <= bound, f"it took {outcome.latency_s:.3g} s, {bound:g} s are allowed")


def _cost_problem(value: Json) -> str:
    return "" if dollars(value) is not None else "it takes an amount of US dollars such as 0.01"


def _cost(value: Json, outcome: Outcome) -> Ruling:
    bound, spent = dollars(value), outcome.cost_usd
    assert bound is not None
    if outcome.trace is None:
        return unmeasured(NO_TRACE)
    if spent is None:
        return unmeasured("its spans carry no costs")
    return passed_if(spent <= bound, f"it cost ${spent:.4f}, ${bound:g} are allowed")


def _steps_problem(value: Json) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) and value > 0 else "it takes a whole number of steps"


def _steps(value: Json, outcome: Outcome) -> Ruling:
    steps = outcome.steps
    assert isinstance(value, int)
    return unmeasured(NO_TRACE) if steps is None else passed_if(steps <= value, f"it took {steps} steps, {value} are allowed")


def _no_error_problem(value: Json) -> str:
    return "" if value is None or value is True else "it takes true"


def _no_error(_: Json, outcome: Outcome) -> Ruling:
    """An attempt that ended badly never comes here; what is left is an error that a span tells of."""
    spans = outcome.trace.spans if outcome.trace else ()
    bad = [span for span in spans if span.failed]
    if not bad:
        return PASSED
    reason = bad[0].failure.message if bad[0].failure else "its status is error"
    return failed(f"the step {bad[0].name} failed: {shortened(reason)}")


CONDUCT = {
    "tool-called": Kind(_called_problem, _called),
    "no-tool": Kind(_no_tool_problem, _no_tool),
    "max-latency": Kind(_latency_problem, _latency),
    "max-cost": Kind(_cost_problem, _cost),
    "max-steps": Kind(_steps_problem, _steps),
    "no-error": Kind(_no_error_problem, _no_error),
}
