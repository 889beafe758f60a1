from __future__ import annotations

import json
from pathlib import Path

import pytest

from refinery.domain import Expectation, Scenario
from refinery.errors import UsageError
from refinery.events import silent
from refinery.flows.audit import audit_judge, audited, shape
from refinery.store.sqlite import open_store
from refinery.suite.audit import audit
from refinery.suite.labels import Label, read_labels
from tests.fakes.judge import Keyed, Ruled

SCENARIO = Scenario("price", {"q": "price?"}, (Expectation("llm-rubric", "names the currency"), Expectation("contains", "20")))


def now() -> str:
    return "2026-01-02T03:04:05+00:00"


def labels(*rows: tuple[str, bool]) -> tuple[Label, ...]:
    return tuple(Label("names the currency", "price?", answer, passed, number) for number, (answer, passed) in enumerate(rows, 1))


def test_each_verdict_is_held_against_that_of_a_person() -> None:
    made = audit(Keyed("EUR"), labels(("20 EUR", True), ("EUR?", False), ("20", False), ("twenty euros", True)), 1, silent)
    figures = made.agreement
    assert (figures.both_pass, figures.false_pass, figures.both_fail, figures.false_fail) == (1, 1, 1, 1)
    assert [(each.row, each.people, each.judge) for each in made.differing] == [(2, False, True), (4, True, False)]
    assert made.flips.of == 0


def test_verdicts_that_differ_when_the_judge_is_asked_again_are_flips() -> None:
    made = audit(Ruled(True), labels(("a", True), ("b", False)), 2, silent)
    assert (made.flips.count, made.flips.of) == (0, 2)
    wavering = audit(Ruled(True, False), labels(("a", True)), 2, silent)
    assert (wavering.flips.count, wavering.flips.of) == (1, 1)
    assert wavering.agreement.both_pass == 1, "the figures are those of the first judgement"


def test_answers_without_a_verdict_count_nowhere_and_are_told() -> None:
    made = audit(Ruled(None, True), labels(("a", True), ("b", True)), 1, silent)
    assert (made.agreement.total, made.unjudged) == (1, 1)
    assert any("1 answers got no verdict" in note for note in made.notes)


def test_few_labels_are_said_to_be_few() -> None:
    notes = audit(Keyed("x"), labels(*[("x", True)] * 30, ("y", False)), 1, silent).notes
    assert [note for note in notes if "only" in note] == ["people failed only 1 of these answers; from 30 on the rates say something"]


def test_an_audit_is_kept_for_this_judge_alone(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        assert audited(store, "keyed, prompt 1") == ""
        audit_judge(Keyed("EUR"), labels(("20 EUR", True), ("20", False)), 1, store, now, silent)
        assert "agrees with people on 2 of 2" in audited(store, "keyed, prompt 1")
        assert audited(store, "keyed, prompt 2") == ""
        audit_judge(Ruled(None), labels(("a", True)), 1, store, now, silent)
        assert audited(store, "ruled, prompt 1") == "", "a judge that said nothing was not audited"


def test_the_shape_holds_every_figure_with_its_interval() -> None:
    made = shape(audit(Keyed("EUR"), labels(("20 EUR", True), ("20", True), ("20", False)), 2, silent))
    assert made["accuracy"] == {"value": 0.6667, "count": 2, "of": 3, "interval": [0.0943, 0.9916]}
    assert made["false_pass_rate"] == {"value": 0.0, "count": 0, "of": 1, "interval": [0.0, 0.975]}
    assert json.loads(json.dumps(made)) == made


def test_labels_are_read_from_csv_and_json_lines(tmp_path: Path) -> None:
    table = tmp_path / "l.csv"
    table.write_text('question,answer,rubric,verdict\nprice?,"20, EUR",names the currency,pass\n"{""q"": 1}",20,names the currency,FAIL\n')
    first, second = read_labels(table)
    assert first == Label("names the currency", "price?", "20, EUR", True, 1)
    assert (second.asked, second.passed) == ({"q": 1}, False)
    lines = tmp_path / "l.jsonl"
    lines.write_text('{"scenario": "price", "output": {"text": "20"}, "human": false}\n')
    assert read_labels(lines, [SCENARIO]) == (Label("names the currency", {"q": "price?"}, '{"text": "20"}', False, 1),)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"scenario": "prise", "answer": "20", "verdict": "pass"}, "no scenario is called prise"),
        ({"rubric": "r", "verdict": "pass"}, "has no answer"),
        ({"rubric": "r", "answer": "20"}, "has no verdict"),
        ({"rubric": "r", "answer": "20", "verdict": "maybe"}, "'maybe', which is neither"),
        ({"answer": "20", "verdict": "pass"}, "has no rubric"),
    ],
)
def test_a_label_that_cannot_be_used_is_an_error_with_its_row(tmp_path: Path, row: dict[str, str], says: str) -> None:
    path = tmp_path / "l.jsonl"
    path.write_text(json.dumps({"rubric": "r", "answer": "a", "verdict": "pass"}) + "\n" + json.dumps(row) + "\n")
    with pytest.raises(UsageError, match=rf"row 2.*{says}"):
        read_labels(path, [SCENARIO])


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.json"
    path.write_text("[]")
    with pytest.raises(UsageError, match="holds no labels"):
        read_labels(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")
