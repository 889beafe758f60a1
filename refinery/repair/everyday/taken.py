"""What a value is taken for: True for a number, a fraction for a decimal, null for a value, a record for what Python prints of it."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of, text_of

TRUTH = "truth value as number"
EXACT = "exact decimal"
NULL = "null for a value"
AS_JSON = "text of a record"
FORMS = "form of letters"
BINARY = re.compile(r"\d\.\d{14,}")
"""What a binary fraction looks like to whom it is shown as a decimal."""
PRINTED = re.compile(r"[{\[]'|'\]|'\}|: (?:none|true|false)\b|enclosed in double quotes")
"""What a record looks like that Python printed, in small letters."""
CASED = ("lower", "casefold")
Read = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
INNER = (ast.BinOp, ast.Attribute, ast.Subscript, ast.Compare, ast.UnaryOp, ast.BoolOp)
"""What a value with an `or` or `and` in it cannot stand in without brackets."""


def propose(site: Site) -> Iterator[Mutation]:
    """Calls that take a value for another kind than it is."""
    for node in site.statement.nodes:
        if isinstance(node, ast.FormattedValue) and PRINTED.search(site.clues.text) and node.conversion == -1 and node.format_spec is None:
            yield from _as_json(site, node.value, node.value)
        if not isinstance(node, ast.Call):
            continue
        name = name_of(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
        if name == "isinstance" and len(node.args) == 2:
            yield from _truth(site, node, node.args[0], node.args[1])
        elif name == "Decimal" and len(node.args) == 1:
            yield from _exact(site, node.args[0])
        elif name == "get" and len(node.args) == 2 and isinstance(node.func, ast.Attribute):
            yield from _null(site, node, node.func.value)
        elif isinstance(node.func, ast.Name) and name in ("str", "repr") and len(node.args) == 1:
            yield from _as_json(site, node, node.args[0])
        elif name == "dumps" and not any(each.arg == "ensure_ascii" for each in node.keywords) and node.args:
            if re.search(r"\\u[0-9a-f]{4}", site.clues.text):
                end = site.module.span((node.keywords or node.args)[-1])[1]
                yield site.between(end, end, ", ensure_ascii=False", AS_JSON, "Leave letters as they are, without `\\u`", 0.7)
        elif isinstance(node.func, ast.Attribute) and name in CASED and isinstance(node.func.value, Read):
            yield from _forms(site, node.func.value)


def _truth(site: Site, node: ast.Call, value: ast.expr, kinds: ast.expr) -> Iterator[Mutation]:
    """`isinstance(True, int)` holds; where numbers are meant, truth values have to be told apart first."""
    text = site.src(value)
    each = kinds.elts if isinstance(kinds, ast.Tuple) else [kinds]
    asked = [
        (other.lineno, other.col_offset)
        for other in (site.module.inside(site.function) if site.function else ())
        if isinstance(other, ast.Call) and site.src(other) == f"isinstance({text}, bool)"
    ]
    if any(place < (node.lineno, node.col_offset) or place[0] == node.lineno for place in asked):
        return
    said = site.clues.any_of("true", "false", "bool") or bool({"true", "false"} & site.clues.asked.red)
    told = 0.85 if asked else 0.55 if said else 0.35
    if any(name_of(kind) == "int" for kind in each) and not any(name_of(kind) == "bool" for kind in each):
        new, prior = f"{site.src(node)} and not isinstance({text}, bool)", told
    elif _among_kinds(site, kinds):
        new, prior = f"{site.src(node)} and isinstance({text}, bool) == ({site.src(kinds)} is bool)", max(told, 0.55)
    else:
        return
    inside = isinstance(site.parent(node), ast.UnaryOp | ast.Compare)
    yield site.put(node, f"({new})" if inside else new, TRUTH, f"Take no truth value for a number in `{short(text)}`", prior)


def _among_kinds(site: Site, kinds: ast.expr) -> bool:
    """Whether it is read from a table at the top of the file that has both numbers and truth values."""
    base = kinds.value if isinstance(kinds, ast.Subscript) else None
    if not isinstance(base, ast.Name):
        return False
    tables = [each.value for each in site.module.tree.body if isinstance(each, ast.Assign) and name_of(each.targets[0]) == base.id]
    return any(isinstance(table, ast.Dict) and {"int", "bool"} <= {name_of(each) for each in table.values} for table in tables)


def _exact(site: Site, value: ast.expr) -> Iterator[Mutation]:
    """`Decimal(2.7)` has all the places of the binary fraction; `Decimal(str(2.7))` has one."""
    if isinstance(value, ast.Constant) and isinstance(value.value, float):
        yield site.put(value, f'"{site.src(value)}"', EXACT, f"Write `{site.src(value)}` as a text, which is exact", 0.85)
    elif isinstance(value, (*Read, ast.BinOp)) and not (isinstance(value, ast.Call) and name_of(value.func) in ("str", "int", "len")):
        bare = value.args[0] if isinstance(value, ast.Call) and site.src(value.func) == "float" and value.args else value
        text = site.src(bare)
        prior = 0.85 if BINARY.search(site.clues.text) else 0.4
        yield site.put(value, f"str({text})", EXACT, f"Make a decimal of `{short(text)}` as it is written, not of its binary value", prior)


def _null(site: Site, node: ast.Call, owner: ast.expr) -> Iterator[Mutation]:
    """`record.get("key", other)` gives None where the key is there and null."""
    told = site.clues.any_of("none", "null")
    nothing = isinstance(node.args[1], ast.Constant) and node.args[1].value is None
    if nothing or (not told and not site.src(owner).endswith("environ")):
        return
    key, other = (site.src(each) for each in node.args)
    new = f"{site.src(node.func)}({key}) or {grouped(site, node.args[1])}"
    inside = isinstance(site.parent(node), INNER)
    says = f"Take `{short(other, 24)}` also where {short(key, 24)} is there and empty"
    yield site.put(node, f"({new})" if inside else new, NULL, says, 0.5 if told else 0.3)


def _as_json(site: Site, node: ast.expr, value: ast.expr) -> Iterator[Mutation]:
    """`str(record)` is for people who know Python; whoever reads JSON wants `json.dumps(record)`."""
    printed, known = PRINTED.search(site.clues.text) is not None, "json" in site.module.globals
    idle = "json" in site.module.idle[site.module.tree]
    if not (printed or idle) or not isinstance(value, ast.Name | ast.Attribute | ast.Subscript):
        return
    others = [each for each in site.module.inside(site.module.tree) if isinstance(each, ast.Call) and site.src(each.func) == "json.dumps"]
    said = "".join(f", {site.module.source(word)}" for word in (others[0].keywords if others else ()))
    prior = 0.4 + 0.2 * printed + 0.2 * idle
    says = f"Write `{short(site.src(value))}` as JSON, not as Python prints it"
    yield replace(site.put(node, f"json.dumps({site.src(value)}{said})", AS_JSON, says, prior), imports="" if known else "json")


def _forms(site: Site, value: ast.expr) -> Iterator[Mutation]:
    """Letters with an accent are written in two ways that look the same."""
    idle = "unicodedata" in site.module.idle[site.module.tree]
    combined = any(unicodedata.combining(letter) for letter in site.clues.text) or re.search(r"\\u03[0-6]", site.clues.text)
    if not (idle or combined) or "normalize" in site.src(value):
        return
    brought = "" if "unicodedata" in site.module.globals else "unicodedata"
    forms = [text_of(each.args[0]) for each in site.module.inside(site.module.tree)
             if isinstance(each, ast.Call) and name_of(each.func) == "normalize" and each.args]  # fmt: skip
    for at, form in enumerate(dict.fromkeys((*(each for each in forms if each), "NFC", "NFKC"))):
        new = f'unicodedata.normalize("{form}", {site.src(value)})'
        says = f"Write letters of `{short(site.src(value))}` in one form"
        yield replace(site.put(value, new, FORMS, says, 0.7 * 0.7**at), imports=brought)
