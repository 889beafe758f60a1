"""Scenarios are made up from what an agent is, tried where that is asked for, shown, and written only when somebody says so."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.trace import Json
from knowledge.patterns import load_patterns
from refinery import contract
from refinery.agents.inventor import invent
from refinery.domain import AgentSpec, Attempt, Bill, Scenario
from refinery.errors import UsageError
from refinery.events import Event, Say
from refinery.llm.budget import BudgetSpent
from refinery.llm.port import LLM, ModelError
from refinery.repo.repository import Repository
from refinery.suite.generation.generator import MOST_BASES, RULE_MADE, Ground, Made, Rejected, made_by_model, made_by_rules, scenario_of
from refinery.suite.generation.profile import Profile, write_profile
from refinery.suite.generation.quality import FLOOR, MOST
from refinery.suite.generation.reading import read_profile_of, wanted
from refinery.suite.runner import bill
from refinery.suite.scenarios import load
from refinery.suite.writing import write
from refinery.workbench import Workbench
from safety.globs import matches
from safety.policy import Policy

MOST_FILES = 3_000
NOTHING_SPENT = Bill()
BASE_RUNS = 2
"""Runs of what a scenario was made of, so that one knows whether its answer stays the same at all."""
WORTH_SHOWING = 40
"""Scenarios of a suite that a model is told of."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What was made up, and what became of the rest."""

    made: tuple[Made, ...]
    profile: Profile
    commit: str
    bill: Bill = NOTHING_SPENT
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """What one made-up scenario came to on the agent as it is."""

    attempt: Attempt
    says: str
    find: bool
    """It shows something that somebody should look at."""


def profile_at(
    repository: Repository, commit: str, agent: AgentSpec | None, policy: Policy, patterns: Sequence[str], suite: Sequence[Scenario]
) -> Profile:
    """The profile of the agent of a commit, read from its files; nothing is run."""
    judges = (*policy.test_globs, *policy.judge_globs, *patterns)
    paths = [file.path for file in repository.files(commit) if not any(matches(file.path, glob) for glob in judges)]
    readable = [path for path in paths if wanted(path)]
    others = [path for path in paths if not wanted(path)]
    found = read_profile_of(repository.read_many(commit, readable[:MOST_FILES]), agent, suite, others)
    left = len(readable) - MOST_FILES
    return found if left <= 0 else replace(found, notes=(*found.notes, f"{left} of {len(readable)} files were not read"))


def generate(profile: Profile, suite: Sequence[Scenario], commit: str, count: int, seed: int, model: LLM | None, say: Say) -> Generated:
    """So many scenarios: seven of ten by rules and the rest by a model, where there is one."""
    patterns = load_patterns()
    ground = Ground(profile, tuple(suite), frozenset(each.name for each in patterns), judged=model is not None)
    rejected = Rejected()
    say(Event("generate", "crossing known failures with the agent"))
    wanted_of_rules = round(count * RULE_MADE) if model else count
    by_rules = made_by_rules(ground, wanted_of_rules, seed, rejected)
    notes, spent = [*profile.notes], NOTHING_SPENT
    by_model: tuple[Made, ...] = ()
    if model is None:
        notes.append("there is no model, so rules made all of it; with one, three of ten are thought up by it")
        if profile.rules:
            what = "the one rule" if len(profile.rules) == 1 else f"the {len(profile.rules)} rules"
            notes.append(f"not tried, since only a judge could say: whether {what} in its prompts can be talked away")
    else:
        try:
            invention = invent(
                model,
                write_profile(profile),
                [f"{each.name} ({each.category}): {each.scenario}" for each in patterns],
                [_shown(each) for each in suite[:WORTH_SHOWING]],
                count - len(by_rules),
                seed,
                lambda made: found if isinstance(found := scenario_of(made), str) else "",
                say,
            )
            spent = invention.bill
            notes += invention.notes
            by_model = made_by_model(ground, invention.scenarios, count - len(by_rules), by_rules, rejected)
        except (ModelError, BudgetSpent) as error:
            spent = Bill((error.spent,)) if isinstance(error, ModelError) and error.spent else NOTHING_SPENT
            notes.append(f"the model thought nothing up: {error}")
    made = (*by_rules, *by_model)
    if len(ground.bases) > MOST_BASES:
        notes.append(f"made of {MOST_BASES} of your {len(ground.bases)} scenarios, drawn by the seed")
    if not suite and made:
        known = "what documents say, " if profile.known else ""
        notes.append(f"there are no scenarios yet, so nobody has said what is right: these check {known}forms and limits")
    if len(made) < count:
        more = (
            "more scenarios of your own give more to work on"
            if made
            else "too little is known of the agent: write a scenario, or a profile"
        )
        notes.append(f"{len(made)} of {count} could be made; {more}")
    return Generated(made, profile, commit, spent, (*notes, *rejected.told()))


def try_out(generated: Generated, suite: Sequence[Scenario], bench: Workbench) -> tuple[dict[str, Tried], Bill]:
    """Run each made-up scenario once, and what it was made of twice, on the agent of the commit; and what that cost."""
    known = {scenario.id: scenario for scenario in suite}
    bases = [known[name] for name in dict.fromkeys(made.base for made in generated.made) if name in known]
    pairs = [(scenario, trial) for scenario in bases for trial in range(BASE_RUNS)] + [(made.scenario, 0) for made in generated.made]
    began = bench.clock()
    with bench.workspace.lease(generated.commit) as tree, bench.runner.open(tree) as running:
        attempts = list(running.attempts(pairs, bench.say))
    of_base: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        of_base.setdefault(attempt.scenario, []).append(attempt)
    tried = {made.scenario.id: _tried(made, of_base[made.scenario.id][0], of_base.get(made.base, [])) for made in generated.made}
    return tried, Bill((bill("try", attempts, bench.clock() - began),))


def _tried(made: Made, attempt: Attempt, base: Sequence[Attempt]) -> Tried:
    if not attempt.counts:
        return Tried(attempt, f"not measured: {attempt.says}", False)
    broken = [each for each in base if not each.passed]
    if not attempt.passed and broken and (made.same or broken[0].cause == attempt.cause):
        return Tried(attempt, f"says nothing: {made.base} itself does not pass ({broken[0].says})", False)
    if not attempt.passed:
        return Tried(attempt, attempt.says, True)
    steady = len({each.output for each in base}) == 1 and not broken
    if made.same and steady and attempt.output != base[0].output:
        return Tried(attempt, f"passes, but the answer is another one than to {made.base}", True)
    return Tried(attempt, "passes", False)


def file_text(generated: Generated, tried: dict[str, Tried]) -> str:
    """The scenarios as a file, with a remark above each: what it is after, what it came to, and what a person should fill in."""
    head = (
        f"# Made up by `refinery suite generate` from {generated.commit[:12]}. Read them through before you rely on them: rules do",
        "# not know what is right, so they check what can be known. What is marked FILL IN waits for you.",
    )
    parts = ["\n".join(head)]
    for made in generated.made:
        came = tried.get(made.scenario.id)
        lines = [f"Tries {made.pattern or 'something of its own'}{f', from {made.base}' if made.base else ''}."]
        lines += [f"When it was made: {came.says}"] if came else []
        lines += [f"FILL IN: {made.fill}."] if made.fill else []
        remarks = [f"# {each}" for line in lines for each in textwrap.wrap(" ".join(line.split()), 118)]
        parts.append("\n".join([*remarks, write(made.scenario).rstrip()]))
    text = "\n\n".join(parts) + "\n"
    load({"generated": text}.get, ["generated"])  # what we write we can read
    return text


def place_for(out: Path | None, root: Path, patterns: Sequence[str]) -> Path:
    """Where they will be written. UsageError where something is there already."""
    path = out or root / next((place for place in _places() if any(matches(place, pattern) for pattern in patterns)), "generated.yaml")
    if path.exists():
        raise UsageError(f"{path} is there already, and nothing is overwritten", hint="name another file with --out")
    return path


def _places() -> Iterator[str]:
    yield from (f"{folder}/generated.yaml" for folder in ("scenarios", "tests/scenarios", "evals", "tests", "suite"))


def put(path: Path, text: str) -> None:
    """Write the file, anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as out:
        out.write(text)


def unread(path: Path, root: Path, patterns: Sequence[str]) -> tuple[str, ...]:
    """A remark where the suite would not find the file."""
    inside = path.resolve().relative_to(root.resolve()).as_posix() if path.resolve().is_relative_to(root.resolve()) else ""
    if any(matches(inside, pattern) for pattern in patterns):
        return ()
    return (f"{path} matches none of the suite's patterns ({', '.join(patterns)}), so it is not run from there",)


def shape(generated: Generated, tried: dict[str, Tried]) -> dict[str, Json]:
    """`suite generate --json`."""
    rows: list[Json] = []
    for made in generated.made:
        came, scenario = tried.get(made.scenario.id), made.scenario
        rows.append(
            {
                "id": scenario.id,
                "probe": made.probe,
                "pattern": made.pattern,
                "base": made.base or None,
                "capability": scenario.capability,
                "assumption": scenario.assumption,
                "input": scenario.input,
                "expect": [{each.name: each.value} for each in scenario.expect],
                "fill": made.fill or None,
                "quality": {
                    "score": round(made.quality.score, 2),
                    "of": MOST,
                    "floor": FLOOR,
                    "relevance": round(made.quality.relevance, 2),
                    "specificity": round(made.quality.specificity, 2),
                    "distinctness": round(made.quality.distinctness, 2),
                    "executability": round(made.quality.executability, 2),
                },
                "tried": {"passed": came.attempt.passed, "find": came.find, "says": came.says} if came else None,
            }
        )
    return {"commit": generated.commit, "scenarios": rows, "notes": list(generated.notes), "usage": contract.usage(generated.bill)}


def _shown(scenario: Scenario) -> str:
    checks = json.dumps([{each.name: each.value} for each in scenario.expect], ensure_ascii=False)
    return f"{scenario.id}: {json.dumps(scenario.input, ensure_ascii=False)[:300]}, expected: {checks[:300]}"
