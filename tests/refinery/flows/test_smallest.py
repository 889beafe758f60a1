"""A model's cure is left with what the failure needs, and its reasons say what was shown."""

from __future__ import annotations

from refinery.domain import Edit, Hypothesis, Layer
from refinery.edits.draft import draft
from refinery.flows.proposal import Proposal
from refinery.flows.smallest import smallest
from safety.verdict import Verdict

FILES = {"p.md": "You answer.\n", "m.py": "a = 1\nb = 2\nc = 3\n"}
RULES = Edit("p.md", "You answer.\n", "You answer.\nSay the currency. Be polite.\n")
CODE = Edit("m.py", "a = 1\n", "a = 9\n")


def drafted(hypothesis: Hypothesis) -> Proposal:
    made = draft(hypothesis.edits, FILES.get)
    return Proposal(hypothesis, made.changes, Verdict(made.misfits), (), "slug")


def reduced(*edits: Edit, needs: tuple[str, ...]) -> tuple[dict[str, str | None], str]:
    """What is left of the edits where the failure needs these words in the files, and the reasons."""

    def cures(proposal: Proposal) -> bool:
        written = "".join(change.after or "" for change in proposal.changes)
        return all(word in written for word in needs)

    made = smallest(drafted(Hypothesis("Mend it", "It was wrong.", Layer.PROMPT, edits, origin="model")), drafted, cures)
    return {change.path: change.after for change in made.changes}, made.hypothesis.rationale


def test_a_sentence_and_a_hunk_that_are_not_needed_are_left_out_and_that_is_said() -> None:
    files, why = reduced(RULES, CODE, needs=("currency",))
    assert files == {"p.md": "You answer.\nSay the currency.\n"}
    assert why == "It was wrong.\n\n2 of 3 pieces of the change turned out not to be needed, and were left out. What is left is needed."


def test_where_all_is_needed_the_change_stays_as_it_was_written_and_that_is_said() -> None:
    files, why = reduced(RULES, CODE, needs=("currency", "polite", "a = 9"))
    assert files == {"p.md": RULES.new, "m.py": "a = 9\nb = 2\nc = 3\n"}
    assert why.endswith("Each of the 3 is needed: without any one of them the failure is back.")


def test_what_was_not_shown_is_not_claimed() -> None:
    many = "".join(f"Rule {number} is this. " for number in range(20))
    files, why = reduced(Edit("p.md", "You answer.\n", f"You answer.\n{many}\n"), needs=tuple(f"Rule {n} " for n in range(20)))
    assert files["p.md"] == f"You answer.\n{many}\n"
    assert why.endswith("needed was not shown: that would have taken too many runs.")


def test_a_change_of_one_piece_needs_no_showing() -> None:
    assert reduced(CODE, needs=("a = 9",))[1] == "It was wrong."
