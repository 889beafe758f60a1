"""What the repository knows that a repair can be made of: keys, attributes, signatures, constants by role."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeAlias

from refinery.edits.scalar import Scalar
from refinery.repair.module import FUNCTIONS, Function, Module

COMPOUND = (ast.Call, ast.Attribute, ast.Subscript, ast.BinOp)
GIVE_NOTHING = frozenset({
    "append", "add", "extend", "update", "insert", "appendleft", "remove", "discard", "clear", "sort", "reverse", "push", "write", "print",
})  # fmt: skip
"""What is called for what it does: it gives nothing that could be read."""
FEWEST_SHARED = 2
"""Parameters that two functions do not have in common by chance."""
READINGS = 4
"""Ways in which one expression is read that are kept."""

Constant: TypeAlias = "str | int | float | bool"


@dataclass(slots=True)
class World:
    """Ingredients of the same repository, counted. Filled once by `survey`, read by everybody."""

    keys: Counter[str] = field(default_factory=Counter)
    """Text keys that code reads: `x["k"]`, `x.get("k")`, `"k" in x`."""
    written: Counter[str] = field(default_factory=Counter)
    """Text keys that code puts into records."""
    companions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Keys that stand in the same record (a dict display, a mapping in a data file)."""
    attributes: Counter[str] = field(default_factory=Counter)
    stored: set[str] = field(default_factory=set)
    """Attributes that somebody sets."""
    read: set[str] = field(default_factory=set)
    """Attributes that somebody reads."""
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Annotated fields by class."""
    functions: dict[str, tuple[Module, Function]] = field(default_factory=dict)
    """Functions and methods by bare name; the first one of a name."""
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    """Classes by bare name; the first one of a name."""
    rebound: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Names of files that functions give other values, with the paths of the files."""
    answered: set[str] = field(default_factory=set)
    """Names of functions whose answers somebody uses."""
    coroutines: set[str] = field(default_factory=set)
    roles: dict[str, Counter[Constant]] = field(default_factory=lambda: defaultdict(Counter))
    """Constants by the name of what they are given to, compared with or stored under."""
    owners: dict[Constant, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """The other way round: names under which a text is stored."""
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Attributes and keys read from variables of a name: `customer` -> country, currency."""
    compared: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Names of what is compared with each other, or looked for in each other."""
    given: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Names of what takes its value from the other somewhere: `opened` and `at`, for `Case(opened=message.at)`."""
    ordered: set[str] = field(default_factory=set)
    """Names of what is compared by its order, or taken from another thing."""
    agreed: dict[Function, frozenset[str]] = field(default_factory=dict)
    """Parameters that a function has since others of its kind do: handlers in a table, what a decorator takes, methods of one name."""
    called: set[str] = field(default_factory=set)
    """Names of functions that are called, or handed on."""
    around: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Calls by what they are given as their last argument: how a thing is read elsewhere."""
    beside: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Names of files, without what follows the last dot, by the names of their neighbours of the same kind."""
    styles: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """How variables of a name are read: `attribute` or `item`."""
    shares: set[str] = field(default_factory=set)
    """Names of what code takes for a share of one: `price * (1 + rules["tax"])`."""
    percents: set[str] = field(default_factory=set)
    """Names of what code takes for a share of a hundred: `rules["tax"] / 100`."""
    refined: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Keys of a record under which code puts what it makes of another key: `row["cm"] = number(row["size"])`."""
    shapes: dict[str, str] = field(default_factory=dict)
    """What the values of a field of the data look like, see `refinery.repair.shapes`."""
    texts: set[str] = field(default_factory=set)
    """Short texts of the data: values, keys, cells of tables and their heads."""
    parted: dict[str, str] = field(default_factory=dict)
    """What stands between the parts of a value, by the fields of the data whose values have several."""
    figures: set[str] = field(default_factory=set)
    """What stands between the numbers of a value that has several, without blanks; empty for blanks alone."""
    uneven: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of the fields whose texts stand in another order than the numbers in them: `9` comes behind `10`."""
    unsorted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Fields with times by the lists, or files, of records that stand in no order of them."""
    repeated: set[str] = field(default_factory=set)
    """Fields that say the same in several records of one list, or rows of one table."""
    timed: frozenset[str] = frozenset()
    """Fields of the data whose values are days with a time of day."""
    clocked: bool = False
    """Whether a field of the data holds times of two parts, and of three: `4:05` and `1:04:05`."""
    padded: set[str] = field(default_factory=set)
    """Columns of tables in which cells have blanks around them."""
    sorting: set[str] = field(default_factory=set)
    """Names of what says by what something is ordered."""
    miscased: frozenset[str] = frozenset()
    """Words that failing inputs say with capitals and data and code know without, see `refinery.repair.cased`."""
    mistaken: dict[str, dict[str, float]] = field(default_factory=dict)
    """Fields by those that they may have been taken for, see `refinery.repair.aligned`."""

    def unread(self) -> list[str]:
        """Attributes that are set, or are fields, and that nobody reads: what read them may be gone."""
        every = self.stored.union(*self.fields.values()) - self.read - self.keys.keys()
        return sorted(name for name in every if not name.startswith("_"))

    def orphan(self, key: str) -> bool:
        """A key that somebody reads and nobody puts into a record."""
        return self.keys[key] > 0 and not self.written[key]

    def unused(self, key: str) -> bool:
        """A field of the data that no code reads: what read it may read another one."""
        return key in self.shapes and not self.keys[key] and key not in self.attributes

    def together(self, names: Iterable[str]) -> None:
        """Tells that these are fields of one record."""
        names = tuple(names)
        for name in names:
            self.companions[name].update(other for other in names if other != name)

    def reading(self, owner: str, member: str, variable: str | None = None) -> str:
        """The code that reads a member, in the way in which such variables are read."""
        style = self.styles.get(owner)
        if style:
            attribute = style["attribute"] > style["item"]
        else:
            attribute = self.attributes[member] > self.keys[member] or any(member in names for names in self.fields.values())
        return f"{variable or owner}.{member}" if attribute else f'{variable or owner}["{member}"]'

    def reach(self, name: str) -> set[str]:
        """What can be read from a variable of this name: what is read elsewhere, the fields of its class, and their companions."""
        found = set(self.members.get(name, ()))
        plain = name.replace("_", "").lower()
        for owner, fields in self.fields.items():
            if owner.lower() == plain:
                found.update(fields)
        for member in tuple(found)[:12]:
            found.update(self.companions.get(member, ()))
        return found


def survey(modules: Iterable[Module], scalars: Iterable[Scalar] = (), paths: Iterable[str] = ()) -> World:
    """Reads all modules, configuration values and names of files once."""
    world, modules = World(), tuple(modules)
    folders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in map(PurePosixPath, paths):
        if path.suffix != ".py":
            folders[str(path.parent), path.suffix].add(path.stem)
    for stems in folders.values():
        for stem in stems:
            world.beside[stem].update(stems - {stem})
    for module in modules:
        for node in module.inside(module.tree):
            _look(world, module, node)
    for module in modules:
        _of_one_record(world, module)
        for node in module.inside(module.tree):
            _hand_over(world, node)
    world.agreed = dict(_agreed(modules))
    records: dict[tuple[str | int, ...], set[str]] = defaultdict(set)
    for scalar in scalars:
        if isinstance(scalar.value, str | int | float) and scalar.key:
            _store(world, scalar.key, scalar.value)
        if scalar.keys and isinstance(scalar.keys[-1], str):
            records[(scalar.path, *scalar.keys[:-1])].add(scalar.keys[-1])
    for names in records.values():
        world.together(names)
    return world


def _agreed(modules: Iterable[Module]) -> Iterator[tuple[Function, frozenset[str]]]:
    """Functions that are handed on, decorated, or have the parameters or, in a class, the name of another: what they take is not theirs."""
    functions: list[tuple[Function, tuple[str, ...], bool]] = []
    handed: set[str] = set()
    for module in modules:
        for node in module.inside(module.tree):
            parent = module.parents.get(node)
            if isinstance(node, FUNCTIONS):
                functions.append((node, parameters(node), isinstance(parent, ast.ClassDef)))
            elif isinstance(node, ast.Name) and not (isinstance(parent, ast.Call) and parent.func is node):
                handed.add(node.id)
    alike = Counter(names for _, names, _ in functions)
    methods = Counter(node.name for node, _, within in functions if within)
    for node, names, within in functions:
        shared = len(names) >= FEWEST_SHARED and alike[names] > 1
        if node.name in handed or node.decorator_list or shared or (within and methods[node.name] > 1):
            yield node, frozenset(names)


def role(module: Module, node: ast.expr) -> str:
    """The name of what an expression is given to: keyword, key, target, parameter, or partner in a comparison; else empty."""
    parent = module.parents.get(node)
    if isinstance(parent, ast.keyword):
        return parent.arg or ""
    if isinstance(parent, ast.Dict):
        for key, value in zip(parent.keys, parent.values, strict=True):
            if value is node:
                return text_of(key) or ""
    if isinstance(parent, ast.Assign) and parent.value is node:
        return name_of(parent.targets[0])
    if isinstance(parent, ast.AnnAssign) and parent.value is node:
        return name_of(parent.target)
    if isinstance(parent, ast.Compare):
        partner = parent.comparators[0] if parent.left is node else parent.left
        return name_of(partner)
    if isinstance(parent, ast.List | ast.Tuple | ast.Set):
        return role(module, parent)
    if isinstance(parent, ast.Call):
        return _argument_role(parent, node)
    if isinstance(parent, ast.arguments):
        return _default_role(parent, node)
    if isinstance(parent, ast.Return):
        function = module.function(parent)
        return function.name if function else ""
    return ""


def name_of(node: ast.AST | None) -> str:
    """The last name of an expression: `currency` for `currency`, `row["currency"]`, `a.currency`, `c.get("currency")`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return text_of(node.slice) or name_of(node.value)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
            return text_of(node.args[0]) or ""
        return name_of(node.args[0]) if node.args and isinstance(node.func, ast.Name) else name_of(node.func)
    return ""


def text_of(node: ast.AST | None) -> str | None:
    """The text of a text constant."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def base_of(node: ast.expr) -> tuple[ast.expr, str, str] | None:
    """For a read of a record: the record, the field, and how it is read (`item`, `get` or `attribute`)."""
    if isinstance(node, ast.Attribute):
        return node.value, node.attr, "attribute"
    if isinstance(node, ast.Subscript):
        key = text_of(node.slice)
        return (node.value, key, "item") if key else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        key = text_of(node.args[0])
        return (node.func.value, key, "get") if key else None
    return None


def called(node: ast.AST) -> str:
    """The bare name of what a call calls; empty for what is no call, or calls what another call gives."""
    func = node.func if isinstance(node, ast.Call) else None
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def parameters(function: Function) -> tuple[str, ...]:
    """Names of the parameters that can be given, `self` left out."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return tuple(names[1:] if names[:1] in (["self"], ["cls"]) else names)


def spoken_of(here: Module, there: Module, name: str) -> str | None:
    """How a function of a file is called in another one; None where it is not at hand."""
    if here is there or name in here.globals:
        return name
    stem = there.path.rpartition("/")[2].removesuffix(".py")
    for node in here.tree.body:
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            if alias.name.rpartition(".")[2] == stem and (alias.asname or isinstance(node, ast.ImportFrom) or "." not in alias.name):
                return f"{alias.asname or alias.name}.{name}"
    return None


def _look(world: World, module: Module, node: ast.AST) -> None:
    if isinstance(node, ast.Attribute):
        world.attributes[node.attr] += 1
        world.called.add(node.attr)
        (world.read if isinstance(node.ctx, ast.Load) else world.stored).add(node.attr)
        world.members[name_of(node.value)].add(node.attr)
        world.styles[name_of(node.value)]["attribute"] += 1
    elif isinstance(node, FUNCTIONS):
        world.functions.setdefault(node.name, (module, node))
        if isinstance(node, ast.AsyncFunctionDef):
            world.coroutines.add(node.name)
    elif isinstance(node, ast.Global):
        for name in node.names:
            world.rebound[name].add(module.path)
    elif isinstance(node, ast.ClassDef):
        world.classes.setdefault(node.name, node)
        own = tuple(part.target.id for part in node.body if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name))
        if own:
            world.fields[node.name] = own
        kept = [part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)]
        world.together({*own, *kept})
    elif isinstance(node, ast.Dict):
        names = [text for key in node.keys if (text := text_of(key))]
        world.written.update(names)
        world.together(names)
    elif isinstance(node, ast.Compare):
        if isinstance(node.ops[0], ast.In | ast.NotIn) and (key := text_of(node.left)):
            world.keys[key] += 1
        one, other = name_of(node.left), name_of(node.comparators[0])
        if one and other and one != other:
            world.compared[one].add(other)
            world.compared[other].add(one)
    elif isinstance(node, ast.Subscript | ast.Call):
        if isinstance(node, ast.Call) and not isinstance(module.parents.get(node), ast.Expr):
            world.answered.add(name_of(node.func))
        reads = isinstance(node, ast.Call) and name_of(node.func) not in GIVE_NOTHING
        if reads and isinstance(node, ast.Call) and node.args and not node.keywords and isinstance(node.args[-1], COMPOUND):
            around = world.around[ast.unparse(node.args[-1])]
            if len(around) < READINGS and (call := ast.unparse(node)) not in around:
                around.append(call)
        read = base_of(node)
        if read is not None:
            stored = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
            (world.written if stored else world.keys)[read[1]] += 1
            world.members[name_of(read[0])].add(read[1])
            world.styles[name_of(read[0])]["item"] += 2 if read[2] == "get" else 1
    elif isinstance(node, ast.BinOp):
        _amount(world, node)
    elif isinstance(node, ast.keyword) and node.arg == "key":
        world.sorting.update(name_of(part) for part in ast.walk(node.value) if isinstance(part, ast.Name | ast.Attribute))
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        world.called.add(node.id)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str | int | float):
        name = role(module, node)
        if name:
            _store(world, name, node.value)


def _of_one_record(world: World, module: Module) -> None:
    """Keys that a function reads from one variable, or puts into it, are those of one record."""
    held: dict[tuple[Function | None, str], set[str]] = defaultdict(set)
    for node in module.inside(module.tree):
        read = base_of(node) if isinstance(node, ast.Subscript | ast.Call) else None
        if read is None or not isinstance(read[0], ast.Name):
            continue
        held[module.function(node), read[0].id].add(read[1])
        given = module.parents.get(node)
        if isinstance(given, ast.Assign) and node in given.targets:
            made_of = {other[1] for part in ast.walk(given.value) if isinstance(part, ast.Subscript | ast.Call) if (other := base_of(part))}
            if len(made_of) == 1 and read[1] not in made_of:
                world.refined[min(made_of)].add(read[1])
    for names in held.values():
        world.together(names)


def _hand_over(world: World, node: ast.AST) -> None:
    """What is given to what: by an assignment, by the name of an argument, and by its place."""
    pairs: list[tuple[str, ast.expr]] = []
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        pairs = [(name_of(node.targets[0]), node.value)]
    elif isinstance(node, ast.Call):
        name = name_of(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
        known = world.fields.get(name, ()) or (parameters(world.functions[name][1]) if name in world.functions else ())
        pairs = [*zip(known, node.args, strict=False), *((each.arg or "", each.value) for each in node.keywords)]
    elif isinstance(node, ast.Dict):
        pairs = [(text_of(key) or "", value) for key, value in zip(node.keys, node.values, strict=True)]
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
        world.ordered.update(name_of(side) for side in (node.left, *node.comparators))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        world.ordered.update(name_of(side) for side in (node.left, node.right))
        pairs = [(name_of(node.left), node.right)]
    for target, value in pairs:
        source = name_of(value) if isinstance(value, ast.Name | ast.Attribute | ast.Subscript) else ""
        if target and source and target != source:
            world.given[target].add(source)
            world.given[source].add(target)


def _amount(world: World, node: ast.BinOp) -> None:
    if isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant) and node.right.value == 100:
        world.percents.add(name_of(node.left))
    for side in (node.left, node.right) if isinstance(node.op, ast.Mult | ast.Div) else ():
        if isinstance(side, ast.BinOp) and isinstance(side.op, ast.Add | ast.Sub) and isinstance(side.left, ast.Constant):
            world.shares.update([name_of(side.right)] if side.left.value == 1 else [])


def _store(world: World, name: str, value: Constant) -> None:
    world.roles[name][value] += 1
    if isinstance(value, str):
        world.owners[value][name] += 1


def _argument_role(call: ast.Call, node: ast.expr) -> str:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "get" and len(call.args) == 2 and call.args[1] is node:
        return text_of(call.args[0]) or ""
    return ""


def _default_role(arguments: ast.arguments, node: ast.expr) -> str:
    for argument, default in _defaults(arguments):
        if default is node:
            return argument.arg
    return ""


def _defaults(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    yield from zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            yield argument, default
