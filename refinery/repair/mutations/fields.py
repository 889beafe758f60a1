"""Records that lack a field, and calls that lack an argument, where the value is at hand."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import likeness
from refinery.repair.world import base_of, name_of, parameters, text_of

FAMILY = "missing field"
MOST = 12


def propose(site: Site) -> Iterator[Mutation]:
    """A key added to a dict display, a keyword added to a call, a name added to a list of field names."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant) for key in node.keys):
            yield from _display(site, node)
        elif isinstance(node, ast.Call):
            yield from _call(site, node)
        elif isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1:
            yield from _names(site, node)


def _display(site: Site, node: ast.Dict) -> Iterator[Mutation]:
    present = {text for key in node.keys if (text := text_of(key))}
    if not present:
        return
    sources = _records(site, node.values)
    wanted = _wanted(site, present)
    start, end = site.module.span(node)
    body = site.module.text[start + 1 : end - 1]
    quote = "'" if "'" in body and '"' not in body else '"'
    for key, prior in wanted[:MOST]:
        for value, weight in _values(site, key, sources, node):
            says = f"Return `{key}`" if isinstance(site.statement.node, ast.Return) else f"Add `{key}` to the record"
            yield site.between(start, end, _appended(site, node, f"{quote}{key}{quote}: {value}"), FAMILY, says, prior * weight)


def _appended(site: Site, node: ast.Dict, item: str) -> str:
    """The display with one more item, laid out as the others are."""
    start, end = site.module.span(node)
    text = site.module.text[start:end]
    last = site.module.span(node.values[-1])[1] - start
    if "\n" not in text:
        return f"{text[:last]}, {item}{text[last:]}"
    line = text[:last].rfind("\n")
    first = node.keys[-1]
    indent = text[line + 1 : site.module.span(first)[0] - start] if first is not None and line >= 0 else ""
    if indent.strip():
        return f"{text[:last]}, {item}{text[last:]}"
    return f"{text[:last]},\n{indent}{item}{text[last:]}"


def _records(site: Site, values: list[ast.expr]) -> Counter[tuple[str, str]]:
    """The records that the values are read from, with the way of reading."""
    found: Counter[tuple[str, str]] = Counter()
    for value in values:
        for part in ast.walk(value):
            record = base_of(part) if isinstance(part, ast.expr) else None
            if record is not None and isinstance(record[0], ast.Name | ast.Attribute):
                parent = site.parent(part)
                if not (isinstance(parent, ast.Call) and parent.func is part):
                    found[site.src(record[0]), record[2]] += 1
    return found


def _wanted(site: Site, present: set[str]) -> list[tuple[str, float]]:
    """Keys the record could lack: named in the failure, read by somebody, or standing beside its keys elsewhere."""
    scores: dict[str, float] = {}
    for key in site.clues.named - present:
        if site.world.keys[key] or site.world.attributes[key]:
            scores[key] = 0.9
    near = Counter(other for key in present for other in site.world.companions.get(key, ()))
    for key in {*site.world.keys, *near} - present:
        if not key.isidentifier():
            continue
        score = 0.12 + 0.4 * site.clues.mention(key)
        score += 0.2 if near[key] else 0.0
        score += 0.4 if site.world.orphan(key) else 0.12 if site.world.keys[key] else 0.0
        score += 0.15 if near[key] and site.world.keys[key] else 0.0
        scores[key] = max(scores.get(key, 0.0), min(score, 0.85))
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _values(site: Site, key: str, sources: Counter[tuple[str, str]], node: ast.expr) -> Iterator[tuple[str, float]]:
    if key in site.names_at(node):
        yield key, 1.0
    for (base, how), _ in sources.most_common(3):
        yield {"item": f'{base}["{key}"]', "get": f'{base}.get("{key}")', "attribute": f"{base}.{key}"}[how], 0.95
        if how == "get":
            yield f'{base}["{key}"]', 0.6
    if not sources:
        for name in site.names_at(node)[:6]:
            known = site.world.reach(name)
            if key in known and not isinstance(site.parent(node), ast.Assign):
                yield site.world.reading(name, key), 0.7


def _call(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """Arguments that the callee takes, that are not given, and whose value is in scope under that name."""
    callee = name_of(node.func) if not isinstance(node.func, ast.Call) else ""
    names = site.world.fields.get(callee)
    if names is None:
        known = site.world.functions.get(callee)
        if known is None or any(isinstance(argument, ast.Starred) for argument in node.args):
            return
        names = parameters(known[1])
    given = {*names[: len(node.args)], *(keyword.arg or "" for keyword in node.keywords)}
    sources = _records(site, [*node.args, *(keyword.value for keyword in node.keywords)])
    in_scope = site.names_at(node)
    end = site.module.span(node)[1] - 1
    bare = site.module.text[:end].rstrip().endswith(("(", ","))
    for name in [name for name in names if name not in given][:6]:
        values: list[tuple[str, float]] = [(name, 0.65)] if name in in_scope else []
        values += [(other, 0.4) for other in in_scope if other != name and likeness(other, name) >= 0.5][:2]
        values += [(path, 0.6) for path in site.paths if _tail(path) == name][:2]
        values += [(f"self.{name}", 0.5)] if "self" in in_scope and name in site.world.members.get("self", ()) else []
        for (base, how), _ in sources.most_common(2):
            if name in site.world.members.get(_tail(base), ()) or site.world.companions.get(name):
                values.append(({"item": f'{base}["{name}"]', "get": f'{base}.get("{name}")', "attribute": f"{base}.{name}"}[how], 0.5))
        for owner in in_scope[:8]:
            if name in site.world.reach(owner) and owner != "self":
                values.append((site.world.reading(owner, name), 0.4))
        for value, prior in dict(values).items():
            boost = 1.0 + 0.4 * site.clues.mention(name)
            says = f"Hand `{short(value)}` on to `{callee}`"
            yield site.between(end, end, f"{'' if bare else ', '}{name}={value}", "missing argument", says, prior * boost)


def _names(site: Site, node: ast.Tuple | ast.List | ast.Set) -> Iterator[Mutation]:
    present = [text_of(item) for item in node.elts]
    if not all(present):
        return
    end = site.module.span(node.elts[-1])[1]
    for key, prior in _wanted(site, {text for text in present if text})[:4]:
        yield site.between(end, end, f', "{key}"', FAMILY, f"Add `{key}` to the list of names", prior * 0.5)


def _tail(path: str) -> str:
    return path.rstrip("\"']").replace('["', ".").replace("['", ".").rsplit(".", 1)[-1]
