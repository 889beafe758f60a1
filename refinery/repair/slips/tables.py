"""Tables of settings that are unlike those beside them, or unlike what code takes them for: one text for a list, one table for several."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.edits.config import LANGUAGES
from refinery.edits.entries import LOAD
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, same, value_at
from refinery.repair.slips.sight import Found, Sight, rewritten

LIST, LIST_READ, LONE = 0.85, 0.6, 0.6
"""How likely one value is meant as a list of it: where tables beside have a list there, where code goes through it; and how likely a list
of one is meant as that one, where tables beside have one value."""
SEVERAL = 0.8
"""How likely a table is one of several, where code goes through them."""
MERGED = 0.7
"""How likely a table is to take over what those beside it take over."""
TWICE, RENAMED = 0.5, 0.55
"""How likely a key that stands twice is not wanted the second time; and is another one, that something else speaks of."""
MERGE = re.compile(r"^([ \t]+)(<<: \*[\w-]+)[ \t]*\n", re.MULTILINE)
KEY = re.compile(r"^([ \t]*)(?:- )?[\"']?([\w-]+)[\"']?:(?=\s)", re.MULTILINE)
MOST_NAMES = 3
MOST_BESIDE = 40
"""Tables beside each other that are settings; of more, they are data."""


def tables(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    for path, text in sight.settings.items():
        language = LANGUAGES[PurePosixPath(path).suffix.lower()]
        try:
            document = LOAD[language](text)
        except NotParsable:
            continue
        own = [each for each in sight.scalars if each.path == path]
        yield from _lists(path, text, document, own, sight)
        yield from _several(path, text, document, language, sight)
        if language == "yaml":
            yield from _merged(path, text)
            yield from _twice(path, text, sight)


def _lists(path: str, text: str, document: Json, own: Sequence[Scalar], sight: Sight) -> Iterator[Found]:
    for scalar in own:
        if not scalar.keys or not isinstance(scalar.keys[-1], str) or not isinstance(scalar.value, str | int) or not scalar.value:
            continue
        beside = [type(each[scalar.keys[-1]]) for each in _beside(document, scalar.keys) if scalar.keys[-1] in each]
        usual = bool(beside) and all(each is list for each in beside)
        if usual or (scalar.keys[-1] in sight.listed and not beside and isinstance(scalar.value, str)):
            raws = [part.strip() for part in scalar.raw.strip("\"'").split(",")] if isinstance(scalar.value, str) else [scalar.raw]
            bare = path.endswith((".yaml", ".yml")) and scalar.raw[:1] not in "\"'"
            new = f"[{', '.join(raws if bare or not isinstance(scalar.value, str) else map(json.dumps, raws))}]"
            wanted: Json = [str(part) for part in raws] if isinstance(scalar.value, str) else [scalar.value]
            after = text[: scalar.start] + new + text[scalar.end :]
            if _reads(path, after, scalar.keys, wanted):
                why = "what stands beside it are lists" if usual else "code goes through its items"
                yield from rewritten(path, after, LIST if usual else LIST_READ, f"Make a list of {scalar.name}", why)
    for scalar in own:
        if len(scalar.keys) > 1 and scalar.keys[-1] == 0 and value_at(document, scalar.keys[:-1]) == [scalar.value]:
            name = scalar.keys[-2]
            beside = [type(each[name]) for each in _beside(document, scalar.keys[:-1]) if isinstance(name, str) and name in each]
            open_, close = text.rfind("[", 0, scalar.start), text.find("]", scalar.end)
            plain = open_ >= 0 and close >= 0 and not (text[open_ + 1 : scalar.start] + text[scalar.end : close]).strip()
            after = text[:open_] + scalar.raw + text[close + 1 :] if plain else ""
            if len(beside) > 1 and list not in beside and after and _reads(path, after, scalar.keys[:-1], scalar.value):
                yield from rewritten(path, after, LONE, f"Make one value of {scalar.name}", "what stands beside it are single values")


def _beside(document: Json, keys: Sequence[str | int]) -> list[Mapping[str, Json]]:
    """Tables beside the one in which a value stands."""
    if len(keys) < 2:
        return []
    try:
        around = value_at(document, tuple(keys[:-2]))
    except NotFaithful:
        return []
    if not isinstance(around, dict | list) or len(around) > MOST_BESIDE:
        return []
    items = around.items() if isinstance(around, dict) else enumerate(around)
    return [each for key, each in items if key != keys[-2] and isinstance(each, dict)]


def _reads(path: str, text: str, keys: Sequence[str | int], wanted: Json) -> bool:
    try:
        return same(value_at(LOAD[LANGUAGES[PurePosixPath(path).suffix.lower()]](text), tuple(keys)), wanted)
    except (NotParsable, NotFaithful):
        return False


def _several(path: str, text: str, document: Json, language: str, sight: Sight) -> Iterator[Found]:
    """A table of single values, at the top, of which code goes through several."""
    for name, value in document.items() if isinstance(document, dict) else ():
        if name not in sight.listed or not isinstance(value, dict) or any(isinstance(each, dict) for each in value.values()):
            continue
        if re.search(rf"[\"']{re.escape(name)}[\"'](?:\]|, [^()]*\))+\.(?:items|values|keys)\(", sight.code):
            continue
        for after in _as_list(text, name, language):
            if _reads(path, after, (name,), [value]):
                yield from rewritten(path, after, SEVERAL, f"Make {name} a list of tables", "code goes through its items")
                break


def _as_list(text: str, name: str, language: str) -> Iterator[str]:
    head = rf"^\[{re.escape(name)}\]" if language == "toml" else rf"^{re.escape(name)}:[ \t]*\n((?:[ \t]+[^\n]*\n?|[ \t]*\n)+)"
    found = re.search(head, text, re.MULTILINE) if language != "json" else None
    if found and language == "toml":
        yield f"{text[: found.start()]}[{found.group()}]{text[found.end() :]}"
    elif found:
        lines = found[1].splitlines(keepends=True)
        indent = re.match(r"[ \t]*", lines[0])
        width = indent.end() if indent else 0
        signs = ("- ", *["  "] * (len(lines) - 1))
        block = "".join(f"{line[:width]}{sign}{line[width:]}" if line.strip() else line for sign, line in zip(signs, lines, strict=True))
        yield text[: found.start(1)] + block + text[found.end() :]
    elif language == "json" and (start := re.search(rf'"{re.escape(name)}"\s*:\s*(?=\{{)', text)):
        end = json.JSONDecoder().raw_decode(text, start.end())[1]
        yield f"{text[: start.end()]}[{text[start.end() : end]}]{text[end:]}"


def _merged(path: str, text: str) -> Iterator[Found]:
    """Tables beside others that take over what a third one has: the one that does not."""
    merges = dict.fromkeys((each[1], each[2]) for each in MERGE.finditer(text))
    for indent, merge in merges:
        heads = [each for each in KEY.finditer(text) if len(each[1]) < len(indent) and text[each.end() :].lstrip(" ").startswith("\n")]
        heads = [each for each in heads if re.match(rf" *\n{indent}(?![ \t])\S", text[each.end() :])]
        lacks = [each for each in heads if not re.match(rf" *\n(?:{indent}[^\n]*\n)*?{indent}<<:", text[each.end() :])]
        deep = [each for each in lacks if each[1]] or lacks
        for each in deep if len(deep) < len(heads) else ():
            at = text.find("\n", each.end()) + 1
            after = f"{text[:at]}{indent}{merge}\n{text[at:]}"
            yield from rewritten(path, after, MERGED, f"Take over `{merge[4:]}` in {each[2]}", "a table beside it does")


def _twice(path: str, text: str, sight: Sight) -> Iterator[Found]:
    """A key that stands twice in one table, of which the first is not read."""
    for first, second in _doubles(text):
        start = text.rfind("\n", 0, second.end()) + 1
        end = text.find("\n", second.end())
        end = len(text) if end < 0 else end + 1
        why = f"{first[2]} stands twice, and only the last one counts"
        yield from rewritten(path, text[:start] + text[end:], TWICE, f"Take the second {first[2]} out", why)
        names = [name for name in sorted(sight.clues.named | sight.clues.words) if re.fullmatch(r"[a-z][\w-]*", name)]
        said = [name for name in names if f'"{name}"' in sight.code and not re.search(rf"\b{re.escape(name)}\b", text)]
        for name in said[:MOST_NAMES]:
            after = text[: second.start(2)] + name + text[second.end(2) :]
            yield from rewritten(path, after, RENAMED, f"Call the second {first[2]} {name}", why)


def _doubles(text: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    open_: dict[int, dict[str, re.Match[str]]] = defaultdict(dict)
    for each in KEY.finditer(text):
        width = len(each.group()) - len(each.group().lstrip(" -\t")) if each.group().lstrip().startswith("- ") else len(each[1])
        for deeper in [depth for depth in open_ if depth > width or (depth == width and "- " in each.group())]:
            del open_[deeper]
        if each[2] in open_[width]:
            yield open_[width][each[2]], each
        open_[width][each[2]] = each
