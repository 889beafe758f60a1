"""What an agent leans on and takes for granted: settings, services, variables, data, documents and their versions."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.suite.generation.profile import Fact, Known, Setting
from refinery.suite.generation.prompts import NO_PROMPT, is_prompt

NO_SETTINGS = re.compile(r"(^|/)(package(-lock)?|tsconfig|composer|pyproject|poetry|refinery|ruff|mypy|uv)\b|lock|\.github/|(^|/)data/")
MOST_LEAVES = 120
LIMITS = re.compile(r"(^|[._])(max|min|limit|limits|timeout|window|top_k|threshold|retries|ttl|days|hours|budget|quota)([._]|$)")
LOCALE = re.compile(r"(^|[._])(currency|locale|language|lang|timezone|tz|time_zone|unit|units|country|region|calendar)([._]|$)")
REACHING: Mapping[str, str] = {
    "anthropic": "a model of Anthropic",
    "openai": "a model behind the OpenAI protocol",
    "google": "a Google service",
    "mistralai": "a model of Mistral",
    "litellm": "a model, through LiteLLM",
    "langchain": "LangChain",
    "langgraph": "LangGraph",
    "llama_index": "LlamaIndex",
    "crewai": "CrewAI",
    "httpx": "services over HTTP",
    "requests": "services over HTTP",
    "aiohttp": "services over HTTP",
    "urllib": "services over HTTP",
    "boto3": "Amazon's cloud",
    "psycopg": "PostgreSQL",
    "psycopg2": "PostgreSQL",
    "sqlalchemy": "a database",
    "sqlite3": "an SQLite file",
    "redis": "Redis",
    "chromadb": "a vector store (Chroma)",
    "faiss": "a vector store (FAISS)",
    "pinecone": "a vector store (Pinecone)",
    "qdrant_client": "a vector store (Qdrant)",
    "smtplib": "a mail server",
    "stripe": "Stripe",
}
MODELS = re.compile(r"^(gpt-|o[134]-|claude-|gemini-|mistral-|llama|command-r|qwen|deepseek)[\w.:-]*$", re.IGNORECASE)
ADDRESS = re.compile(r"https?://([\w.-]+(?::\d+)?)")
VERSIONED = re.compile(r"^(.+?)[-_ .]?v?(\d{4}(?:[-_.]?\d{2}){0,2}|\d+(?:\.\d+)*)$")


def settings_in(data: Mapping[str, Json]) -> tuple[Setting, ...]:
    """The single values of configuration files; files that hold data rather than settings are left out."""
    found: list[Setting] = []
    for path, value in data.items():
        if isinstance(value, dict) and not NO_SETTINGS.search(path):
            leaves = list(_leaves(value, ""))
            if len(leaves) <= MOST_LEAVES:
                found += [Setting(name, leaf, path) for name, leaf in leaves if not isinstance(leaf, str) or len(leaf) <= 60]
    return tuple(found)


def taken_for_granted(settings: Iterable[Setting], documents: Iterable[str]) -> Iterator[Fact]:
    """What settings and documents say has to be so."""
    for each in settings:
        if LIMITS.search(each.name.lower()) and isinstance(each.value, int | float) and not isinstance(each.value, bool):
            yield Fact(f"{each.name} is {each.value}; beyond it something else has to happen", each.where)
        elif LOCALE.search(each.name.lower()) and isinstance(each.value, str):
            yield Fact(f"{each.name} is {each.value} unless a request says otherwise", each.where)
    for stem, versions in sorted(versions_of(documents).items()):
        names = ", ".join(PurePosixPath(path).name for path in versions)
        yield Fact(f"of the versions of {stem} ({names}) the one in force on the day asked about is used", versions[-1])


def leaned_on(trees: Mapping[str, ast.Module], settings: Iterable[Setting], documents: Iterable[str]) -> Iterator[Fact]:
    """What has to be there for it to work."""
    for path, tree in trees.items():
        for node in ast.walk(tree):
            yield from (Fact(REACHING[name], f"{path}:{node.lineno}") for name in _imported(node) if name in REACHING)  # type: ignore[attr-defined]
            if (variable := _variable(node)) is not None:
                yield Fact(f"the environment variable {variable}", f"{path}:{node.lineno}")  # type: ignore[attr-defined]
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and (host := ADDRESS.match(node.value)):
                yield Fact(f"what answers at {host[1]}", f"{path}:{node.lineno}")
    for setting in settings:
        if isinstance(setting.value, str) and MODELS.match(setting.value):
            yield Fact(f"the model {setting.value}", setting.where)
        elif isinstance(setting.value, str) and (host := ADDRESS.match(setting.value)):
            yield Fact(f"what answers at {host[1]}", setting.where)
    folders: dict[str, int] = defaultdict(int)
    for path in documents:
        folders[str(PurePosixPath(path).parent)] += 1
    yield from (Fact(f"the {count} documents in {folder}", folder) for folder, count in sorted(folders.items()) if count > 1)


def documents_in(paths: Iterable[str]) -> tuple[str, ...]:
    """Texts that are neither prompts nor about the repository: what an agent may look things up in."""
    texts = (path for path in paths if PurePosixPath(path).suffix.lower() in (".md", ".txt", ".html", ".rst"))
    return tuple(path for path in texts if not is_prompt(path) and "/" in path and not NO_PROMPT.match(PurePosixPath(path).name))


def known_from(texts: Mapping[str, str], documents: Iterable[str]) -> Iterator[Known]:
    """Sentences of documents with one figure in them; of several versions of a document the last one's, beside the figure it replaced."""
    paths = tuple(documents)
    older = {versions[-1]: versions[:-1] for versions in versions_of(paths).values()}
    outdated = {path for versions in older.values() for path in versions}
    for path in sorted(set(paths) - outdated):
        before = {gap: figure for old in older.get(path, []) for _, gap, figure in _figures(texts[old])}
        for line, gap, figure in _figures(texts[path]):
            replaced = before.get(gap, "")
            yield Known(_title(path, texts[path]), gap, figure, replaced if replaced != figure else "", f"{path}:{line}")


def _figures(text: str) -> Iterator[tuple[int, str, str]]:
    """Sentences with a single figure: the line, the sentence with a gap, the figure."""
    for number, line in enumerate(text.splitlines(), 1):
        for sentence in re.split(r"(?<=[.!?])\s+", line.strip("-* \t")):
            figures = re.findall(r"(?<![\w.,/-])\d[\d.,]*(?![\w/-])", sentence)
            if len(figures) == 1 and 20 <= len(sentence) <= 160 and not sentence.startswith(("#", "|")):
                figure = figures[0].rstrip(".,")
                yield number, sentence.replace(figure, "...", 1), figure


def _title(path: str, text: str) -> str:
    heading = re.search(r"^#+\s+(.+)$", text, re.MULTILINE)
    return heading[1].strip() if heading else PurePosixPath(path).stem


def versions_of(documents: Iterable[str]) -> dict[str, list[str]]:
    """Documents of which there are several versions, told by a date or number at the end of their names."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(documents):
        if match := VERSIONED.match(PurePosixPath(path).stem):
            found[f"{PurePosixPath(path).parent}/{match[1]}"].append(path)
    return {stem: paths for stem, paths in found.items() if len(paths) > 1}


def _leaves(value: Json, name: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{name}.{key}" if name else key)
    elif not isinstance(value, list):
        yield name, value


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]


def _variable(node: ast.AST) -> str | None:
    """The name of an environment variable that is read here."""
    first: ast.expr | None = None
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("environ"):
        first = node.slice
    elif isinstance(node, ast.Call) and re.search(r"(environ\.get|getenv)$", ast.unparse(node.func)) and node.args:
        first = node.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
