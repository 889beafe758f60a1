"""What comes in as text or bytes, and is taken for what it says: numbers, versions, true and false, options of a command."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of, parameters

FAMILY = "what comes in"
VERSIONED = frozenset({"version", "release"})
YES = frozenset({"1", "true", "yes", "on", "y", "t"})
"""What says yes in settings, as `configparser` reads them, and short for it."""
ENVIRONMENT = ("environ", "getenv", "env")
OF_TEXTS = frozenset({"strip", "lower", "upper", "casefold", "lstrip", "rstrip"})
OF_BYTES = frozenset({
    "partition", "split", "strip", "rstrip", "lstrip", "splitlines", "removeprefix", "removesuffix", "replace", "rpartition",
})  # fmt: skip
READS = re.compile(r"\b(?:int|float|Decimal|tuple|strptime|fromisoformat)\(|\.(?:index|split)\(")
"""What makes of a text something that has another order."""
MOST = 3


def propose(site: Site) -> Iterator[Mutation]:
    """Readings where a text goes through for what it says."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            yield from _both(site, node)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
                yield from _decoded(site, node, node.args[0])
                yield from _true(site, node, node.args[0])
            yield from _option(site, node)
            yield from _figure(site, node)
        elif isinstance(node, ast.FormattedValue) and isinstance(node.value, ast.Name) and _of_bytes(site, node.value):
            for encoding in _encodings(site)[:1]:
                new = f"{node.value.id}.decode({encoding})"
                yield site.put(node.value, new, FAMILY, f"Say what `{node.value.id}` says, not how it is written", 0.85)


def _both(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """Versions by their parts; other things by what the file makes of one such thing, where nothing else uses it."""
    left, right = node.left, node.comparators[0]
    if not all(isinstance(each, ast.Name | ast.Attribute | ast.Subscript) for each in (left, right)):
        return
    said = parts(name_of(left)) | parts(name_of(right))
    said |= parts(site.function.name) | {each for name in parameters(site.function) for each in parts(name)} if site.function else set()
    given = site.function is not None and {site.src(left), site.src(right)} <= set(parameters(site.function))
    between = site.module.text[site.module.span(left)[1] : site.module.span(right)[0]]
    for name, (module, function) in site.world.functions.items():
        takes = parameters(function)
        if module is not site.module or len(takes) != 1 or function is site.function or name not in site.module.globals:
            continue
        if not READS.search(module.source(function)):
            continue
        parted = bool(said & VERSIONED and parts(takes[0]) & VERSIONED)
        if parted or (given and name not in site.world.called):
            new = f"{name}({site.src(left)}){between}{name}({site.src(right)})"
            says = f"Compare by `{name}`, not as they are written"
            yield site.put(node, new, FAMILY, says, 0.8 if parted else 0.6)
    if said & VERSIONED and not (isinstance(left, ast.Constant) or isinstance(right, ast.Constant)):
        first, second = (f'tuple(map(int, {site.src(each)}.split(".")))' for each in (left, right))
        yield site.put(node, f"{first}{between}{second}", FAMILY, "Compare versions by their numbers, not as texts", 0.6)


def _decoded(site: Site, node: ast.Call, given: ast.expr) -> Iterator[Mutation]:
    """`str(data)` of bytes is how they are written, with `b''` around it; `bytes(text)` is nothing at all."""
    name = name_of(node.func)
    if name == "str" and (_of_bytes(site, given) or _shown_as_bytes(site)):
        sure = 0.85 if _of_bytes(site, given) else 0.5
        for encoding in _encodings(site):
            yield site.put(node, f"{grouped(site, given)}.decode({encoding})", FAMILY, f"Read `{short(site.src(given))}` as text", sure)
    elif name == "bytes" and "without an encoding" in site.clues.text:
        for encoding in _encodings(site):
            yield site.put(node, f"{grouped(site, given)}.encode({encoding})", FAMILY, f"Write `{short(site.src(given))}` as bytes", 0.85)


def _shown_as_bytes(site: Site) -> bool:
    """Whether an answer shows `b'...'`, which no text should."""
    return any(mark in site.clues.text for mark in ("\"b'", "'b\"", "b\\'"))


def _encodings(site: Site) -> list[str]:
    """Encodings that the file reads and writes in; the usual one where it names none."""
    found = {
        site.src(node.args[0]): None
        for node in site.module.inside(site.module.tree)
        if isinstance(node, ast.Call) and name_of(node.func) in ("encode", "decode") and node.args
    }
    return [*found, ""][:MOST]


def _of_bytes(site: Site, node: ast.expr) -> bool:
    """Whether something is bytes: said so, written so, or a part of what is."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bytes)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return _of_bytes(site, node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "encode" or (node.func.attr in OF_BYTES and _of_bytes(site, node.func.value))
    if not isinstance(node, ast.Name) or site.function is None:
        return False
    for argument in (*site.function.args.args, *site.function.args.kwonlyargs):
        if argument.arg == node.id:
            return argument.annotation is not None and site.src(argument.annotation) in ("bytes", "bytearray")
    for each in site.module.inside(site.function):
        if isinstance(each, ast.Assign) and any(isinstance(name, ast.Name) and name.id == node.id for name in ast.walk(each.targets[0])):
            value = each.value
            own = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.value
            inner = own if isinstance(own, ast.expr) and value.func.attr in OF_BYTES else value  # type: ignore[attr-defined]
            return not (isinstance(inner, ast.Name) and inner.id == node.id) and _of_bytes(site, inner)
    return False


def _true(site: Site, node: ast.Call, given: ast.expr) -> Iterator[Mutation]:
    """`bool("false")` is true: what counts as yes has to be said."""
    if name_of(node.func) != "bool" or not _textual(site, given):
        return
    text = site.src(given)
    cleaned = text if any(f".{each}()" in text for each in ("lower", "casefold")) else f"{grouped(site, given)}.lower()"
    known = [name for name in site.module.globals if _says_yes(site, name)]
    for name in known:
        yield site.put(node, f"{cleaned} in {name}", FAMILY, f"Take `{short(text)}` for true only where it is one of `{name}`", 0.85)
    if not known:
        for yes in ('("1", "true", "yes", "on")', '("true",)'):
            says = f"Take `{short(text)}` for true only where it says so"
            yield site.put(node, f"{cleaned} in {yes}", FAMILY, says, 0.7 if any(word in text for word in ENVIRONMENT) else 0.4)


def _says_yes(site: Site, name: str) -> bool:
    """Whether a name of the file holds the words that say yes."""
    for node in site.module.tree.body:
        if isinstance(node, ast.Assign) and site.src(node.targets[0]) == name and not isinstance(node.value, ast.Dict | ast.Constant):
            held = {str(each.value).lower() for each in ast.walk(node.value) if isinstance(each, ast.Constant)}
            return bool(held) and held <= YES
    return False


def _textual(site: Site, node: ast.expr) -> bool:
    """Whether something is a text: cleaned like one, from the environment, or said so."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in OF_TEXTS:
        return True
    if any(word in site.src(node) for word in ENVIRONMENT):
        return True
    inside = site.module.inside(site.function) if site.function and isinstance(node, ast.Name) else ()
    given = [each.value for each in inside if isinstance(each, ast.Assign) and name_of(each.targets[0]) == node.id]  # type: ignore[attr-defined]
    if given and not any(isinstance(each, ast.Name) for each in given) and all(_textual(site, each) for each in given):
        return True
    arguments = site.function.args.args if site.function else []
    return any(site.src(node) == each.arg and each.annotation is not None and site.src(each.annotation) == "str" for each in arguments)


def _option(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """An option of a command is text, whatever its default is; `type=bool` takes every text for true."""
    if name_of(node.func) not in ("add_argument", "add_option"):
        return
    given = {each.arg: each for each in node.keywords}
    kind = given.get("type")
    if kind is not None and site.src(kind.value) == "bool":
        default = given.get("default")
        flag = "store_false" if default is not None and site.src(default.value) == "True" else "store_true"
        yield site.put(kind, f'action="{flag}"', FAMILY, "Make it a switch: every text is true", 0.7)
    if kind is not None or {"action", "nargs", "choices"} & given.keys() or not node.args:
        return
    number = _number(site, given["default"].value) if "default" in given else None
    end = site.module.span(node.args[-1])[1]
    failed = bool(site.clues.errors & {"TypeError"})
    for name, prior in ((number, 0.85),) if number else (("int", 0.35), ("float", 0.25)) if failed else ():
        yield site.between(end, end, f", type={name}", FAMILY, f"Read {short(site.src(node.args[-1]))} as a number", prior)


def _number(site: Site, node: ast.expr) -> str | None:
    """`int` or `float` where a value is a number, written here or at the top of the file."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return type(node.value).__name__
    for each in site.module.tree.body if isinstance(node, ast.Name) else ():
        if isinstance(each, ast.Assign) and site.src(each.targets[0]) == site.src(node) and isinstance(each.value, ast.Constant):
            return _number(site, each.value)
    return None


def _figure(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`environ.get("SIZE", 10)` is a number only where it is not set."""
    callee, parent = site.src(node.func), site.parent(node)
    if not any(word in callee for word in ENVIRONMENT) or len(node.args) != 2 or (isinstance(parent, ast.Call) and node in parent.args):
        return
    kind = _number(site, node.args[1])
    if kind:
        says = f"Read {short(site.src(node.args[0]))} as a number where it is set"
        made = site.put(node, f"{kind}({site.src(node)})", FAMILY, says, 0.85)
        yield replace(made, risk="a setting that is no number is an error then")
