"""What a Python expression is known to be before it runs: concatenation, joins, formatting and decoding are worked out."""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import re
import urllib.parse
from collections.abc import Mapping
from functools import lru_cache

from safety.rules.inflate import inflated
from safety.rules.python_source import nodes_like

Constant = str | bytes | int
LONGEST = 100_000
DEEPEST = 60
UNKNOWN = "\x1a"
"""What stands in a sketch for a part that is not known; no text has it."""
NOTHING: Mapping[str, Constant | list[Constant]] = {}


@lru_cache(maxsize=64)
def constants_of(text: str) -> dict[str, Constant | list[Constant]]:
    """Names of a Python text that are bound once, to something known. (Not to be changed by the caller.)"""
    bound: dict[str, list[ast.expr | None]] = {}
    for node in nodes_like(text, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    bound.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts):
                    for one, value in zip(target.elts, node.value.elts, strict=True):
                        if isinstance(one, ast.Name):
                            bound.setdefault(one.id, []).append(value)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and isinstance(node.target, ast.Name):
            bound.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            first = bound.get(node.target.id, [None])[0]
            if isinstance(node.op, ast.Add) and first is not None and len(bound[node.target.id]) == 1:
                bound[node.target.id] = [ast.BinOp(first, ast.Add(), node.value)]
            else:
                bound.setdefault(node.target.id, []).append(None)
    known: dict[str, Constant | list[Constant]] = {}
    single = {name: values[0] for name, values in bound.items() if len(values) == 1 and values[0] is not None and may_fold(values[0])}
    for _ in range(3):  # a constant may be made of constants
        open_names = [name for name in single if name not in known]
        for name in open_names:
            only = single[name]
            worked_out = fold(only, known)
            parts = _parts(only, known, 0) if isinstance(only, (ast.List, ast.Tuple)) else None
            if worked_out is not None:
                known[name] = worked_out
            elif parts is not None:
                known[name] = parts
            elif isinstance(only, (ast.Dict, ast.Call)):
                known |= _members(name, only, known)
    for node in nodes_like(text, ast.ClassDef):
        if isinstance(node, ast.ClassDef):
            known |= {
                f"{node.name}.{name}": known[name]
                for statement in node.body
                if isinstance(statement, ast.Assign)
                for target in statement.targets
                if isinstance(target, ast.Name) and (name := target.id) in known
            }
    return known


def _members(name: str, table: ast.Dict | ast.Call, known: Mapping[str, Constant | list[Constant]]) -> dict[str, Constant | list[Constant]]:
    """The known members of a dictionary, each under the name by which it is asked for."""
    if isinstance(table, ast.Dict):
        pairs = [(fold(key, known), value) for key, value in zip(table.keys, table.values, strict=True) if key is not None]
    elif isinstance(table.func, ast.Name) and table.func.id == "dict":
        pairs = [(keyword.arg, keyword.value) for keyword in table.keywords]
    else:
        return {}
    values = {f"{name}[{key!r}]": fold(value, known) for key, value in pairs[:500]}
    return {key: value for key, value in values.items() if value is not None}


_FOLDABLE_CALLS = frozenset(
    {
        "dict",
        "bool",
        "chr",
        "ord",
        "bytes",
        "bytearray",
        "str",
        "b64decode",
        "urlsafe_b64decode",
        "standard_b64decode",
        "decodebytes",
        "b32decode",
        "b85decode",
    }
    | {"a85decode", "b16decode", "fromhex", "unhexlify", "a2b_hex", "a2b_base64", "unquote", "unquote_plus", "decode", "join", "format"}
    | {"decompress", "int", "to_bytes"}
    | {"replace", "strip", "lower", "upper", "lstrip", "rstrip", "swapcase", "title", "casefold", "encode"}
)


def may_fold(node: ast.expr) -> bool:
    """Whether it is worth trying to work an expression out."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        return name in _FOLDABLE_CALLS
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.Add, ast.Mod, ast.Mult, ast.BitXor, ast.Sub))
    return isinstance(node, (ast.Dict, ast.Constant, ast.JoinedStr, ast.Subscript, ast.List, ast.Tuple, ast.Name, ast.UnaryOp))


def fold(node: ast.expr, known: Mapping[str, Constant | list[Constant]] = NOTHING, depth: int = 0) -> Constant | None:
    """The value of an expression, or None if it is not known. It never runs anything, and never gives more than `LONGEST`."""
    if depth > DEEPEST:
        return None
    try:
        value = _fold(node, known, depth + 1)
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, LookupError, UnicodeError, binascii.Error):
        return None
    if isinstance(value, (str, bytes)) and len(value) > LONGEST:
        return None
    if isinstance(value, int) and value.bit_length() > 4_000:
        return None  # Python itself refuses to write it out
    return value


def text_of(node: ast.expr, known: Mapping[str, Constant | list[Constant]] = NOTHING) -> str | None:
    """The text that an expression is known to be, or None."""
    value = fold(node, known)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None


def sketch_of(node: ast.expr, known: Mapping[str, Constant | list[Constant]] = NOTHING) -> str | None:
    """A text with `UNKNOWN` where something unknown is put in; None if nothing of it is known."""
    whole = text_of(node, known)
    if whole is not None:
        return whole
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value)
            if isinstance(part, ast.Constant)
            else (text_of(part.value, known) if isinstance(part, ast.FormattedValue) else None) or UNKNOWN
            for part in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = sketch_of(node.left, known), sketch_of(node.right, known)
        return None if left is None and right is None else (left or UNKNOWN) + (right or UNKNOWN)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        template = sketch_of(node.left, known)
        return None if template is None else re.sub(r"%(?:\(\w+\))?[-#0 +]*[\d.]*[srdif]", UNKNOWN, template)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        method, base = node.func.attr, node.func.value
        if method == "join" and node.args and isinstance(node.args[0], (ast.List, ast.Tuple)):
            glue = text_of(base, known)
            parts = [sketch_of(part, known) for part in node.args[0].elts[:500]]
            return None if glue is None or not any(parts) else glue.join(part or UNKNOWN for part in parts)
        if method in ("format", "format_map"):
            template = sketch_of(base, known)
            return None if template is None else re.sub(r"\{[^{}]*\}", UNKNOWN, template)
        if method in ("join", "strip", "lower", "upper", "replace"):
            return sketch_of(base, known)
    return None


def _fold(node: ast.expr, known: Mapping[str, Constant | list[Constant]], depth: int) -> Constant | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, (str, bytes, int)) else None
    if isinstance(node, ast.Name):
        value = known.get(node.id)
        return None if isinstance(value, list) else value
    if isinstance(node, ast.BinOp):
        return _operated(node, known, depth)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        value = fold(node.operand, known, depth)
        return None if value is None else not value
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        value = known.get(f"{node.value.id}.{node.attr}")
        return None if isinstance(value, list) else value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = fold(node.operand, known, depth)
        return -value if isinstance(value, int) else None
    if isinstance(node, ast.JoinedStr):
        out = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            value = fold(inner, known, depth)
            if value is None:
                return None
            out.append(value.decode() if isinstance(value, bytes) else str(value))
        return "".join(out)
    if isinstance(node, ast.Subscript):
        return _taken(node, known, depth)
    if isinstance(node, ast.Call):
        return _called(node, known, depth)
    return None


def _operated(node: ast.BinOp, known: Mapping[str, Constant | list[Constant]], depth: int) -> Constant | None:
    if isinstance(node.op, ast.Add):
        return _added(node, known, depth)
    left, right = fold(node.left, known, depth), fold(node.right, known, depth)
    if isinstance(node.op, ast.Mod) and isinstance(left, str) and not re.search(r"%[^a-zA-Z%]*(?:\d{4}|\*)", left):
        values = _parts(node.right, known, depth) if isinstance(node.right, ast.Tuple) else ([right] if right is not None else None)
        return left % tuple(values) if values is not None else None
    if left is None or right is None:
        return None
    if isinstance(left, int) and isinstance(right, int):
        if isinstance(node.op, ast.BitXor):
            return left ^ right
        if isinstance(node.op, ast.Sub):
            return left - right
    if isinstance(node.op, ast.Mult) and isinstance(left, (str, bytes)) and isinstance(right, int) and len(left) * max(right, 0) <= LONGEST:
        return left * right
    return None


def _added(node: ast.BinOp, known: Mapping[str, Constant | list[Constant]], depth: int) -> Constant | None:
    """A chain of additions; it may be thousands long, so it is not descended into."""
    operands: list[ast.expr] = []
    at: ast.expr = node
    while isinstance(at, ast.BinOp) and isinstance(at.op, ast.Add) and len(operands) < 5_000:
        operands.append(at.right)
        at = at.left
    values = [fold(operand, known, depth) for operand in [at, *reversed(operands)]]
    if all(isinstance(v, str) for v in values):
        return "".join(str(v) for v in values)
    if all(isinstance(v, bytes) for v in values):
        return b"".join(v for v in values if isinstance(v, bytes))
    if all(isinstance(v, int) for v in values):
        return sum(v for v in values if isinstance(v, int))
    return None


def _taken(node: ast.Subscript, known: Mapping[str, Constant | list[Constant]], depth: int) -> Constant | None:
    base = fold(node.value, known, depth)
    if isinstance(base, (str, bytes)):
        if isinstance(node.slice, ast.Slice):
            edges = [None if e is None else fold(e, known, depth) for e in (node.slice.lower, node.slice.upper, node.slice.step)]
            numbers = [e if isinstance(e, int) else None for e in edges]
            return base[slice(*numbers)]
        at = fold(node.slice, known, depth)
        return base[at] if isinstance(at, int) else None
    key = fold(node.slice, known, depth)
    if isinstance(node.value, ast.Name) and key is not None:
        listed = known.get(node.value.id)
        if isinstance(listed, list):
            return listed[key] if isinstance(key, int) else None
        value = known.get(f"{node.value.id}[{key!r}]")
        return None if isinstance(value, list) else value
    if isinstance(node.value, ast.Dict):
        found = [v for k, v in zip(node.value.keys, node.value.values, strict=True) if k is not None and fold(k, known, depth) == key]
        return fold(found[-1], known, depth) if found else None
    if isinstance(node.value, (ast.List, ast.Tuple)) and isinstance(key, int):
        return fold(node.value.elts[key], known, depth)
    return None


def _parts(node: ast.expr, known: Mapping[str, Constant | list[Constant]], depth: int) -> list[Constant] | None:
    """The known members of a list, tuple, reversed(...) or map(chr, ...)."""
    if isinstance(node, (ast.List, ast.Tuple)):
        values = [fold(element, known, depth) for element in node.elts]
        return [v for v in values if v is not None] if all(v is not None for v in values) else None
    if isinstance(node, ast.Name):
        value = known.get(node.id)
        return list(value) if isinstance(value, list) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        if node.func.id in ("reversed", "list", "tuple", "sorted"):
            parts = _parts(node.args[0], known, depth)
            text = fold(node.args[0], known, depth)
            parts = parts if parts is not None else list(text) if isinstance(text, (str, bytes)) else None
            if parts is None:
                return None
            return parts[::-1] if node.func.id == "reversed" else parts
        if node.func.id == "map" and len(node.args) == 2 and isinstance(node.args[0], ast.Name) and node.args[0].id in ("chr", "str"):
            parts = _parts(node.args[1], known, depth)
            return [chr(p) if node.args[0].id == "chr" and isinstance(p, int) else str(p) for p in parts] if parts is not None else None
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)) and len(node.generators) == 1:
        over, target = node.generators[0].iter, node.generators[0].target
        parts = _parts(over, known, depth)
        whole = fold(over, known, depth)
        parts = parts if parts is not None else list(whole) if isinstance(whole, (str, bytes)) else None
        if parts is None or not isinstance(target, ast.Name) or len(parts) > 5_000:
            return None
        for condition in node.generators[0].ifs:
            held = [_held(condition, {**known, target.id: part}, depth) for part in parts]
            if None in held:
                return None
            parts = [part for part, keep in zip(parts, held, strict=True) if keep]
        values = [fold(node.elt, {**known, target.id: part}, depth) for part in parts]
        return [v for v in values if v is not None] if all(v is not None for v in values) else None
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        parts = _parts(node.value, known, depth)
        return parts[::-1] if parts is not None and node.slice.step is not None else parts
    return None


def _held(node: ast.expr, known: Mapping[str, Constant | list[Constant]], depth: int) -> bool | None:
    """Whether a comparison of known values holds; None if that cannot be said."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return None
    left, right = fold(node.left, known, depth), fold(node.comparators[0], known, depth)
    if left is None or right is None:
        return None
    if isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        return (left == right) == isinstance(node.ops[0], ast.Eq)
    if isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(left, str) and isinstance(right, str):
        return (left in right) == isinstance(node.ops[0], ast.In)
    return None


_CODECS = frozenset(
    {
        "utf-8",
        "utf8",
        "ascii",
        "latin-1",
        "latin1",
        "utf-16",
        "rot13",
        "rot_13",
        "hex",
        "base64",
        "hex_codec",
        "base64_codec",
        "unicode_escape",
        "unicode-escape",
    }
)


def _called(node: ast.Call, known: Mapping[str, Constant | list[Constant]], depth: int) -> Constant | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
    args = [fold(arg, known, depth) for arg in node.args]
    first = args[0] if args else None
    if name == "chr" and isinstance(first, int):
        return chr(first)
    if name == "bool" and len(args) == 1 and first is not None:
        return bool(first)
    if name == "ord" and isinstance(first, str) and len(first) == 1:
        return ord(first)
    if name in ("bytes", "bytearray") and node.args:
        parts = _parts(node.args[0], known, depth)
        if parts is not None and all(isinstance(p, int) for p in parts):
            return bytes(p for p in parts if isinstance(p, int))
        return first.encode() if isinstance(first, str) else first if isinstance(first, bytes) else None
    if name == "str" and isinstance(first, (str, bytes, int)):
        return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    if isinstance(first, (str, bytes)) and name in (
        "b64decode",
        "urlsafe_b64decode",
        "standard_b64decode",
        "decodebytes",
        "b32decode",
        "b85decode",
        "a85decode",
        "b16decode",
        "fromhex",
        "unhexlify",
        "a2b_hex",
        "a2b_base64",
    ):
        raw = first.encode() if isinstance(first, str) else first
        if name in ("fromhex", "unhexlify", "a2b_hex", "b16decode"):
            return bytes.fromhex(raw.decode())
        if name.startswith(("b32", "b85", "a85")):
            return base64.b32decode(raw) if name == "b32decode" else base64.b85decode(raw) if name == "b85decode" else base64.a85decode(raw)
        return base64.b64decode(raw.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(raw) % 4))
    if name == "int" and isinstance(node.func, ast.Name) and isinstance(first, (int, str)) and len(str(first)) <= 4_000:
        base = args[1] if len(args) > 1 else 10
        return int(first, base) if isinstance(first, str) and isinstance(base, int) else int(first)
    if name == "decompress" and isinstance(first, bytes):
        return inflated(first)
    if name in ("unquote", "unquote_plus") and isinstance(first, str):
        return urllib.parse.unquote(first)
    if (
        name == "decode"
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "codecs"
        and first is not None
        and len(args) > 1
    ):
        return _decoded(first, str(args[1]))
    if isinstance(node.func, ast.Attribute):
        return _method(fold(node.func.value, known, depth), name, node, args, known, depth)
    return None


def _decoded(value: Constant, codec: str) -> Constant | None:
    if codec.lower().replace("_", "-") not in {c.replace("_", "-") for c in _CODECS}:
        return None
    if isinstance(value, str) and codec.lower().startswith("rot"):
        return codecs.decode(value, "rot13")
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        plain: object = codecs.decode(value, codec)
        return plain if isinstance(plain, (str, bytes)) else None
    return None


def _method(
    base: Constant | None,
    name: str,
    node: ast.Call,
    args: list[Constant | None],
    known: Mapping[str, Constant | list[Constant]],
    depth: int,
) -> Constant | None:
    if isinstance(base, str):
        if name == "join" and node.args:
            parts = _parts(node.args[0], known, depth)
            text = fold(node.args[0], known, depth)
            parts = parts if parts is not None else list(text) if isinstance(text, str) else None
            return base.join(str(part) for part in parts) if parts is not None else None
        if name == "format" and all(a is not None for a in args):
            named = {k.arg: fold(k.value, known, depth) for k in node.keywords if k.arg}
            return (
                base.format(*args, **named)
                if all(v is not None for v in named.values()) and "!" not in base and ":" not in base and "." not in base
                else None
            )
        if name == "replace" and len(args) >= 2 and isinstance(args[0], str) and isinstance(args[1], str):
            return base.replace(args[0], args[1]) if len(base) * (len(args[1]) + 1) < 10 * LONGEST else None
        if name in ("strip", "lower", "upper", "lstrip", "rstrip", "swapcase", "title", "casefold") and not args:
            return str(getattr(base, name)())
        if name == "encode":
            return base.encode()
    if isinstance(base, int) and name == "to_bytes" and args and isinstance(args[0], int) and args[0] <= 4_000:
        return base.to_bytes(args[0], "little" if len(args) > 1 and args[1] == "little" else "big")
    if isinstance(base, bytes) and name == "decode":
        return base.decode(str(args[0]) if args and str(args[0]).lower() in _CODECS - {"hex", "base64"} else "utf-8", "replace")
    if isinstance(base, bytes) and name == "join" and node.args:
        parts = _parts(node.args[0], known, depth)
        return base.join(p for p in parts if isinstance(p, bytes)) if parts is not None else None
    return None
