"""Failures of one kind are one group whatever their case, and stay so when others come in."""

from __future__ import annotations

import random
from dataclasses import replace

from adapters.trace import Failure as Fault
from adapters.trace import Kind, Span, Status, Trace
from refinery.signals.diagnosis import diagnose
from refinery.signals.groups import Failure, Grouped, group
from tests.refinery.signals.build import MORNING, model, root, tool, trace


def crash(name: str, number: int, kind: str = "KeyError", about: str = "'plan'") -> Failure:
    """A run that died in a step called `name`."""
    fault = Fault(kind, about, f'Traceback:\n  File "/srv/{name}.py", line {number}, in look\n    x\n{kind}: {about}')
    inner = Span(f"{name}-{number}", name, Kind.CHAIN, "root", input=f'{{"case": {number}}}', failure=fault, status=Status.ERROR)
    run = Trace(f"{name}{number:03}", (replace(root(failure=fault), start_ns=MORNING + number), inner), task=f"Case {number}")
    return Failure(run, diagnose(run, failed=True))


def errors(tool_name: str, number: int) -> Failure:
    """A run whose tool answered with an error."""
    run = trace(
        root("I could not do it."), tool(tool_name, {"n": number}, f"Error: ledger {number} is not available"), model("I could not do it.")
    )
    run = replace(run, id=f"{tool_name}{number:03}")
    return Failure(run, diagnose(run, failed=True))


def shape(found: Grouped) -> list[tuple[str, ...]]:
    return [each.traces for each in found.groups]


def test_failures_of_one_kind_are_one_group_and_others_stay_apart() -> None:
    found = group(
        [*(crash("price", n) for n in range(5)), *(errors("ledger", n) for n in range(3)), crash("greet", 1, "TypeError", "no text")]
    )
    assert [len(each.traces) for each in found.groups] == [5, 3]
    assert found.alone == ("greet001",)


def test_a_group_has_a_name_an_onset_and_the_path_that_all_share() -> None:
    first = group([crash("price", n) for n in (7, 3, 5)]).groups[0]
    assert first.name.startswith("exception in price: ")
    assert "KeyError" in first.name
    assert first.onset_ns == MORNING + 3
    assert first.traces[0] == "price003"
    assert first.path == ("helper", "price")


def test_the_order_makes_no_difference() -> None:
    failures = [
        *(crash("price", n) for n in range(6)),
        *(errors("ledger", n) for n in range(4)),
        *(crash("bill", n, "ValueError") for n in range(3)),
    ]
    mixed = failures[:]
    random.Random(7).shuffle(mixed)
    assert group(mixed) == group(failures)


def test_a_group_keeps_its_id_and_its_members_when_other_failures_come_in() -> None:
    old = group([crash("price", n) for n in range(4)]).groups[0]
    grown = group(
        [*(crash("price", n) for n in range(4)), *(errors("ledger", n) for n in range(30)), *(crash("bill", n) for n in range(9))]
    )
    again = next(each for each in grown.groups if each.id == old.id)
    assert again.traces == old.traces
    assert again.name == old.name


def test_a_failure_without_any_sign_is_in_no_group() -> None:
    plain = [replace(trace(root("49 USD."), model("49 USD."), task="Price?"), id=f"t{n}") for n in range(3)]
    found = group([Failure(each, diagnose(each, failed=True)) for each in plain])
    assert found == Grouped((), ("t0", "t1", "t2"))


def test_what_is_known_of_a_group_keeps_its_id_and_name_whatever_comes_in_and_goes() -> None:
    before = group([crash("price", n) for n in range(3)])
    known = before.known
    other = crash("price", 7, "IndexError", "out of range")
    many = group(
        [*(crash("price", n) for n in range(2)), *(replace(other, trace=replace(other.trace, id=f"o{n}")) for n in range(9))], known
    )
    assert before.groups[0].id in [each.id for each in many.groups]
    alone = group([crash("price", 40)], many.known)
    assert [(each.id, each.name, each.traces) for each in alone.groups] == [(before.groups[0].id, before.groups[0].name, ("price040",))]
    assert group([crash("price", 40)]).groups == ()
    gone = group([errors("ledger", n) for n in range(3)], alone.known)
    assert before.groups[0].id in [each.id for each in gone.known], "a group without members now is not forgotten"


def test_a_name_says_nothing_that_is_particular_to_the_case() -> None:
    name = group([errors("ledger", n) for n in (4711, 4712)]).groups[0].name
    assert name.startswith("tool error in ledger: ")
    assert "4711" not in name


def test_nothing_gives_nothing() -> None:
    assert group([]) == Grouped((), ())
