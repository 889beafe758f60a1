"""Chat transcripts, of one agent or many, into Traces: one message is one span, and its place in the chat is its step."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from adapters import messages, notation
from adapters.gather import Gathering
from adapters.trace import Json, Kind, Message, Span, Status, ToolCall, Trace

CHATS = (
    *("messages", "history", "traj", "trajectory", "conversation", "conversations", "chat_history"),
    *("turns", "dialogue", "transcript", "chat"),
)
TASKS = ("question", "task", "query", "problem_statement", "instruction", "goal")
IDS = ("trace_id", "run_id", "conversation_id", "thread_id", "session_id")
LABELS = frozenset(
    {"ground_truth", "is_correct", "is_corrected", "label", "labels", "annotation", "annotations", "failures", "failure_category"}
    | {"root_cause", "reference", "reference_answer", "reference_outputs", "expected", "answer_key", "final_answer_gt", "reward_info"}
)
"""Keys that tell the answer, or what went wrong. Whoever diagnoses a trace must not see them."""
CITED = frozenset({"annotation", "annotations"})
"""In a message these are citations."""
LABEL_STARTS = ("mistake_", "expected_", "gold_", "gt_", "ground_truth_", "label_")
SOLUTION = frozenset({"actions", "outputs"})
"""What tau-bench calls the calls and outputs that were expected; they stand in `info.task`."""
TOOLS = frozenset({"tool", "function"})
USERS = frozenset({"user", "human"})
ASIDE = frozenset({"role", "from", "content", "value", "name", "tool_calls", "tool_call_id", "function_call", "parts"})


def recognises(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object holds a chat."""
    return bool(_chat_of(value))


def read(value: Mapping[str, Json], gathering: Gathering, where: str) -> None:
    """One recorded run: a chat, and what stands beside it."""
    key = _chat_of(value)
    chat = value[key]
    left_out: list[str] = []
    beside = _without_labels({name: inner for name, inner in value.items() if name != key}, left_out)
    turns = [_without_labels(turn, left_out, "message.") for turn in chat if isinstance(turn, dict)] if isinstance(chat, list) else []
    if left_out:
        names = ", ".join(dict.fromkeys(left_out))
        gathering.left_out.add(where, f"labels that tell the answer are kept out of the trace: {names}")
    gathering.trace(_trace(turns, beside), where)


def read_chat(value: list[Json], gathering: Gathering, where: str) -> None:
    """A chat that stands alone."""
    read({"messages": value}, gathering, where)


def _chat_of(value: Mapping[str, Json]) -> str:
    return next((key for key in CHATS if messages.are_messages(value.get(key))), "")


def _without_labels(value: Mapping[str, Json], left_out: list[str], above: str = "") -> dict[str, Json]:
    kept: dict[str, Json] = {}
    for key, inner in value.items():
        if _is_label(key, above):
            left_out.append(above + key)
        elif isinstance(inner, dict) and (key, above) in (("info", ""), ("task", "info."), ("metadata", "")):
            kept[key] = _without_labels(inner, left_out, f"{above}{key}.")
        else:
            kept[key] = inner
    return kept


def _is_label(key: str, above: str) -> bool:
    name = key.lower()
    if above == "message." and name in CITED:
        return False
    return name in LABELS or name.startswith(LABEL_STARTS) or (above == "info.task." and key in SOLUTION)


def _trace(turns: list[dict[str, Json]], beside: dict[str, Json]) -> Trace:
    identity = next((notation.word(beside[key]) for key in IDS if notation.word(beside.get(key))), "")
    whole: Json = [[*turns], beside]
    named = next((key for key in IDS if beside.get(key) == identity), "") if identity else ""
    spans = _spans(turns)
    asked = next((inner for key in TASKS if isinstance(inner := beside.get(key), str) and inner), "")
    opening = spans[0].output if _role(spans[0]) != "system" else ""
    first = next((span.output for span in spans if _role(span) in USERS), opening)
    return Trace(
        id=identity or hashlib.sha256(notation.canonical(whole)).hexdigest()[:32],
        spans=spans,
        name=notation.word(beside.get("name")) or notation.word(beside.get("title")),
        task=asked or first,
        attributes={key: inner for key, inner in beside.items() if key not in (named, "name", "title")},
    )


def _spans(turns: list[dict[str, Json]]) -> tuple[Span, ...]:
    calls: dict[str, tuple[str, str, ToolCall]] = {}
    """Call id -> the span that asked, its agent, and the call."""
    made: list[Span] = []
    for step, turn in enumerate(turns):
        span = _span(f"m{step}", turn, calls)
        made.append(span)
        for call in span.output_messages[0].tool_calls:
            calls[call.id or call.name] = (span.id, span.agent, call)
    return tuple(made)


def _span(identity: str, turn: Mapping[str, Json], calls: Mapping[str, tuple[str, str, ToolCall]]) -> Span:
    read_turn = messages.read(turn)
    message = read_turn.message
    role = _recorded_role(turn) or message.role
    if message.role in TOOLS or _only_results(turn):
        return _result(identity, turn, message, role, calls.get(message.tool_call_id or message.name), whole=read_turn.whole)
    speaker = message.name or role
    return Span(
        id=identity,
        name=speaker,
        kind=Kind.MESSAGE,
        agent=speaker,
        output=message.content,
        output_messages=(message,),
        attributes=_rest(turn, role, whole=read_turn.whole),
    )


def _result(
    identity: str, turn: Mapping[str, Json], message: Message, role: str, asked: tuple[str, str, ToolCall] | None, *, whole: bool
) -> Span:
    """What a tool gave back, below the message that called it."""
    above, agent, call = asked or (None, "", None)
    tool = message.name or (call.name if call else "")
    failed = any(isinstance(part, dict) and part.get("is_error") is True for part in _parts(turn)) or turn.get("status") == "error"
    return Span(
        id=identity,
        name=tool or role,
        kind=Kind.TOOL,
        parent_id=above,
        agent=agent,
        tool=tool,
        status=Status.ERROR if failed else Status.UNSET,
        input=call.arguments if call else "",
        output=message.content,
        output_messages=(message,),
        attributes=_rest(turn, role, whole=whole),
    )


def _recorded_role(turn: Mapping[str, Json]) -> str:
    return notation.word(turn.get("role")) or notation.word(turn.get("from"))


def _rest(turn: Mapping[str, Json], role: str, *, whole: bool) -> dict[str, Json]:
    """The role, and whatever of the message has no field."""
    rest: dict[str, Json] = {"role": role}
    rest.update({key: value for key, value in turn.items() if key not in ASIDE and value not in (None, "", [], {})})
    for key in ("content", "parts", "kwargs"):
        if not whole and isinstance(turn.get(key), list | dict):
            rest[key] = turn[key]
    return rest


def _parts(turn: Mapping[str, Json]) -> list[Json]:
    parts = turn.get("content")
    return parts if isinstance(parts, list) else []


def _only_results(turn: Mapping[str, Json]) -> bool:
    """Whether a user's message does nothing but hand over tool results, as Anthropic has it."""
    parts = _parts(turn)
    return bool(parts) and all(isinstance(part, dict) and part.get("type") in messages.RESULT for part in parts)


def _role(span: Span) -> str:
    return notation.word(span.attributes.get("role")).lower()
