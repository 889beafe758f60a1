"""Of what kind names and expressions are, as far as the code tells by its form: a text, a number, a list, nothing."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from refinery.repair.module import Function

Kind: TypeAlias = str
"""`str`, `number`, `list`, `tuple`, `dict`, `set`, `None`, `iterator`, `coroutine`, `function`, `module`, `match` of a
pattern, `record` (something read by text keys). Empty where it is not known, and for bytes.
"""
Names: TypeAlias = Mapping[str, Kind]

DISPLAYS: Mapping[type[ast.AST], Kind] = {
    ast.JoinedStr: "str", ast.List: "list", ast.ListComp: "list", ast.Tuple: "tuple", ast.Dict: "dict", ast.DictComp: "dict",
    ast.Set: "set", ast.SetComp: "set", ast.GeneratorExp: "iterator", ast.Lambda: "function",
}  # fmt: skip
MADE: Mapping[str, Kind] = {
    **dict.fromkeys(("len", "int", "float", "round", "bool", "isinstance", "any", "all", "ord", "hash", "id"), "number"),
    **dict.fromkeys(("str", "repr", "format", "chr", "input", "ascii", "hex", "bin"), "str"),
    **dict.fromkeys(("list", "sorted"), "list"), **dict.fromkeys(("set", "frozenset"), "set"), **dict.fromkeys(("dict",), "dict"),
    **dict.fromkeys(("zip", "map", "filter", "enumerate", "reversed", "iter"), "iterator"), "tuple": "tuple", "print": "None",
}  # fmt: skip
"""What built-in functions give."""
SPOKEN: Mapping[str, Kind] = {
    **dict.fromkeys(("lower", "upper", "casefold", "strip", "lstrip", "rstrip", "title", "capitalize", "removeprefix", "removesuffix",
                     "ljust", "rjust", "zfill", "swapcase"), "str"),
    **dict.fromkeys(("split", "rsplit", "splitlines"), "list"), **dict.fromkeys(("partition", "rpartition"), "tuple"),
    **dict.fromkeys(("startswith", "endswith", "isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower"), "number"),
    "total_seconds": "number",
    **dict.fromkeys(("read_text", "isoformat", "strftime"), "str"), "groups": "tuple", "groupdict": "dict",
}  # fmt: skip
"""What methods give that have one meaning nearly everywhere."""
TEXTUAL = frozenset(SPOKEN) - {"total_seconds", "read_text", "isoformat", "strftime", "groups", "groupdict"}
"""Who is asked for these is a text, or bytes."""
LIBRARY: Mapping[tuple[str, str], Kind] = {
    **{("re", name): "match" for name in ("search", "match", "fullmatch")}, ("re", "findall"): "list", ("re", "split"): "list",
    ("re", "sub"): "str", ("re", "escape"): "str", ("json", "dumps"): "str", ("tomllib", "loads"): "dict", ("tomllib", "load"): "dict",
    ("decimal", "Decimal"): "number", ("math", "floor"): "number", ("math", "ceil"): "number", ("math", "sqrt"): "number",
}  # fmt: skip
"""What functions of well-known modules give."""
KEYED, GONE_THROUGH = "[text]", "for"
FIGURES = ("Decimal", "Fraction")
"""Classes of numbers."""
OWN: Mapping[tuple[str, str], Kind] = {
    ("str", "join"): "str", ("str", "replace"): "str", ("str", "format"): "str", ("str", "count"): "number", ("str", "find"): "number",
    ("str", "index"): "number", ("list", "index"): "number",
    ("list", "count"): "number", ("list", "copy"): "list", ("dict", "copy"): "dict", ("set", "copy"): "set", ("set", "union"): "set",
    ("set", "intersection"): "set", ("set", "difference"): "set", ("dict", "items"): "iterator", ("dict", "keys"): "iterator",
    ("dict", "values"): "iterator", ("match", "group"): "str", ("match", "start"): "number", ("match", "end"): "number",
}  # fmt: skip
GIVE_NOTHING: Mapping[Kind, frozenset[str]] = {
    "list": frozenset({"append", "extend", "insert", "remove", "clear", "sort", "reverse"}),
    "set": frozenset({"add", "update", "discard", "remove", "clear"}),
    "dict": frozenset({"update", "clear"}),
}
ANNOTATED: Mapping[str, Kind] = {
    **dict.fromkeys(("int", "float", "bool", "complex", "Decimal", "Fraction"), "number"),
    **dict.fromkeys(("str", "LiteralString"), "str"), "list": "list", "List": "list", "tuple": "tuple", "Tuple": "tuple",
    "dict": "dict", "Dict": "dict", "set": "set", "Set": "set", "frozenset": "set", "None": "None",
    **dict.fromkeys(("Iterator", "Generator"), "iterator"),
}  # fmt: skip


class Kinds:
    """What is known of the names, fields and functions of a repository; `refinery.repair.learning` fills it."""

    def __init__(self) -> None:
        self.functions: dict[str, Function | None] = {}
        """By bare name; None where there are several of a name, or a class of it."""
        self.methods: set[str] = set()
        """Functions of classes."""
        self.files: set[str] = set()
        """Names of files, without what follows the dot."""
        self.frames = False
        """Tables are used that are read by keys and counted with."""
        self.read: set[str] = set()
        """Methods whose value somebody reads."""
        self.gives: dict[str, Kind] = {}
        """What functions give."""
        self.fields: dict[str, Kind] = {}
        self.globals: dict[str, Kind] = {}
        self.scopes: dict[tuple[str, str], Names] = {}
        """Kinds of names by file and function."""
        self.needs: dict[tuple[str, str], Mapping[str, frozenset[str]]] = {}
        """What is read of the names of a file or a function: attributes, `KEYED` and `GONE_THROUGH`."""

    def names(self, path: str, function: str) -> Names:
        """The kinds of names in a function, by its qualified name; those of the file for an empty one."""
        return self.scopes.get((path, function), {})

    def of(self, node: ast.AST | None, names: Names) -> Kind:
        """The kind of an expression; empty where it is not known."""
        if node is None:
            return ""
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if type(node) in DISPLAYS:
            return DISPLAYS[type(node)]
        if isinstance(node, ast.Name):
            return names.get(node.id, "")
        if isinstance(node, ast.Attribute):
            return self.fields.get(node.attr, "") if self.of(node.value, names) != "module" else ""
        if isinstance(node, ast.Compare):
            return "number"
        if isinstance(node, ast.UnaryOp):
            return "number" if isinstance(node.op, ast.Not) else _only({self.of(node.operand, names)}, "number")
        if isinstance(node, ast.NamedExpr):
            return self.of(node.value, names)
        if isinstance(node, ast.BoolOp):
            return agreed(self.of(value, names) for value in node.values)
        if isinstance(node, ast.IfExp):
            return agreed((self.of(node.body, names), self.of(node.orelse, names)))
        if isinstance(node, ast.Await):
            return self._called(node.value, names, awaited=True) if isinstance(node.value, ast.Call) else ""
        if isinstance(node, ast.Subscript):
            kind = self.of(node.value, names)
            return kind if kind == "str" or (isinstance(node.slice, ast.Slice) and kind in ("list", "tuple")) else ""
        if isinstance(node, ast.BinOp):
            return self._joined(node, names)
        return self._called(node, names) if isinstance(node, ast.Call) else ""

    def items(self, node: ast.AST, names: Names) -> Kind:
        """The kind of what a loop over an expression goes through."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) >= 1:
            if node.func.id == "range":
                return "number"
            return self.items(node.args[0], names) if node.func.id in ("sorted", "list", "set", "tuple", "reversed") else ""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("split", "rsplit", "splitlines"):
            return "str" if self.of(node.func.value, names) == "str" else ""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return agreed(self.of(each, names) for each in node.elts)
        return "str" if self.of(node, names) == "str" else ""

    def bound(self, target: ast.AST, value: ast.AST, names: Names) -> Iterator[tuple[str, Kind]]:
        """The names that a loop over `value` binds."""
        if isinstance(target, ast.Name):
            yield target.id, self.items(value, names)
            return
        counted = isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "enumerate" and value.args
        if counted and isinstance(target, ast.Tuple) and len(target.elts) == 2 and isinstance(target.elts[0], ast.Name):
            yield target.elts[0].id, "number"
            yield from self.bound(target.elts[1], value.args[0], names)  # type: ignore[attr-defined]
            return
        yield from ((part.id, "") for part in ast.walk(target) if isinstance(part, ast.Name))

    def gives_nothing(self, call: ast.Call, names: Names) -> bool:
        """Whether a method is called for what it does."""
        if not isinstance(call.func, ast.Attribute):
            return False
        name, kind = call.func.attr, self.of(call.func.value, names)
        if kind:
            return name in GIVE_NOTHING.get(kind, ())
        return (
            bool(call.args) and any(name in each for each in GIVE_NOTHING.values()) and name not in self.read and name not in self.functions
        )

    def called(self, node: ast.Call, names: Names) -> Function | None:
        """The function of the repository that a call is sure to mean: by its name, of `self`, or of a file."""
        if isinstance(node.func, ast.Name):
            return self.functions.get(node.func.id) if node.func.id in names and node.func.id not in self.methods else None
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            name, owner = node.func.attr, node.func.value.id
            if owner == "self" if name in self.methods else owner in self.files and names.get(owner) == "module":
                return self.functions.get(name)
        return None

    def _yields(self, function: Function) -> bool:
        return any(isinstance(node, ast.Yield) for node in ast.walk(function))

    def _joined(self, node: ast.BinOp, names: Names) -> Kind:
        kinds = {self.of(node.left, names), self.of(node.right, names)}
        if isinstance(node.op, ast.Mod) and self.of(node.left, names) == "str":
            return "str"
        if isinstance(node.op, ast.Mult) and kinds & {"str", "list", "tuple"}:
            return next(iter(kinds - {"number", ""}))
        if isinstance(node.op, ast.Add) and len(kinds - {""}) == 1 and "number" not in kinds:
            return next(iter(kinds - {""}))
        return next(iter(kinds)) if len(kinds) == 1 and kinds <= {"number", "set"} else ""

    def _called(self, node: ast.Call, names: Names, awaited: bool = False) -> Kind:
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        own = self.called(node, names)
        if isinstance(node.func, ast.Attribute) and (kind := self.of(node.func.value, names)) not in ("", "module", "record"):
            if name in SPOKEN and kind in ("str", "match"):
                return SPOKEN[name]
            return "None" if name in GIVE_NOTHING.get(kind, ()) else OWN.get((kind, name), "")
        if own is not None:
            if isinstance(own, ast.AsyncFunctionDef) and not awaited and not self._yields(own):
                return "coroutine"
            return self.gives.get(name, "")
        if isinstance(node.func, ast.Name):
            if name in names:
                return "number" if name in FIGURES and name not in self.functions else ""
            if name == "sum" and len(node.args) == 1:
                return "number"
            if name in ("max", "min") and len(node.args) > 1:
                return _only({kind for each in node.args if (kind := self.of(each, names))}, "number")
            return MADE.get(name, "") if name != "round" or len(node.args) < 3 else ""
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and names.get(node.func.value.id) == "module":
            return LIBRARY.get((node.func.value.id, name), "")
        if name in self.functions:
            return ""
        return "" if has_bytes(node) else SPOKEN.get(name, "")


def annotated(node: ast.AST | None) -> Kind:
    """The kind that an annotation tells; None beside it does not count."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return annotated(ast.parse(node.value, mode="eval").body)
        except SyntaxError:
            return ""
    if isinstance(node, ast.Constant) and node.value is None:
        return "None"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return agreed((annotated(node.left), annotated(node.right)))
    if isinstance(node, ast.Subscript):
        if isinstance(node.value, ast.Name) and node.value.id == "Optional":
            return annotated(node.slice)
        return annotated(node.value)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return ANNOTATED.get(name, "")


def is_builtin(name: str, names: Names) -> bool:
    """Whether a name means what it means everywhere."""
    return name not in names and hasattr(builtins, name)


def _constant(value: object) -> Kind:
    if value is None:
        return "None"
    return {str: "str", int: "number", float: "number", bool: "number", complex: "number"}.get(type(value), "")


def _only(kinds: set[Kind], wanted: Kind) -> Kind:
    return wanted if kinds == {wanted} else ""


def agreed(kinds: Iterable[Kind]) -> Kind:
    """The one kind there is; None beside it does not count, and what is not known makes all of it unknown."""
    found = set(kinds)
    if len(found) > 1:
        found.discard("None")
    return found.pop() if len(found) == 1 else ""


def something(kind: Kind) -> Kind:
    """What begins as nothing becomes something."""
    return "" if kind == "None" else kind


def has_bytes(call: ast.Call) -> bool:
    """Whether a call is given bytes, and so is one of bytes."""
    return any(isinstance(each, ast.Constant) and isinstance(each.value, bytes) for each in call.args)
