"""Recorded results and errors as what a function would have returned or raised."""

from __future__ import annotations

import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Json = dict[str, Any]


def raised(told: str, names: Json) -> BaseException:
    """What a recorded error was raised as: a class that the tool's module knows, a built-in one, or one that is made up."""
    import builtins

    kind, _, message = told.partition(": ")
    short = kind.rpartition(".")[2]
    known: Any = names.get(short) or getattr(sys.modules.get(kind.rpartition(".")[0]), short, None) or getattr(builtins, short, None)
    if known is None:
        known = next((each for each in _subclasses(Exception) if each.__name__ == short), None)
    if not (isinstance(known, type) and issubclass(known, Exception)):
        known = type(short if short.isidentifier() else "RecordedError", (RuntimeError,), {})
        message = message or kind
    try:
        error: BaseException = known(message)
    except Exception:  # noqa: BLE001  a class of the user's that takes something else than a message
        error = BaseException.__new__(known)
        error.args = (message,)
    return error


def _subclasses(kind: Any) -> Any:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


def shaped(value: Any, kind: Any) -> Any:
    """A recorded value as what the function says it returns; as it is, where that cannot be told or made of it."""
    try:
        return _shaped(value, kind)
    except Exception:  # noqa: BLE001  a class of the user's that is not made of what it was written down as
        return value


def _shaped(value: Any, kind: Any) -> Any:
    import typing

    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind is None or kind is typing.Any or value is None:
        return value
    if kind is str and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if origin in (list, set, frozenset, tuple) and isinstance(value, list):
        if origin is tuple and parts and parts[-1] is not Ellipsis:
            return tuple(map(_shaped, value, parts))
        return origin(_shaped(part, parts[0] if parts else None) for part in value)
    if origin is dict and isinstance(value, dict):
        return {name: _shaped(part, parts[1] if len(parts) > 1 else None) for name, part in value.items()}
    if origin is not None:  # a union, mostly with None
        fitting = [each for each in parts if isinstance(each, type) and isinstance(value, each)]
        return value if fitting else next((made for each in parts if (made := shaped(value, each)) is not value), value)
    if not isinstance(kind, type) or isinstance(value, kind):
        return value
    return _made(value, kind)


def _made(value: Any, kind: Any) -> Any:
    import typing

    if hasattr(kind, "model_validate"):
        return kind.model_validate(value)
    if isinstance(value, dict) and hasattr(kind, "__dataclass_fields__"):
        hints = typing.get_type_hints(kind)
        return kind(**{name: _shaped(part, hints.get(name)) for name, part in value.items()})
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return kind(**value) if isinstance(value, dict) else kind(*value)
    if isinstance(value, str) and hasattr(kind, "fromisoformat"):
        return kind.fromisoformat(value)
    if kind.__module__ in ("decimal", "uuid", "pathlib", "builtins") or hasattr(kind, "__members__"):
        return kind(value)
    return value
