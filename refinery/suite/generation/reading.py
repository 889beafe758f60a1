"""A profile is read from the files of a commit: nothing is run, and no model is asked."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.domain import AgentSpec, Scenario
from refinery.edits.codemap import CodeMap
from refinery.errors import ConfigError
from refinery.suite.generation.inputs import defaults_in, fields_in
from refinery.suite.generation.profile import Fact, Profile, Tool, distinct
from refinery.suite.generation.prompts import job_of, prompts_in, rules_of
from refinery.suite.generation.surroundings import documents_in, known_from, leaned_on, settings_in, taken_for_granted
from refinery.suite.generation.tools import tools_in
from refinery.suite.notation import Notation

READABLE = frozenset({".py", ".md", ".txt", ".rst", ".html", ".jinja", ".jinja2", ".j2", ".prompt", ".tmpl", ".mustache"})
DATA = frozenset({".yaml", ".yml", ".toml", ".json"})
FOREIGN = frozenset({".ts", ".tsx", ".js", ".mjs", ".go", ".java", ".kt", ".rs", ".rb", ".cs", ".php"})
MOST_KNOWN = 30
LARGEST = 200_000
"""Letters of a file that is still read; larger ones are data, and are told."""
TABLES = re.compile(r"(^|_)(handlers|intents|routes|skills|commands|topics)$", re.IGNORECASE)


def wanted(path: str) -> bool:
    """Whether a file can tell anything to this."""
    return PurePosixPath(path).suffix.lower() in READABLE | DATA


def read_profile_of(
    sources: Mapping[str, str], agent: AgentSpec | None, scenarios: Sequence[Scenario], others: Sequence[str] = ()
) -> Profile:
    """The profile of the agent in these files. `others` are files of the commit that were not read, by path."""
    texts = {path: text for path, text in sources.items() if len(text) <= LARGEST}
    code = CodeMap({path: text for path, text in texts.items() if path.endswith(".py")})
    entry = entry_of(code, agent)
    near = _reached(code, entry[0])
    trees = dict(_parsed(texts, near))
    data = dict(_loaded(texts))
    prompts = prompts_in(texts, trees, data)
    documents = documents_in(texts)
    settings = settings_in(data)
    tools = tools_in(trees, data)
    rules = rules_of(prompts)
    assumptions = [Fact(each.assumption, f"{each.path}:{each.line}") for each in scenarios]
    assumptions += [*defaults_in(trees, entry), *_choices(tools), *taken_for_granted(settings, documents)]
    fields = fields_in(scenarios, trees, entry)
    return Profile(
        job=job_of(prompts) or _introduced(texts, trees, entry[0]),
        capabilities=distinct(_capabilities(scenarios, tools, trees)),
        assumptions=distinct(assumptions),
        dependencies=distinct(leaned_on(trees, settings, documents)),
        rules=distinct(rules),
        tools=tools,
        inputs=fields,
        settings=settings,
        known=tuple(islice(known_from(texts, documents), MOST_KNOWN)),
        notes=tuple(_notes(sources, texts, others, agent, entry, tools, fields, prompts)),
    )


def entry_of(code: CodeMap, agent: AgentSpec | None) -> tuple[str, str]:
    """The file and the function that are the agent; empty where the settings do not tell."""
    if agent is None or agent.http:
        return "", ""
    if agent.python:
        module, _, name = agent.python.partition(":")
        return _file(code, module), name
    words = [word for word in agent.command if not word.startswith("-")]
    for number, word in enumerate(agent.command):
        if word == "-m" and number + 1 < len(agent.command):
            module = agent.command[number + 1]
            path = _file(code, f"{module}.__main__") or _file(code, module)
            return path, "main" if path else ""
    script = next((word for word in words if word.removeprefix("./") in code.sources), "")
    return script.removeprefix("./"), "main" if script else ""


def _file(code: CodeMap, module: str) -> str:
    stem = module.replace(".", "/")
    fitting = [path for path in code.sources if path in (f"{stem}.py", f"{stem}/__init__.py") or path.endswith((f"/{stem}.py",))]
    return min(fitting, key=len, default="")


def _reached(code: CodeMap, entry: str) -> frozenset[str]:
    """The agent's file and all that it imports; every file where the agent's is not known."""
    if not entry:
        return frozenset(code.sources)
    found, ahead = {entry}, [entry]
    while ahead:
        fresh = code.imports(ahead.pop()) - found
        found |= fresh
        ahead += fresh
    return frozenset(found)


def _parsed(texts: Mapping[str, str], paths: frozenset[str]) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(paths):
        try:
            yield path, ast.parse(texts[path])
        except (SyntaxError, ValueError, RecursionError):
            continue


def _loaded(texts: Mapping[str, str]) -> Iterator[tuple[str, Json]]:
    """Configuration and data files as values; what does not parse is left out."""
    for path, text in sorted(texts.items()):
        suffix = PurePosixPath(path).suffix.lower()
        try:
            if suffix == ".json":
                yield path, json.loads(text)
            elif suffix == ".toml":
                yield path, json.loads(json.dumps(tomllib.loads(text), default=str))
            elif suffix in (".yaml", ".yml"):
                notation = Notation(path, text)
                root = notation.root()
                yield path, None if root is None else notation.json(root)
        except (ValueError, RecursionError, ConfigError):
            continue


def _capabilities(scenarios: Sequence[Scenario], tools: Sequence[Tool], trees: Mapping[str, ast.Module]) -> Iterator[Fact]:
    yield from (Fact(each.capability, f"{each.path}:{each.line}") for each in scenarios if each.capability)
    for tool in tools:
        yield Fact(f"{tool.name.replace('_', ' ')}: {tool.says}" if tool.says else tool.name.replace("_", " "), tool.where)
    for path, tree in trees.items():
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if isinstance(value, ast.Dict) and any(isinstance(each, ast.Name) and TABLES.search(each.id) for each in targets):
                keys = [key.value for key in value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
                yield from (Fact(f"handles {key.replace('_', ' ')}", f"{path}:{node.lineno}") for key in keys)


def _choices(tools: Sequence[Tool]) -> Iterator[Fact]:
    for tool in tools:
        for each in tool.parameters:
            if each.options:
                yield Fact(f"{each.name} of {tool.name} is one of {', '.join(each.options)}", tool.where)


def _introduced(texts: Mapping[str, str], trees: Mapping[str, ast.Module], entry: str) -> Fact:
    """What the README or the agent's own file says of it."""
    for path in sorted(texts, key=lambda path: (path.count("/"), path)):
        if PurePosixPath(path).name.lower().startswith("readme"):
            for number, paragraph in enumerate(re.split(r"\n\s*\n", texts[path])):
                plain = " ".join(paragraph.split())
                if plain and not plain.startswith(("#", "!", "[", "<", "```", "|")):
                    return Fact(re.split(r"(?<=[.!?])\s", plain, maxsplit=1)[0][:300], path if number else f"{path}:1")
    docstring = ast.get_docstring(trees[entry]) if entry in trees else None
    return Fact(" ".join(docstring.split())[:300], f"{entry}:1") if docstring else Fact("")


def _notes(
    sources: Mapping[str, str],
    texts: Mapping[str, str],
    others: Sequence[str],
    agent: AgentSpec | None,
    entry: tuple[str, str],
    tools: Sequence[Tool],
    fields: Sequence[object],
    prompts: Sequence[object],
) -> Iterator[str]:
    foreign = sorted(path for path in others if PurePosixPath(path).suffix.lower() in FOREIGN)
    if foreign:
        yield f"not read, since only Python is: {len(foreign)} files such as {foreign[0]}"
    if large := sorted(sources.keys() - texts.keys()):
        yield f"not read for their size: {', '.join(large[:3])}"
    if not entry[0]:
        how = (
            f"what answers at {agent.http} may be other code"
            if agent and agent.http
            else "the settings do not tell which file is the agent"
        )
        yield f"{how}, so all files of the commit were read"
    for what, found in (("tools", tools), ("prompts", prompts), ("fields of the input", fields)):
        if not found:
            yield f"no {what} were found"
