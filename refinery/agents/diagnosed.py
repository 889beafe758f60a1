"""A diagnosis in a prompt: all of it where there is something to go by, one line where it is no more than a guess."""

from __future__ import annotations

from refinery.agents.prompting import fenced, word
from refinery.domain import Diagnosis

SURE = 0.4
"""A diagnosis that is less sure of its layer decides nothing."""
NOTHING = "The run was looked at, and nothing in it marks an error: neither layer nor step nor cause is known. Start from what fails."


def excerpt_diagnosis(diagnosis: Diagnosis, checks: bool) -> str:
    """What is known. Where no sign was found and failing checks say what was wanted, the summary would only repeat common experience."""
    found = _found(diagnosis)
    if checks and _guess(diagnosis):
        return "\n".join(part for part in (NOTHING, _places(diagnosis)) if part)
    step = "unknown" if diagnosis.step is None else str(diagnosis.step)
    return "\n".join(
        (
            f"Summary: {fenced('summary', diagnosis.summary)}",
            f"What should have happened: {fenced('expected', diagnosis.expected)}",
            f"Layer it seems to lie in: {diagnosis.layer}; category: {word(diagnosis.category)}; "
            f"agent: {word(diagnosis.agent) or 'unknown'}; step: {step}; confidence: {diagnosis.confidence:.2f}; proof: {diagnosis.proof}",
            "",
            "\n".join(part for part in found if part) or "No quotes.",
        )
    )


def _guess(diagnosis: Diagnosis) -> bool:
    return diagnosis.confidence < SURE and not (diagnosis.signals or diagnosis.observations or diagnosis.gaps)


def _found(diagnosis: Diagnosis) -> list[str]:
    steps = _steps(diagnosis)
    quotes = [fenced(f"quote from {steps.get(quote.span_id, 'the run')}", quote.text) for quote in diagnosis.evidence]
    signals = [f"- {signal.rule} at step {signal.step} (weight {signal.weight:.2f}): {signal.says}" for signal in diagnosis.signals]
    seen = [f"- {each.level}: {each.says}" for each in diagnosis.observations]
    differs = [f"- {gap.kind}: {gap.says}" for gap in diagnosis.gaps]
    return [
        "\n".join(quotes),
        _listed("observations, from the outside in", seen),
        _listed("how the run differs from what was expected", differs),
        _listed("signals, the rules' findings", signals),
        _places(diagnosis),
    ]


def _steps(diagnosis: Diagnosis) -> dict[str, str]:
    """What spans are called in a prompt. Not by their ids: a new run has new ones, and would not be asked about in the same words."""
    told = [(diagnosis.span_id, diagnosis.step)]
    told += [(each.span_id, each.step) for each in diagnosis.alternatives]
    told += [(each.span_id, each.step) for each in diagnosis.signals]
    return {span: f"step {step}" for span, step in told if span and step is not None}


def _places(diagnosis: Diagnosis) -> str:
    places = [f"- {place.path}, line {place.line}{f', in {place.function}' if place.function else ''}" for place in diagnosis.places]
    return _listed("places in the code, innermost first", places)


def _listed(what: str, lines: list[str]) -> str:
    return fenced(what, "\n".join(lines)) if lines else ""
