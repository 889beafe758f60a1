"""Texts found inside of others where a whole is meant: a word in a sentence, a part between delimiters at the end or the beginning."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from refinery.repair.module import Module
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of, text_of

WORD = "whole word"
INSIDE = "word in a word"
"""The same, where failing inputs hold one of the words in a longer one only."""
DELIMITED = "delimiter"
TEXTS = frozenset({"text", "message", "line", "question", "sentence", "body", "said", "query", "title", "prompt", "content", "request"})
"""What names of texts are called."""
SPOKEN = frozenset({"lower", "casefold", "split", "strip", "upper", "startswith", "endswith", "splitlines", "replace"})
"""Methods that only a text has."""
FOLDERS = frozenset({"path", "root", "folder", "directory", "dir", "base", "workspace", "parent", "route"})
"""What names of paths are called."""
ENDS = ("startswith", "endswith", "removeprefix", "removesuffix")
SIGNS = ".:/-_@#"
FORMS = frozenset({"s", "es", "d", "ed", "ing", "er", "ers", "ly"})
"""What stands behind a word that is said in another form."""
FEWEST = 2
"""Letters of a word that is looked for."""
SEVERAL, ALL = 2, 0.9
"""Lists that are looked for in one text; how likely several of a word are meant too, where nobody said such before."""
HIDDEN, HIDDEN_SOMEWHERE = 0.85, 0.7
LOOKED = re.compile(r"[\w' -]+")


def propose(site: Site) -> Iterator[Mutation]:
    """Words asked for as words; a delimiter put between what ends or begins a text and the rest of it."""
    if site.function is None:
        return
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            yield from _word(site, node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == 1 and node.func.attr in ENDS:
            yield from _delimited(site, node.func, node.args[0])


def _word(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`name in text` finds a name within a longer word too."""
    word, text = node.left, node.comparators[0]
    fixed = text_of(word)
    if fixed is not None and not LOOKED.fullmatch(fixed):
        return
    sure = _is_text(site, text)
    if sure == 0 or not (fixed or isinstance(word, ast.Name | ast.Subscript | ast.Attribute)):
        return
    whole, one = site.src(text), site.src(word)
    absent = isinstance(node.ops[0], ast.NotIn)
    listed = isinstance(word, ast.Name) and _gone_through(site, word)
    hidden = _hidden(site, word, fixed)
    sure, operator = max(sure, hidden), INSIDE if hidden else WORD
    patterns = [(rf'r"\b{fixed}\b"' if fixed else _pattern(one), sure)]
    if listed:
        patterns.insert(0, (_pattern(one, "(?:e?s)?"), min(1.0, sure + 0.1)))
    says = f"Look for `{short(one, 24)}` as a word of its own in `{short(whole, 24)}`"
    given = isinstance(site.parent(node), ast.Return | ast.Assign | ast.keyword | ast.Dict)
    together = list(_each(site, text, f"{says}, as all words there")) if hidden and listed else []
    if together:
        yield from together
        return
    for pattern, prior in patterns:
        found = f"re.search({pattern}, {whole})"
        told = f"{found} is {'' if absent else 'not '}None" if given else f"not {found}" if absent else found
        several = ", or of several" if "e?s" in pattern else ""
        searched = site.put(node, told, operator, f"{says}{several}", prior)
        yield replace(searched, imports="" if "re" in site.module.globals else "re")
    if not (isinstance(text, ast.Call) and name_of(text.func) == "split"):
        yield site.put(text, f"{grouped(site, text)}.split()", operator, says, 0.9 * sure)


def _each(site: Site, text: ast.expr, says: str) -> Iterator[Mutation]:
    """All words that are looked for in the same text, where one of them was found in a longer one: none is meant so."""
    every = site.module.inside(site.function) if site.function else ()
    alike = [
        (*site.module.span(node), name, isinstance(node.ops[0], ast.NotIn))
        for node in every
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn)
        if site.src(node.comparators[0]) == site.src(text) and isinstance(name := node.left, ast.Name) and _generators(site, name)
    ]
    if len(alike) < SEVERAL:
        return
    for more, prior in (("", 1.0), ("(?:e?s)?", ALL)):
        changes = [
            (start, end, f"{'not ' if absent else ''}re.search({_pattern(name.id, more)}, {site.src(text)})")
            for start, end, name, absent in sorted(alike, key=lambda each: each[0])
        ]
        yield replace(site.at_once(changes, INSIDE, says, prior), imports="" if "re" in site.module.globals else "re")


def _pattern(one: str, more: str = "") -> str:
    quote = "'" if '"' in one else '"'
    return rf"rf{quote}\b{{re.escape({one})}}{more}\b{quote}"


def _gone_through(site: Site, word: ast.Name) -> bool:
    """Whether it is one of several words, which stood for more than one thing before as well: `frog` was found in `frogs`."""
    loop = site.module.loop(site.statement.node)
    return word.id in site.module.comprehension_names(word) or (isinstance(loop, ast.For) and site.src(loop.target) == word.id)


def _hidden(site: Site, word: ast.expr, fixed: str | None) -> float:
    """How surely a word was found by mistake: what failing inputs alone say holds it in a longer word, and nobody said it."""
    listed, prior = {fixed.strip().lower()} if fixed else set(), HIDDEN
    if not fixed and isinstance(word, ast.Name):
        source = next((each.iter for each in _generators(site, word) if site.src(each.target) == word.id), None)
        listed = {each.lower() for each in site.world.roles.get(name_of(source), ()) if isinstance(each, str)}
        if not listed:
            listed, prior = {each.lower() for each in site.world.owners if isinstance(each, str) and len(each) > FEWEST}, HIDDEN_SOMEWHERE
    listed -= {*site.clues.asked.red, *site.clues.asked.strange}
    for said in site.clues.asked.strange:
        for start, end in combinations(range(len(said) + 1), 2):
            rest = said[end:] if start == 0 else ""
            if end - start >= FEWEST and said[start:end] in listed and said[start:end] != said and rest not in FORMS:
                return prior
    return 0.0


def _generators(site: Site, word: ast.Name) -> list[ast.comprehension | ast.For]:
    """Loops around a word, from the inside."""
    found: list[ast.comprehension | ast.For] = []
    for outer in site.module.above(word):
        if isinstance(outer, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
            found += reversed(outer.generators)
        elif isinstance(outer, ast.For):
            found.append(outer)
    return found


def _is_text(site: Site, node: ast.expr) -> float:
    """How likely a whole text is searched: by what is done with it elsewhere, and by its name."""
    if isinstance(node, ast.Call):
        return 0.45 if name_of(node.func) in SPOKEN - {"split", "splitlines"} else 0.0
    if not isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
        return 0.0
    text = site.src(node)
    source = site.module.source(site.function) if site.function else ""
    used = any(f"{text}.{method}(" in source for method in SPOKEN)
    made = f"{text} = str(" in source or f"{text}: str" in source
    lowered = re.search(rf"\b{re.escape(text)} = .*\.(?:lower|casefold|strip|replace)\(", source)
    if used or made or lowered:
        return 0.55
    return 0.45 if parts(name_of(node)) & TEXTS else 0.0


def _delimited(site: Site, func: ast.Attribute, given: ast.expr) -> Iterator[Mutation]:
    """`host.endswith(domain)` where another host may end in the same letters."""
    if not isinstance(given, ast.Name | ast.Attribute | ast.Subscript):
        return
    text, owner = site.src(given), site.src(func.value)
    outer = site.parent(site.parent(func) or func)
    same = [f"{owner} == {text}", f"{text} == {owner}"]
    told = isinstance(outer, ast.BoolOp) and any(site.src(value) in same for value in outer.values)
    ends = func.attr in ("endswith", "removesuffix")
    names = parts(name_of(func.value)) | parts(name_of(given))
    if not ends and not told and (names & FOLDERS or '"/"' in text):
        path = site.put(given, f'{text} + "/"', DELIMITED, f"Look for what lies in `{short(text, 24)}`", 0.6)
        whole = site.parent(func)
        if func.attr == "startswith" and isinstance(whole, ast.Call):
            new = f'{owner} == {text} or {owner}.startswith({text} + "/")'
            inside = not isinstance(outer, ast.Return | ast.Assign | ast.If | ast.keyword | ast.comprehension | ast.GeneratorExp)
            says = f"Take `{short(text, 24)}` itself and what lies in it"
            yield site.put(whole, f"({new})" if inside else new, DELIMITED, says, 0.65)
        yield path
    for place, sign in enumerate(_signs(site.module)):
        new = f'"{sign}" + {text}' if ends else f'{text} + "{sign}"'
        says = f"Look for `{short(new, 24)}`, so that `{short(text, 24)}` is a part of its own"
        yield site.put(given, new, DELIMITED, says, (0.55 if told else 0.3) * 0.8**place)


def _signs(module: Module) -> list[str]:
    """Signs that part texts from each other in the file, the most used first; a dot and a slash do so everywhere."""
    seen = Counter(
        node.value for node in module.inside(module.tree) if isinstance(node, ast.Constant) and node.value in tuple(SIGNS) and node.value
    )
    return list(dict.fromkeys([*(sign for sign, _ in seen.most_common()), ".", "/"]))[:3]
