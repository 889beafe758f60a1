"""What a theorist may look up in a repository, instead of getting all of it: files, definitions, who uses what, a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from adapters.trace import Json
from refinery.agents.prompting import fenced
from refinery.edits.codemap import CodeMap
from refinery.llm.port import Tool, ToolResult, ToolUse

PAGE = 220
"""Lines of one answer."""
WIDEST = 400
HITS = 40
NAMED = 200


def _tool(name: str, says: str, /, **properties: Json) -> Tool:
    return Tool(name, says, {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False})


TEXT: Json = {"type": "string"}
TOOLS = (
    _tool("files", f"Names the files that can be read, at most {NAMED}; `within` is a beginning of their path, or empty.", within=TEXT),
    _tool("read", f"The text of a file, {PAGE} lines from a line on (1 is the first).", path=TEXT, line={"type": "integer"}),
    _tool("symbols", "What a Python file defines: classes, functions, constants, with their lines.", path=TEXT),
    _tool("uses", f"Where a function, attribute, key or setting is used, by its bare name: the first {HITS} places.", name=TEXT),
    _tool("related", "The files that a file imports, that import it, and that name it or are named by it.", path=TEXT),
    _tool("search", f"Where a text stands in the files, without regard to case: the first {HITS} lines.", text=TEXT),
)


@dataclass(frozen=True, slots=True)
class LookAround:
    """Answers a model's calls about the files it may see."""

    code: CodeMap

    def __call__(self, call: ToolUse) -> ToolResult:
        """The answer to one call; one that makes no sense is told what would."""
        answers: Mapping[str, Callable[[Mapping[str, Json]], str]] = {
            "files": self._files,
            "read": self._read,
            "symbols": self._symbols,
            "uses": self._uses,
            "related": self._related,
            "search": self._search,
        }
        try:
            answer = answers[call.name]
        except KeyError:
            return ToolResult(call.id, f"there is no tool {call.name[:40]!r}; there are {', '.join(answers)}", failed=True)
        try:
            return ToolResult(call.id, answer(call.arguments))
        except ValueError as error:
            return ToolResult(call.id, str(error), failed=True)

    def _files(self, given: Mapping[str, Json]) -> str:
        within = _text(given, "within")
        found = [f"{path} ({text.count(chr(10)) + 1} lines)" for path, text in sorted(self.code.sources.items()) if path.startswith(within)]
        return _listed("files", found, NAMED, "no file's path begins so")

    def _read(self, given: Mapping[str, Json]) -> str:
        path = self._path(given)
        line = given.get("line")
        if not isinstance(line, int) or line < 1:
            raise ValueError("`line` is a number from 1 on")
        lines = self.code.sources[path].splitlines(keepends=True)
        part = lines[line - 1 : line - 1 + PAGE]
        if not part:
            raise ValueError(f"{path} has {len(lines)} lines")
        left = len(lines) - (line - 1) - len(part)
        more = f"\n({left} more lines; read on from line {line + len(part)})" if left else ""
        return fenced(f"{path}, from line {line}", "".join(part)) + more

    def _symbols(self, given: Mapping[str, Json]) -> str:
        path = self._path(given)
        found = [f"{each.first}-{each.last}: {each.kind} {each.name}" for each in self.code.symbols(path)]
        return _listed(f"definitions of {path}", found, NAMED, "it defines nothing, or is no Python")

    def _uses(self, given: Mapping[str, Json]) -> str:
        name = _text(given, "name")
        found = [f"{use.path}:{use.line}{f' in {use.within}' if use.within else ''}: {use.text}" for use in self.code.uses(name)]
        return _listed(f"uses of {name}", found, HITS, "no Python file uses that name; search for it as a text")

    def _related(self, given: Mapping[str, Json]) -> str:
        path = self._path(given)
        kinds = (
            ("it imports", self.code.imports(path)),
            ("it is imported by", self.code.importers(path)),
            ("names it, or is named by it:", self.code.named(path)),
        )
        found = [f"{kind} {other}" for kind, paths in kinds for other in sorted(paths)]
        return _listed(f"files related to {path}", found, NAMED, "no other file has to do with it")

    def _search(self, given: Mapping[str, Json]) -> str:
        wanted = _text(given, "text").lower()
        if not wanted.strip():
            raise ValueError("`text` is empty")
        found = (
            f"{path}:{number}: {line.strip()[:WIDEST]}"
            for path, text in sorted(self.code.sources.items())
            for number, line in enumerate(text.splitlines(), 1)
            if wanted in line.lower()
        )
        return _listed("lines with that text", found, HITS, "it stands nowhere")

    def _path(self, given: Mapping[str, Json]) -> str:
        path = _text(given, "path").removeprefix("./")
        if path not in self.code.sources:
            near = [other for other in self.code.sources if other.endswith(path.rpartition("/")[2])][:5]
            raise ValueError(f"there is no file {path[:120]!r} to read" + (f"; there are {', '.join(near)}" if near else ""))
        return path


def _text(given: Mapping[str, Json], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is a text")
    return value


def _listed(what: str, found: Iterable[str], most: int, none: str) -> str:
    rows = list(found)
    if not rows:
        return none
    more = f"\n({len(rows) - most} more are not named)" if len(rows) > most else ""
    return fenced(what, "\n".join(rows[:most])) + more
