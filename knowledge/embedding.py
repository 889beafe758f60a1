"""The offline embedding: words and their stems hashed into 4,096 numbers; no model, nothing to download."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TypeAlias
from zlib import crc32

from knowledge.meanings import meanings
from knowledge.words import stem, words

Embedding: TypeAlias = "Callable[[str], list[float]]"
"""Text to a vector of length 1. Whoever has a better one may give it."""

DIMENSIONS = 4096
"""Enough that the words of a passage and of all that people ask it seldom fall on the same number."""
MEANT = 0.5
"""What a meaning counts beside a stem, where it is known how many texts have it."""
EVEN: Mapping[str, float] = MappingProxyType({})


def hashed(text: str, rarity: Mapping[str, float] = EVEN, unknown: float = 1.0) -> list[float]:
    """A vector in which texts that share words, or words of one stem, lie near each other; all zeros for no words.

    `rarity` are weights by stem and by meaning, so that what stands everywhere weighs less; `unknown` is the weight of all other words.
    A meaning without a weight counts for nothing.
    """
    vector = [0.0] * DIMENSIONS
    for feature, weight in _features(text, rarity, unknown).items():
        code = crc32(feature.encode("utf-8", "surrogatepass"))
        vector[code % DIMENSIONS] += weight if code & 0x80000000 else -weight
    length = math.sqrt(sum(value * value for value in vector))
    return [value / length for value in vector] if length else vector


def likeness(one: list[float], other: list[float]) -> float:
    """Cosine of two such vectors: 1 for the same words, about 0 for none in common."""
    return sum(a * b for a, b in zip(one, other, strict=True))


def learnt(texts: Sequence[str]) -> Embedding:
    """The embedding that knows which words and meanings are common in these texts."""
    spread: Counter[str] = Counter()
    for text in texts:
        spread.update({stem(word) for word in words(text)} | set(meanings(text)))
    rarity = {word: math.log((len(texts) + 1) / (count + 0.5)) for word, count in spread.items()}
    return partial(hashed, rarity=rarity, unknown=math.log(2 * len(texts) + 2))


def _features(text: str, rarity: Mapping[str, float], unknown: float) -> dict[str, float]:
    features: dict[str, float] = {}
    for word, count in Counter(words(text)).items():
        root = stem(word)
        weight = (1 + math.log(count)) * rarity.get(root, unknown)  # said ten times is not ten times the topic
        features[f"s:{root}"] = features.get(f"s:{root}", 0.0) + weight
        features[f"w:{word}"] = 0.4 * weight  # the stem counts for more than the form it has
    for mark, count in Counter(meanings(text) if rarity else ()).items():
        features[f"m:{mark}"] = MEANT * (1 + math.log(count)) * rarity.get(mark, 0.0)
    return features
