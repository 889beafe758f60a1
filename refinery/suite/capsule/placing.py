"""Puts a recorded world around an attempt: what the agent's process is told of it, and what that says back."""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from adapters.trace import Json
from refinery.domain import AgentSpec, Cause, Outside, Replayed, Scenario, Tools, World
from refinery.suite.capsule.worlds import call_shape, profile_told
from refinery.suite.outcome import Outcome, shortened

REPLAY = Path(__file__).parents[1] / "replay"
"""What is loaded into the user's process; it has to be visible there."""
MAGIC = 42419
"""As `refinery_served` has it."""
JOURNAL = "world.journal"
TOLD = "world.json"
MOST = 16 << 20
"""Bytes of a journal that are read."""
NOTHING = World((), outside=Outside.PASS)
"""Where a scenario has no world, HTTP tools whose address was given beforehand are passed on."""


def told(scenario: Scenario, trial: int, tools: Tools, home: Path, main: str = "") -> dict[str, Json]:
    """What the processes of an attempt have to know; `home` is its private folder as it is called there."""
    world = scenario.world or NOTHING
    return {
        "at": str(REPLAY),
        "journal": str(home / JOURNAL),
        "file": str(home / TOLD),
        "main": main,
        "seed": f"{scenario.id}:{trial}",
        "tools": {**tools.python} if scenario.world else {},
        "http": {site.variable: {"url": site.url, "routes": {**site.routes}} for site in tools.http},
        "calls": [call_shape(each) for each in world.calls],
        "outside": str(world.outside),
        "again": "last" if world.again else "outside",
        "pace": "recorded" if world.paced else "none",
        "masked": world.masked,
        "ignore": {tool: [*paths] for tool, paths in world.ignore.items()},
        "profiles": {tool: profile_told(each) for tool, each in world.profiles.items()},
    }


def beforehand(tools: Tools) -> dict[str, str]:
    """Where a warm agent's HTTP tools are while it is imported: where every attempt finds its own."""
    return {site.variable: f"http://127.0.0.1:{MAGIC}/{site.variable}" for site in tools.http}


def otherwise(tools: Tools) -> dict[str, str]:
    """Where they are without a recorded world."""
    return {site.variable: site.url for site in tools.http if site.url}


def led(argv: Sequence[str], tools: Tools) -> tuple[str, tuple[str, ...]]:
    """The name under which refinery.toml knows the script of a command `python SCRIPT ...`, and the command that replays in it.

    A module that is imported can be waited for, the main one cannot: it runs as it is loaded. Empty where tools are in no such script.
    """
    place = next((number for number, each in enumerate(argv[1:], 1) if not each.startswith("-")), 0)
    script = argv[place] if place else ""
    known = {where.partition(":")[0] for where in tools.python.values()}
    main = next((name for name in ("__main__", Path(script).stem) if name in known), "")
    if not script.endswith(".py") or not main or not Path(argv[0]).name.startswith("python"):
        return "", tuple(argv)
    return main, (*argv[:place], str(REPLAY / "refinery_main.py"), *argv[place:])


def leading(tools: Tools, home: Path, paths: str) -> dict[str, str]:
    """The variables by which every Python of a command finds the recording."""
    if not tools.python:
        return {}
    return {"PYTHONPATH": f"{REPLAY}{os.pathsep}{paths}", "REFINERY_WORLD": str(home / TOLD)}


def replayed(entries: Json) -> tuple[Replayed, ...]:
    """The calls of a journal."""
    return tuple(
        Replayed(str(each["tool"]), str(each.get("arguments")), str(each.get("how"))) for each in _tables(entries) if "tool" in each
    )


def placed(scenario: Scenario, agent: AgentSpec, outcome: Outcome, entries: Json) -> Outcome:
    """The outcome with the calls that the world answered. Where it could not be put in place the attempt says nothing of the agent."""
    if scenario.world is None:
        return outcome
    listed = _tables(entries)
    wrong = next((str(each["wrong"]) for each in listed if "wrong" in each), "")
    ready = any("ready" in each for each in listed) or not agent.tools.python
    if not wrong and not ready and agent.command and outcome.cause is not Cause.INFRASTRUCTURE:
        wrong = "no Python that loads what Refinery puts on its path was started (is it run with -I, -E or -S?)"
    if wrong:
        return replace(outcome, cause=Cause.INFRASTRUCTURE, says=f"the recorded world could not be put in place: {wrong}")
    calls = replayed(entries)
    refused = next((each for each in calls if each.how == "refused"), None)
    outcome = replace(outcome, replayed=calls, answered=agent.tools.names)
    if refused is None or (outcome.cause is not None and not _agents(outcome.cause)):
        return outcome
    says = f"it called {call_of(refused)}, which the recorded world does not hold"
    return replace(outcome, cause=Cause.WORLD, says=says)


def unplaceable(scenario: Scenario, tools: Tools) -> str:
    """Why a scenario's world answers for nothing; empty where it does for something."""
    if scenario.world is None or tools.any:
        return ""
    return "the scenario has a recorded world, and refinery.toml names no tools under [world] that it would answer for"


def call_of(call: Replayed) -> str:
    """A call in words."""
    return f"{call.tool}({shortened(call.arguments)})"


def outside(asked: Iterable[Replayed]) -> str:
    """Which of some calls went beyond their recordings, in a sentence; empty where none did."""
    calls = Counter((call_of(each), each.how) for each in asked if each.outside)
    if not calls:
        return ""
    some = ", ".join(f"{call} {WORDS[how]}" for (call, how), _ in calls.most_common(3))
    more = f" and {len(calls) - 3} more" if len(calls) > 3 else ""
    return f"{calls.total()} {'call was' if calls.total() == 1 else 'calls were'} outside of the recordings: {some}{more}"


WORDS: Mapping[str, str] = {"simulated": "(simulated)", "passed": "(passed through)", "refused": "(refused)"}


def _agents(cause: Cause) -> bool:
    """Whether the agent may have ended so because it was refused a call."""
    return cause in (Cause.CHECKS, Cause.EXIT, Cause.OUTPUT)


def read_journal(path: Path) -> Json:
    """The entries of a journal that an attempt left when it was ended. Whatever the agent put in its place is not followed."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            lines = file.read(MOST).splitlines() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else []
    except OSError:
        return []
    found: list[Json] = []
    for line in lines:
        with suppress(ValueError):
            found.append(json.loads(line))
    return found


def pointed(tools: Tools, given: Mapping[str, str], declared: Sequence[str]) -> Tools:
    """The same tools; where the user's own environment says where they are, and lets the agent know, that counts."""
    own = {name: given[name] for name in declared if name in given}
    return replace(tools, http=tuple(replace(site, url=own.get(site.variable, site.url)) for site in tools.http))


def _tables(entries: Json) -> list[dict[str, Json]]:
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
