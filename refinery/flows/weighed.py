"""How far to believe each of several cures, with the chance that all of them are wrong.

Cures are put together that do the same on every input that was tried: which of those is kept does not matter. A cure is the likelier to
be right the likelier its edit was from the start, the less it changes beside what failed (a semantic distance, after D'Antoni, Samanta
and Singh, "Qlose: Program Repair with Quantitative Objectives", 2016), and the more the others agree with it (after Xiong et al.,
"Identifying patch correctness in test-based program repair", 2018). Beside them stands that no edit which was thought of is right, and
all have met the failing scenarios by chance; the more scenarios fail, the less likely that is (Bayes' rule, with the likelihood of such a
chance as the one thing that is estimated).

The figures were fitted on 130 faults of small agents with hidden cases. On these, of 115 cures that came first 100 were right; of those
sure enough to be kept 87 of 93. On 62 further faults, written afterwards, 31 of 36 were; `BELIEVED` was raised when 20 of these were known.
The figures are not sharp: half or twice as much changes little. They are older than what other values say of a place (see
`refinery.flows.replaced`), which moves the likelihoods, and were not fitted again: on 123 faults written since, while this still changed,
74 cures were kept and 12 of these wrong; on the last 30 of them 16, and none. On 65 harder ones that came after, 25 and 6; on 94
ordinary ones, with many more kinds of edits, 56 and 10. There, of single cures of one failing scenario, 6 of 10 were right from .2 to .3,
and 16 of 19 above: what the first of `CHANCE` was raised for, from .1, so that .25 is believed.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from refinery.flows.neighbours import Seen

CHANCE = (0.13, 0.035, 0.02)
"""How likely it is that the right edit is none of those found, beside their confidence, where one, two, or more scenarios fail."""
BELIEVED = 0.66
"""How likely a cure has to be, what does the same counted with it, to be kept without anybody having reasoned."""
DOUBT = 0.3
"""What a cure of a doubtful kind counts beside others: so many of such were right, of others three in four."""
TOLD = 0.5
"""How likely a cure is said to be at the most that is of a doubtful kind."""
UNUSUAL = 10.0
"""How fast a cure loses for changing more than another: e to the power of this for all that was tried."""
AGREED = 1.0
"""How fast it loses for standing alone: e to the power of this for parting from all others wherever any two part."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Cures by number, the most believable first."""

    order: tuple[int, ...]
    sure: float
    """The chance that the first, and what does the same, is right; 0 to 1."""
    rivals: tuple[int, ...] = ()
    """The best of each other behaviour, the likeliest first."""
    weights: tuple[float, ...] = ()
    """Of the first and its rivals, in this order."""

    @property
    def believed(self) -> bool:
        """Whether that is enough."""
        return self.sure >= BELIEVED


def alone(chance: float, red: int) -> float:
    """How likely a cure is that nothing else stands against, where `red` scenarios failed that it cured."""
    return chance / (chance + CHANCE[min(red, len(CHANCE)) - 1])


def changed(base: Sequence[Seen], own: Sequence[Seen]) -> float:
    """The share of answers that a cure changes."""
    return sum(one.behaviour != other.behaviour for one, other in zip(base, own, strict=True)) / max(1, len(base))


def weighed(
    chances: Sequence[float], changes: Sequence[float], seen: Sequence[Sequence[Seen]], red: int, doubtful: Collection[int] = ()
) -> Weighed:
    """Weighs cures where `red` scenarios fail. Of each: how likely its edit was, how much it `changes`, what it did.

    Those that are `doubtful` are told, and believed where another edit does the same.
    """
    if not chances:
        return Weighed((), 0.0)
    did = [tuple(each.behaviour for each in own) for own in seen]
    split = [place for place in range(len(did[0])) if len({own[place] for own in did}) > 1]
    least = min(changes)
    weights = [
        chance
        * (DOUBT if number in doubtful else 1.0)
        * math.exp(-UNUSUAL * (change - least) - AGREED * (1.0 - _agreed(number, did, split, doubtful)))
        for number, (chance, change) in enumerate(zip(chances, changes, strict=True))
    ]
    order = sorted(range(len(weights)), key=lambda number: (-weights[number], number))
    best: dict[tuple[object, ...], int] = {}
    for number in order:
        best.setdefault(did[number], number)
    heard = tuple(weights[number] for number in best.values())
    sure = heard[0] / sum(heard) * alone(sum(heard), red)
    likewise = [number for number in order if did[number] == did[order[0]] and number not in doubtful]
    if not likewise:
        sure = min(sure, TOLD)
    elif likewise[0] != order[0]:
        order = [likewise[0], *(number for number in order if number != likewise[0])]
    return Weighed(tuple(order), sure, tuple(best.values())[1:], heard)


def telling(made: Weighed, seen: Sequence[Sequence[Seen]]) -> int | None:
    """The input whose right answer would tell most: where the weights part most evenly (by the entropy). None where nothing parts."""
    leaders = (*made.order[:1], *made.rivals)
    most, place = 0.0, None
    for number in range(len(seen[0]) if seen else 0):
        shares: dict[object, float] = {}
        for leader, weight in zip(leaders, made.weights, strict=True):
            shares[seen[leader][number].behaviour[0]] = shares.get(seen[leader][number].behaviour[0], 0.0) + weight
        total = sum(shares.values())
        entropy = -sum(share / total * math.log(share / total) for share in shares.values() if share)
        if entropy > most + 1e-9:
            most, place = entropy, number
    return place


def _agreed(number: int, did: Sequence[tuple[object, ...]], split: Sequence[int], doubtful: Collection[int]) -> float:
    """How often others do the same where not all do; doubtful ones are not asked."""
    others = [each for each in range(len(did)) if each != number and each not in doubtful]
    same = [did[number][place] == did[each][place] for each in others for place in split]
    return sum(same) / len(same) if same else 1.0
