"""What a theorist may look up beside the files: the steps of the run, whole, and what guides say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from adapters.trace import Json, Trace
from knowledge.errors import KnowledgeError
from knowledge.passage import Passage
from refinery.agents.lookaround import LookAround
from refinery.agents.lookup import TOOLS as LOOKUPS
from refinery.agents.lookup import Lookup
from refinery.agents.prompting import fenced
from refinery.llm.port import Tool, ToolResult, ToolUse

Search = Callable[[str], Sequence[Passage]]
GUIDES = Tool(
    "guides",
    "The passages of guides on prompts, tools, retrieval and failures that answer a question best. What you lean on is cited by its id.",
    {"type": "object", "properties": {"question": {"type": "string"}}, "required": ["question"], "additionalProperties": False},
)
_READS = {"steps": "steps", "step": "read"}
"""Our names for look-ups of the run: `read` is for files here."""
RUN = tuple(replace(tool, name=own) for own, named in _READS.items() for tool in LOOKUPS if tool.name == named)
"""For runs that could not be shown whole."""


@dataclass(frozen=True, slots=True)
class Background:
    """Answers a model's calls about files, run and guides."""

    files: LookAround
    trace: Trace | None
    search: Search
    found: dict[str, Passage] = field(default_factory=dict)
    """Passages that were found, by id: what may be cited."""

    def __call__(self, call: ToolUse) -> ToolResult:
        """The answer to one call; one that makes no sense is told what would."""
        if call.name == GUIDES.name:
            return self._guides(call)
        if call.name not in _READS:
            return self.files(call)
        if self.trace is None:
            return ToolResult(call.id, "there is no record of the run", failed=True)
        return Lookup(self.trace, ())(replace(call, name=_READS[call.name]))

    def _guides(self, call: ToolUse) -> ToolResult:
        question: Json = call.arguments.get("question")
        if not isinstance(question, str) or not question.strip():
            return ToolResult(call.id, "`question` is a text", failed=True)
        try:
            passages = self.search(question)
        except KnowledgeError as error:
            return ToolResult(call.id, f"the guides cannot be searched: {error}", failed=True)
        self.found.update({passage.id: passage for passage in passages})
        return ToolResult(call.id, "\n\n".join(map(told, passages)) or "the guides say nothing about it")


def told(passage: Passage) -> str:
    """A passage for a prompt, with the id by which it is cited."""
    return fenced(f"advice {passage.id}", f"{passage.title}\n{passage.text}")
