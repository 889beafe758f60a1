"""Several searches in a row: the same edit is kept once, and what was and was not reached is said at the end."""

from __future__ import annotations

import json
from pathlib import Path

from tests.journeys.conftest import Refinery, add_scenario, git

EUROS = """- id: pro-in-euros
  input: {plan: pro}
  expect:
    - equals: 45 EUR
"""
SEATS = """- id: six-seats-online
  input: {plan: pro, seats: 6}
  expect:
    - contains: "45"
- id: seven-seats-online
  input: {plan: pro, seats: 7}
  expect:
    - contains: "45"
"""
NINE_SEATS = """- id: nine-seats-online
  input: {plan: team, seats: 9}
  expect:
    - contains: "90"
"""
HOPELESS = """- id: who-is-the-king
  input: {plan: pro}
  expect:
    - equals: Karl XVI of Ruritania
"""


def branches(root: Path) -> list[str]:
    return git(root, "branch", "--list", "--format=%(refname:short)", "refinery/*").splitlines()


def test_an_edit_that_is_kept_already_is_not_kept_under_another_name(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, EUROS)
    values = {"input.value": '{"plan": "team"}', "output.value": "90 USD", "openinference.span.kind": "AGENT"}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]
    span = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "answer", "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [{**span, "attributes": attributes}]}]}]}
    (desk.parent / "run.json").write_text(json.dumps(body))
    first = refinery("fix", str(desk.parent / "run.json"), "--says", "in pounds", "--expect", "equals: 90 GBP", "--yes", "--json")
    assert first.status == 0, first.err
    assert first.json["also_cured"] == ["pro-in-euros"]
    assert "not asked about" not in first.out, "it is no longer red"
    [name] = branches(desk)
    evidence = git(desk, "notes", "--ref=refinery", "show", name)
    again = refinery("fix", "--failing", "--yes", "--json")
    assert again.status == 0, again.err
    assert again.json["already_kept"] is True
    assert str(again.json["says"]).startswith(f"already kept as {name.removeprefix('refinery/')}: ")
    assert again.json["kept"] == first.json["kept"]
    assert branches(desk) == [name]
    assert git(desk, "notes", "--ref=refinery", "show", name) == evidence


def test_a_part_that_was_fixed_and_one_that_was_not_are_summed_up(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, HOPELESS + SEATS)
    done = refinery("fix", "--failing", "--yes")
    [branch] = branches(desk)
    assert done.status == 1
    last = " ".join(done.out.split()).rpartition("2 of 3 fixed: ")[2]
    assert last == f"accept {branch.removeprefix('refinery/')}; not fixed: who-is-the-king"
    assert "not asked about" not in done.out


def test_the_edits_that_came_nearest_are_named_with_what_they_broke(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, NINE_SEATS)
    done = refinery("fix", "--failing", "--yes", "--seconds", "8", "--json")
    assert done.status == 1, done.out
    misses = done.json["misses"]
    assert isinstance(misses, list)
    assert 0 < len(misses) <= 5
    for miss in misses:
        assert isinstance(miss, dict)
        assert miss["change"]
        assert miss["cured"] == ["nine-seats-online"]
        assert miss["broke"] in (["many-seats-by-phone"], ["team-costs-90"], ["pro-costs-45"])
    nearest = misses[0]
    assert isinstance(nearest, dict)
    assert nearest["broke"] == ["many-seats-by-phone"], "what lets most pass is the nearest"
    shown = refinery("show").out
    assert "These came nearest:" in shown
    assert "cured nine-seats-online; broke many-seats-by-phone" in shown
