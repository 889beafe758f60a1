"""Names in prompts that are written otherwise than code or configuration has them: labels, keys of examples, what tools take.

A model says back what a prompt calls things by, and code looks it up letter by letter.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product

from refinery.edits.scalar import Scalar
from refinery.repair.module import FUNCTIONS, Module
from refinery.repair.placeholders import PLACEHOLDER, Refill
from refinery.repair.prompts import Wording
from refinery.repair.wording import PARTS
from refinery.repair.world import base_of, parameters, text_of

JOINED = re.compile(r"(?<![\w{$/.-])[A-Za-z]\w*(?:[-_][A-Za-z0-9]+)+(?![\w}/-])(?!\.\w)|(?<![\w{$/.-])[a-z]+[A-Z]\w*(?![\w}/(-])")
"""Words that are written as names are: with a joint, or with capitals inside."""
LABEL = re.compile(r"^[ \t]*(?:[-*] +|\d+\. +|#+ +)?(?P<name>[A-Za-z][\w-]*(?: [\w-]+){0,3}):(?=[ \t]|$)", re.MULTILINE)
"""What stands before a colon at the beginning of a line."""
QUOTED = re.compile(r"(?P<sign>[\"'`])(?P<name>[A-Za-z][\w-]*(?: [\w-]+){0,3}[.!]?)(?P=sign)")
KEY = re.compile(r"[\"'](?P<name>[A-Za-z_][\w-]*)[\"']\s*:")
SIGNATURE = re.compile(r"(?<![\w.])(?P<name>[A-Za-z_]\w*)\((?P<given>[A-Za-z_]\w*(?:, ?[A-Za-z_]\w*)*)\)")
NAME = re.compile(r"[A-Za-z][\w-]*(?: [\w-]+){0,3}")
LONGEST = 40
"""Characters of a name."""
KIN, ALONE = 0.85, 0.6
"""How likely a label is meant to be what is spelt nearly so: where the text has others of its kind as they are known, and where not."""
READ, READ_ALIKE = 0.45, 0.8
"""How likely a key that nobody reads is one that is read beside the others and that no text has; rather where the two are alike."""
ALIKE = 0.6
OUTSIDE, FEWEST_KIN, MOST_LACKING = 0.7, 2, 4
"""How likely a name that nothing knows is one that is lacking; how many of its kind the text has at the least, and lacks at the most."""
ORDERED, RENAMED = 0.8, 0.7
"""How likely a tool takes what its function takes, in that order, and by these names."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Names that code and configuration have."""

    by_form: Mapping[str, Collection[str]]
    """By their words."""
    kin: Mapping[str, Collection[str]]
    """What stands with each in one list, table or pattern."""


def named(
    texts: Sequence[Wording], modules: Iterable[Module], scalars: Iterable[Scalar], sources: Mapping[str, str]
) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order."""
    if not texts:
        return
    modules = tuple(modules)
    known, readings, tools = _known(modules, tuple(scalars)), _readings(modules), _tools(modules)
    said = [text for module in modules for text in _said(module)]
    looked_for = _looked_for(modules)
    for wording in texts:
        others = "\n".join((*said, *(text for path, text in sources.items() if path != wording.path and not path.endswith(".py"))))
        changes = (
            *_spelt(wording, known, others),
            *_keys(wording, readings, known),
            *_outsiders(wording, known, looked_for),
            *_signatures(wording, tools),
        )
        for prior, text, says, why in changes:
            if text != wording.text and (after := wording.put(text)):
                yield prior, Refill(wording.path, after, f"{says} in {wording.name}", why)


Change = tuple[float, str, str, str]


def _spelt(wording: Wording, known: _Known, others: str) -> Iterator[Change]:
    """A label that nothing else has, for a name of the same words with other joints or capitals."""
    text = wording.text
    gaps = {_form(match[match.lastgroup or 0]) for match in PLACEHOLDER.finditer(text)}
    labels = [(match["name"], match.start("name") > 0) for form in (LABEL, QUOTED) for match in form.finditer(text)]
    for label in dict.fromkeys([*(match.group() for match in JOINED.finditer(text)), *(name for name, _ in labels)]):
        form = _form(label)
        if form in gaps or _stands(label, others):
            continue
        for name in known.by_form.get(form, ()):
            kin = any(_stands(other, text) for other in known.kin.get(name, ()) if other != name)
            if name == label or _stands(name, text) or ("_" not in form and not kin):
                continue
            why = f"nothing else has `{label}`, and code or configuration has `{name}`"
            plain = re.escape(label)
            for pattern in (rf"([\"'`]){plain}\1", rf"(?<![\w-]){plain}(?![\w-])"):  # first with its quotation marks
                after = re.sub(pattern, name, text)
                yield KIN if kin else ALONE, after, f"Say `{name}`, not `{label}`,", why


def _keys(wording: Wording, readings: Sequence[Collection[str]], known: _Known) -> Iterator[Change]:
    """A key of an example that nobody reads, for one that is read where the others of the example are, and that no text has."""
    own = dict.fromkeys(match["name"] for match in KEY.finditer(wording.text))
    for keys in readings:
        shared = [key for key in own if key in keys]
        absent = [key for key in keys if key not in own and not _stands(key, wording.text)]
        for key in own if shared else ():
            if key in keys or key in known.kin:
                continue
            for read in absent:
                alike = key.startswith(read) or read.startswith(key) or SequenceMatcher(None, key.lower(), read.lower()).ratio() >= ALIKE
                after = re.sub(rf"(?<=[\"']){re.escape(key)}(?=[\"']\s*:)", read, wording.text)
                why = f"code reads `{read}` beside `{shared[0]}`, and nobody reads `{key}`"
                yield READ_ALIKE if alike else READ / len(absent), after, f"Say `{read}`, not `{key}`,", why


def _outsiders(wording: Wording, known: _Known, looked_for: Collection[str]) -> Iterator[Change]:
    """A quoted name that nothing knows, for a member of a set of which the text has others, or for one that code compares with; the text
    lacks either."""
    quoted = dict.fromkeys(match["name"] for match in QUOTED.finditer(wording.text))
    strange = [name for name in quoted if name not in known.kin and _form(name) not in known.by_form]
    groups = {frozenset(kin) for kin in known.kin.values()} if strange else ()
    lacking = [[name for name in sorted(group) if not _stands(name, wording.text)] for group in groups]
    sets = [absent for absent, group in zip(lacking, groups, strict=True) if len(group) - len(absent) >= FEWEST_KIN]
    for absent in dict.fromkeys(map(tuple, (*sets, [name for name in looked_for if not _stands(name, wording.text)]))):
        for name, other in product(strange, absent) if len(absent) <= MOST_LACKING else ():
            after = re.sub(rf"(?<=[\"'`]){re.escape(name)}(?=[\"'`])", other, wording.text)
            why = f"nothing knows `{name}`, and the text says nowhere `{other}`"
            yield OUTSIDE / (len(strange) * len(absent)), after, f"Say `{other}`, not `{name}`,", why


def _looked_for(modules: Iterable[Module]) -> list[str]:
    """The names that code compares something with."""
    found: dict[str, None] = {}
    for module in modules:
        for node in module.inside(module.tree):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                found |= dict.fromkeys(text for side in (node.left, *node.comparators) if (text := text_of(side)) and _is_name(text))
    return list(found)


def _signatures(wording: Wording, tools: Mapping[str, tuple[str, ...]]) -> Iterator[Change]:
    """What a tool takes, as its function takes it: in another order, or one by another name."""
    for match in SIGNATURE.finditer(wording.text):
        takes, given = tools.get(match["name"], ()), tuple(each.strip() for each in match["given"].split(","))
        own = tuple(name for name in takes if name in given)
        strange = [name for name in given if name not in takes]
        if not takes or len(set(given)) < len(given):
            continue
        if not strange and own != given:
            yield _signed(wording, match, own, ORDERED)
        elif len(strange) == 1 and len(given) == len(takes):
            (absent,) = (name for name in takes if name not in given)
            renamed = tuple(absent if name in strange else name for name in given)
            if renamed == takes:
                yield _signed(wording, match, renamed, RENAMED)


def _signed(wording: Wording, match: re.Match[str], names: Iterable[str], prior: float) -> Change:
    new = ", ".join(names)
    after = wording.text[: match.start("given")] + new + wording.text[match.end("given") :]
    return prior, after, f"Write `{match['name']}({new})`, not `{match.group()}`,", f"the function `{match['name']}` takes this"


def _stands(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _form(name: str) -> str:
    """The words of a name, in their order: the same for `netPrice`, `net-price` and `Net price`."""
    return "_".join(part.lower() for part in PARTS.findall(name))


def _known(modules: Sequence[Module], scalars: Sequence[Scalar]) -> _Known:
    groups: dict[object, list[str]] = defaultdict(list)
    for module in modules:
        for node in module.inside(module.tree):
            if (text := text_of(node)) and _is_name(text):
                groups[id(module.parents.get(node))].append(text)
    for scalar in scalars:
        for depth, key in enumerate(scalar.keys):
            if isinstance(key, str) and _is_name(key):
                groups[scalar.path, scalar.keys[:depth]].append(key)
        if isinstance(scalar.value, str) and _is_name(scalar.value):
            listed = bool(scalar.keys) and isinstance(scalar.keys[-1], int)
            groups[scalar.path, "values", scalar.keys[:-1] if listed else scalar.key].append(scalar.value)
    by_form: dict[str, dict[str, None]] = defaultdict(dict)
    kin: dict[str, dict[str, None]] = defaultdict(dict)
    for group in groups.values():
        for name in dict.fromkeys(group):
            by_form[_form(name)][name] = None
            kin[name].update(dict.fromkeys(group))
    return _Known(by_form, kin)


def _said(module: Module) -> Iterator[str]:
    """The texts of a file, without what explains it."""
    for node in module.inside(module.tree):
        if (text := text_of(node)) and not isinstance(module.parents.get(node), ast.Expr):
            yield text


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST and NAME.fullmatch(text) is not None and bool(PARTS.search(text))


def _readings(modules: Iterable[Module]) -> list[tuple[str, ...]]:
    """The keys that code reads from one variable, in one function."""
    found: dict[tuple[object, str], dict[str, None]] = defaultdict(dict)
    for module in modules:
        for node in module.inside(module.tree):
            if isinstance(node, ast.Subscript | ast.Call) and (read := base_of(node)):
                found[module.function(node), ast.unparse(read[0])][read[1]] = None
    return [keys for keys in dict.fromkeys(tuple(each) for each in found.values()) if len(keys) > 1]


def _tools(modules: Iterable[Module]) -> dict[str, tuple[str, ...]]:
    """What functions take by name; of several of one name, nothing."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for module in modules:
        for node in module.inside(module.tree):
            if isinstance(node, FUNCTIONS):
                found[node.name].append(parameters(node))
    return {name: takes[0] for name, takes in found.items() if len(set(takes)) == 1}
