"""Puts a recording in the place of Python callables: inside of their decorators, wherever they were imported to, and before they run."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import time
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Json = dict[str, Any]

INSIDE = ("__wrapped__", "func", "coroutine", "fn", "_fn", "_func", "__func__", "function")
"""Where decorators and the tool objects of frameworks keep the function that they are made of."""
MARK = "\0answer"
"""Stands in a new code for what answers."""
COROUTINE, GENERATOR, ASYNC_GENERATOR = 0x80, 0x20, 0x200


class Tools:
    """The callables that a recording answers for."""

    def __init__(self, world: Any, beside: Any) -> None:
        self.world = world
        self.answers, self.shapes, self.main = (beside("refinery_" + name) for name in ("answers", "shapes", "main"))
        self.wanted: dict[str, list[tuple[str, str]]] = {}
        """Module -> the tools in it: name, and path inside of the module."""
        for name, place in world.told.get("tools", {}).items():
            module, _, path = place.partition(":")
            self.wanted.setdefault(module, []).append((name, path))

    def install(self) -> None:
        """Replace what is loaded; what is not, as soon as it is."""
        loaded = [module for module in self.wanted if module in sys.modules and module != "__main__"]
        for module in loaded:
            self.replace_in(module, sys.modules[module])
        if len(loaded) < len(self.wanted):
            sys.meta_path.insert(0, Finder(self))

    def replace_in(self, name: str, module: Any) -> None:
        """Replace the tools of one module. What cannot be is told in the journal: the attempt says nothing then."""
        for tool, path in self.wanted[name]:
            try:
                self.replace(tool, module, path)
            except Exception as error:  # noqa: BLE001  whatever the user's objects raise when they are looked at
                self.world.journal.note({"wrong": name + ":" + path + " cannot be answered from the recording: " + str(error)})

    def replace(self, tool: str, module: Any, path: str) -> None:
        above, found = None, module
        for part in path.split("."):
            above, found = found, getattr(found, part)
        functions = list(dict.fromkeys(_functions(found)))
        if not functions:
            raise TypeError("it is a " + type(found).__name__ + "; name the function behind it")
        raw = vars(above).get(path.rpartition(".")[2]) if isinstance(above, type) else None
        for function in functions:
            self.answered(tool, function, raw is not None and not isinstance(raw, staticmethod))

    def answered(self, tool: str, function: Any, bound: bool = False) -> Any:
        """The function itself, with another code: whoever holds it holds the replaced one."""
        Replaced(self, tool, function, bound).take_over()
        return function


class Replaced:
    """One function, answered from the recording."""

    def __init__(self, tools: Tools, tool: str, function: Any, bound: bool) -> None:
        self.tools = tools
        self.tool = tool
        self.function = function
        self.bound = bound
        """The first argument is the object, or the class."""
        self.signature = inspect.signature(function, follow_wrapped=False)
        code, closure = function.__code__, function.__closure__
        self.original: Any = types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__, closure)
        self.original.__kwdefaults__ = function.__kwdefaults__

    def take_over(self) -> None:
        flags = self.function.__code__.co_flags
        answer = self.later if flags & (COROUTINE | ASYNC_GENERATOR) else self.now
        self.function.__code__ = _stub(self.function.__code__, answer)
        self.function.__defaults__ = self.function.__kwdefaults__ = None
        self.function.__signature__ = self.signature

    def now(self, args: Any, kwargs: Any) -> Any:
        given = self.given(args, kwargs)
        answer = self.tools.world.answer(self.tool, given, self.bind)
        if answer.how == "passed":
            return self.original(*args, **kwargs)
        if answer.wait:
            time.sleep(answer.wait)
        return self.result(answer, given)

    async def later(self, args: Any, kwargs: Any) -> Any:
        given = self.given(args, kwargs)
        answer = self.tools.world.answer(self.tool, given, self.bind)
        if answer.how == "passed":
            made = self.original(*args, **kwargs)
            return [each async for each in made] if hasattr(made, "__aiter__") else await made
        if answer.wait:
            import asyncio

            await asyncio.sleep(answer.wait)
        return self.result(answer, given)

    def result(self, answer: Any, given: Any) -> Any:
        if answer.how == "refused":
            raise self.tools.answers.refusal(self.tool, given)
        if answer.error:
            raise self.tools.shapes.raised(answer.error, self.function.__globals__)
        result = self.tools.shapes.shaped(answer.result, self.returns())
        several = self.function.__code__.co_flags & (GENERATOR | ASYNC_GENERATOR)
        return [result] if several and not isinstance(result, (list, tuple)) else result

    def given(self, args: Any, kwargs: Any) -> Json:
        """The arguments by their names, those that were left out too."""
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return self._named(bound)

    def bind(self, recorded: Any) -> Any:
        """Recorded arguments as the function names them, in whatever form they were written down."""
        me = (None,) if self.bound else ()
        for args, kwargs in _forms(recorded):
            try:
                bound = self.signature.bind(*me, *args, **kwargs)
            except TypeError:
                continue
            bound.apply_defaults()
            return self._named(bound)
        return recorded

    def _named(self, bound: inspect.BoundArguments) -> Json:
        found: Json = {}
        for place, (name, value) in enumerate(bound.arguments.items()):
            if place == 0 and self.bound:
                continue
            kind = self.signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                found.update(value)
            elif kind is not inspect.Parameter.VAR_POSITIONAL or value:
                found[name] = value
        return found

    def returns(self) -> Any:
        """What the function says it returns; None when it does not, or in words that cannot be read."""
        import typing

        try:
            return typing.get_type_hints(self.function).get("return")
        except Exception:  # noqa: BLE001  names that are there for type checkers only
            said = self.signature.return_annotation
            return str if said == "str" else None


class Finder:
    """Lets the machinery find a module, and replaces its tools when it is loaded."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.busy: set[str] = set()

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> Any:
        if name not in self.tools.wanted or name in self.busy:
            return None
        self.busy.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.busy.discard(name)
        if spec is not None and spec.loader is not None:
            spec.loader = Loader(spec.loader, self.tools, name)  # type: ignore[assignment]  # it stands in for one
        return spec


class Loader:
    """A module's own loader, and then the tools in it."""

    def __init__(self, loader: Any, tools: Tools, name: str) -> None:
        self._loader = loader
        self._tools = tools
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        return self._loader.create_module(spec)

    def exec_module(self, module: Any) -> None:
        self._loader.exec_module(module)
        self._tools.replace_in(self._name, module)

    def get_code(self, name: str) -> Any:
        """For `python -m`, which loads a module as the main one."""
        source = self._loader.get_source(name)
        if source is None:
            return self._loader.get_code(name)
        return self._tools.main.main_code(source, self._loader.get_filename(name), self._tools, self._name)


def _functions(found: Any, depth: int = 0) -> Any:
    """The Python functions at the bottom of a callable."""
    inner = [value for name in INSIDE if callable(value := getattr(found, name, None)) and value is not found] if depth < 20 else []
    if isinstance(found, types.FunctionType):
        inner = inner[:1] if hasattr(found, "__wrapped__") else []
        if not inner:
            yield found
            return
    if isinstance(found, type):
        return
    for each in inner:
        yield from _functions(each, depth + 1)


def _stub(code: types.CodeType, answer: Any) -> types.CodeType:
    """A code that hands all it is given to `answer`, and can take the place of another one: it has the same free variables."""
    flags = code.co_flags
    lines = ["def outer():", *("    " + name + " = None" for name in code.co_freevars)]
    lines.append("    " + ("async " if flags & (COROUTINE | ASYNC_GENERATOR) else "") + "def stub(*args_, **kwargs_):")
    lines.append("        (" + "".join(name + ", " for name in code.co_freevars) + ")")
    lines.append("        answer_ = " + repr(MARK))
    if flags & ASYNC_GENERATOR:
        lines += ["        for each_ in await answer_(args_, kwargs_):", "            yield each_"]
    elif flags & GENERATOR:
        lines.append("        yield from answer_(args_, kwargs_)")
    else:
        lines.append("        return " + ("await " if flags & COROUTINE else "") + "answer_(args_, kwargs_)")
    lines.append("    return stub")
    names: Json = {}
    exec(compile("\n".join(lines), code.co_filename, "exec", dont_inherit=True), names)
    made: types.CodeType = names["outer"]().__code__
    consts = tuple(answer if each == MARK else each for each in made.co_consts)
    return made.replace(co_consts=consts, co_name=code.co_name, co_firstlineno=code.co_firstlineno)


def _forms(recorded: Any) -> Any:
    """The ways in which recorders write arguments down: by name, in order, both, in an envelope, or the only one by itself."""
    if isinstance(recorded, dict):
        if set(recorded) == {"args", "kwargs"} and isinstance(recorded["args"], list) and isinstance(recorded["kwargs"], dict):
            yield recorded["args"], recorded["kwargs"]
        yield (), recorded
        if len(recorded) == 1 and isinstance(inner := next(iter(recorded.values())), dict):
            yield (), inner
    elif isinstance(recorded, list):
        yield recorded, {}
    yield (recorded,), {}
