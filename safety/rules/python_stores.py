"""Where a Python file deletes or overwrites what is stored: in tables through an ORM, in collections, caches, buckets and indices."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_constants import fold, text_of
from safety.rules.python_names import EMPTIES
from safety.rules.python_reading import ASK, BLOCK, Reading

_DELETES = frozenset(
    {"delete", "delete_one", "deleteOne", "delete_object", "bulk_delete", "hdel", "delete_item", "adelete", "delete_by_query", "unlink"}
)
_STORES = re.compile(
    r"objects|query|session|redis|bucket|client|collection|\bdb\b|table|cursor|s3|all\(\)|indices|\bes\b|elastic|versions|repository|index|conn",
    re.IGNORECASE,
)
_NARROWED = frozenset({"where", "filter", "filter_by", "exclude", "get", "whereclause", "having", "limit"})
_EMPTYING_WORDS = re.compile(r"(?:flushall|flushdb|dropdatabase|drop_?collection|drop|shutdown|config\s+set)", re.IGNORECASE)


def stores(it: Reading, node: ast.Call, last: str) -> Iterator[Danger]:
    """What a method call deletes from a store, and how much of it."""
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    named = ast.unparse(base)[-80:] if base is not None else ""
    chain = it.chain(node)
    if last in EMPTIES:
        narrow = last in ("delete_many", "deleteMany", "delete_objects") and bool(node.args or node.keywords)
        narrow = narrow and not (node.args and isinstance(node.args[0], ast.Dict) and not node.args[0].keys)
        yield it.found(node, ASK if narrow else BLOCK, f"drops or empties a database or store ({last})")
    elif last in ("command", "execute_command", "run_command", "admin_command"):
        if node.args and _EMPTYING_WORDS.fullmatch((text_of(node.args[0], it.known) or "").strip()):
            yield it.found(node, BLOCK, f"drops or empties a database or store ({last})")
    elif last == "drop" and base is not None and not node.args and not node.keywords:
        if re.search(r"collection|table|db|database", it.dotted(base) or named, re.IGNORECASE):
            yield it.found(node, BLOCK, "drops a table or collection")
    elif last == "remove" and len(node.args) == 1 and isinstance(node.args[0], ast.Dict) and not node.args[0].keys:
        yield it.found(node, BLOCK, "drops or empties a database or store (remove)")
    elif last == "update" and base is not None and re.search(r"\bobjects\b", named) and not _narrowed(base):
        yield it.found(node, ASK, "changes every row of a table (update without a filter)")
    elif last in _DELETES and base is not None:
        everything = _everything(it, node)
        if (
            everything
            or (_STORES.search(named) and _whole(base, named, node))
            or (last == "delete" and "execute" in chain and not _NARROWED & set(chain))
        ):
            yield it.found(node, BLOCK, f"deletes everything that is stored there ({last})")
        elif last != "unlink" and _STORES.search(named) and not re.search(r"^client\b.*\b(?:files|threads|assistants)$", named):
            yield it.found(node, ASK, f"deletes stored records ({last})")


def _everything(it: Reading, node: ast.Call) -> bool:
    """Whether the keys come from a listing of all keys, or from a pattern that fits all."""
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        inner = argument.value if isinstance(argument, ast.Starred) else argument
        if fold(inner, it.known) in ("*", "_all"):
            return True
        listing = inner
        if isinstance(inner, ast.Name):
            loop = it.enclosing(node, ast.For, ast.AsyncFor, ast.ListComp, ast.GeneratorExp, ast.SetComp)
            over = (
                loop.iter
                if isinstance(loop, (ast.For, ast.AsyncFor))
                else loop.generators[0].iter
                if isinstance(loop, (ast.ListComp, ast.GeneratorExp, ast.SetComp))
                else None
            )
            target = (
                loop.target
                if isinstance(loop, (ast.For, ast.AsyncFor))
                else loop.generators[0].target
                if isinstance(loop, (ast.ListComp, ast.GeneratorExp, ast.SetComp))
                else None
            )
            if over is not None and isinstance(target, ast.Name) and target.id == inner.id:
                listing = over
            elif len(it.bound.get(inner.id, ())) == 1:
                listing = it.bound[inner.id][0]
        for call in ast.walk(listing):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in ("keys", "scan_iter", "scan", "list_objects_v2")
            ):
                pattern = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg in ("match", "pattern")), None)
                if (pattern is None and call.func.attr != "keys") or (pattern is not None and fold(pattern, it.known) in ("*", b"*")):
                    return True
    return False


def _whole(base: ast.expr, named: str, node: ast.Call) -> bool:
    """Whether what is deleted from is a whole table, query or bucket, with nothing that narrows it."""
    if node.args or node.keywords:
        return False
    return (
        not _narrowed(base)
        and re.search(r"objects(?:\.all\(\))?$|\.query\([\w.]+\)$|query$|_versions$|\.all\(\)$|\.filter\(\)$", named) is not None
    )


def _narrowed(base: ast.expr) -> bool:
    return any(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _NARROWED and (call.args or call.keywords)
        for call in ast.walk(base)
    )


def statements_built(it: Reading, node: ast.Call, name: str) -> Iterator[Danger]:
    """`delete(Order)` and `update(Order)` of SQLAlchemy and its like, with or without a `where`."""
    module, _, verb = name.rpartition(".")
    if verb not in ("delete", "update") or not re.match(r"sqlalchemy|sqlmodel|peewee|tortoise|piccolo|gino", module) or not node.args:
        return
    if not _NARROWED & set(it.chain(node)):
        yield it.found(node, BLOCK, f"{'deletes' if verb == 'delete' else 'changes'} every row of a table ({verb} without where)")
    elif verb == "delete":
        yield it.found(node, ASK, "deletes rows of a table")
