"""A cure that a model wrote, without what it does not need: shown by looks, and said in its reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from refinery.domain import Edit, Hypothesis
from refinery.edits.minimise import minimal, pieces, together
from refinery.flows.proposal import Proposal


def smallest(proposal: Proposal, drafted: Callable[[Hypothesis], Proposal], cures: Callable[[Proposal], bool]) -> Proposal:
    """The same cure without the pieces that it does not need; the rationale says what was found."""
    every = pieces(proposal.product)
    if len(every) < 2:
        return proposal

    def still(edits: tuple[Edit, ...]) -> bool:
        less = drafted(replace(proposal.hypothesis, edits=together(edits)))
        return less.verdict.allowed and cures(less)

    least = minimal(every, still)
    told: list[str] = []
    if least.dropped:
        told.append(
            f"{least.dropped} of {len(every)} pieces of the change turned out not to be needed, and {_were(least.dropped)} left out."
        )
    left = len(least.edits)
    if least.shown:
        told.append(
            f"Each of the {left} is needed: without any one of them the failure is back." if left > 1 else "What is left is needed."
        )
    else:
        told.append(f"Whether each of the {left} pieces of the change is needed was not shown: that would have taken too many runs.")
    edits = together(least.edits) if least.dropped else proposal.hypothesis.edits
    rationale = "\n\n".join((proposal.hypothesis.rationale, " ".join(told)))
    return replace(drafted(replace(proposal.hypothesis, edits=edits, rationale=rationale)), targets=proposal.targets)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
