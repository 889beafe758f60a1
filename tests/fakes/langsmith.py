"""A LangSmith on loopback: its two query APIs as the SDK's types and the service's rules have them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from adapters.trace import Json
from tests.fakes.loopback import Answer, Asked, Loopback, given, said

__all__ = ["KEY", "NEW", "OLD", "PROJECT", "PROJECTS", "PROJECT_ID", "Answer", "FakeLangSmith", "identity", "run", "said"]

KEY = "lsv2_pt_0123456789abcdef_fedcba9876"
PROJECT, PROJECT_ID = "billing-prod", "5f0a5f3e-8b1c-4c58-9d50-0d8a11e4b001"
NEW, OLD, PROJECTS = "/api/v2/runs/query", "/api/v1/runs/query", "/api/v1/sessions"
FAILED = 'or(eq(status, "error"), lte(feedback_score, 0))'


def run(number: int, trace: int, parent: int | None = None, error: str | None = None, **more: Json) -> dict[str, Json]:
    """A run as the new API has it; a trace's number is that of its root, and one begins a second after the other."""
    at = _time(number)
    order = ".".join(f"{_time(each):%Y%m%dT%H%M%S}000000Z{identity(each)}" for each in dict.fromkeys((trace, number)))
    made: dict[str, Json] = {
        "id": identity(number),
        "name": "desk" if parent is None else "look_up",
        "run_type": "CHAIN" if parent is None else "TOOL",
        "status": "ERROR" if error else "SUCCESS",
        "start_time": at.isoformat(),
        "end_time": (at + timedelta(seconds=0.5)).isoformat(),
        "inputs": {"question": f"What does plan {number} cost?"},
        "outputs": {"output": f"{number} EUR"},
        "error": error,
        "is_root": parent is None,
        "trace_id": identity(trace),
        "parent_run_ids": [] if parent is None else [identity(trace)],
        "dotted_order": order,
        "project_id": PROJECT_ID,
        "extra": {"runtime": {"sdk": "langsmith-py"}},
        "metadata": {"agent_name": "desk"},
        "tags": ["billing"],
        "prompt_token_details": {"raw": {"cache_read": 3}},
    }
    return made | more


def _time(number: int) -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2) + timedelta(seconds=number)


def identity(number: int) -> str:
    return str(UUID(int=0x019C5E97DBF170138C8C000000000000 + number))


class FakeLangSmith(Loopback):
    """Answers from its runs."""

    def __init__(self, *runs: Json, new: bool = True) -> None:
        super().__init__()
        self.runs = list(runs)
        self.new = new
        self._index: dict[object, list[Json]] = {}
        self._indexed = -1

    def reply(self, asked: Asked) -> Answer:
        if given(asked, "x-api-key") != KEY:
            return said({"detail": f"Invalid token {KEY[:5]}...{KEY[-2:]}"}, 401)
        if (asked.method, asked.path) == ("GET", PROJECTS):
            return said(
                [{"id": PROJECT_ID, "tenant_id": identity(0), "name": PROJECT}] if asked.words.get("name", PROJECT) == PROJECT else []
            )
        if (asked.method, asked.path) == ("POST", NEW) and self.new:
            return self._new(asked.words)
        if (asked.method, asked.path) == ("POST", OLD):
            return self._old(asked.words)
        return said({"detail": "Not Found"}, 404)

    def _new(self, words: dict[str, Json]) -> Answer:
        size, projects = words.get("page_size", 100), words.get("project_ids")
        if not isinstance(size, int) or not 1 <= size <= 1000 or projects != [PROJECT_ID]:
            return said({"detail": "invalid"}, 422)
        day_ago = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        found = self._matching(words, str(words.get("min_start_time", day_ago)), words.get("trace_id"))
        selects = words.get("selects", ["ID"])
        names = {str(name).lower() for name in selects} if isinstance(selects, list) else set()
        page, cursor = _cut(found, size, words)
        items: list[Json] = [_only(each, names) for each in page]
        return said({"items": items, "next_cursor": cursor})

    def _old(self, words: dict[str, Json]) -> Answer:
        size = words.get("limit", 100)
        if not isinstance(size, int) or size > 100 or words.get("session") != [PROJECT_ID]:
            return said({"detail": "Limit exceeds maximum allowed value of 100"}, 400)
        found = self._matching(words, str(words.get("start_time", "")), words.get("trace"))
        selects = words.get("select")
        names = {str(name) for name in selects} if isinstance(selects, list) else set()
        page, cursor = _cut(found, size, words)
        items: list[Json] = [_only(_of_old(each), names) for each in page]
        return said({"runs": items, "cursors": {"next": cursor}})

    def _matching(self, words: dict[str, Json], since: str, trace: Json) -> list[Json]:
        known = self._of(trace) if trace is not None else self.runs
        if words.get("tree_filter") != FAILED and trace is not None:
            return sorted(
                (each for each in known if not isinstance(each, dict) or str(each.get("start_time", "9")) >= since),
                key=_start,
                reverse=True,
            )
        bad = {each.get("trace_id") for each in self.runs if isinstance(each, dict) and _is_bad(each)}

        def wanted(each: Json) -> bool:
            if not isinstance(each, dict):
                return True
            return (
                str(each.get("start_time", "9")) >= since
                and trace in (None, each.get("trace_id"))
                and (not words.get("is_root") or each.get("is_root") is True)
                and (words.get("tree_filter") != FAILED or each.get("trace_id") in bad)
            )

        return sorted((each for each in self.runs if wanted(each)), key=_start, reverse=True)

    def _of(self, trace: Json) -> list[Json]:
        """The runs of a trace, so that a server with many is not slow; a run that is none of any is in all."""
        if len(self.runs) != self._indexed:
            index: dict[object, list[Json]] = {}
            for each in self.runs:
                index.setdefault(each.get("trace_id") if isinstance(each, dict) else None, []).append(each)
            self._index, self._indexed = index, len(self.runs)  # at once: others are asking
        return [*self._index.get(trace, ()), *self._index.get(None, ())]


def _is_bad(each: dict[str, Json]) -> bool:
    stats = each.get("feedback_stats")
    scores = [held.get("avg") for held in stats.values() if isinstance(held, dict)] if isinstance(stats, dict) else []
    return each.get("status") == "ERROR" or any(isinstance(score, int | float) and score <= 0 for score in scores)


def _start(each: Json) -> str:
    return str(each.get("start_time", "")) if isinstance(each, dict) else ""


def _cut(found: list[Json], size: int, words: dict[str, Json]) -> tuple[list[Json], str | None]:
    at = int(str(words.get("cursor", "at-0")).removeprefix("at-"))
    return found[at : at + size], f"at-{at + size}" if at + size < len(found) else None


def _only(each: Json, names: set[str]) -> Json:
    return {key: value for key, value in each.items() if key in names | {"id"}} if isinstance(each, dict) else each


def _of_old(each: Json) -> Json:
    """The same run as the old API has it."""
    if not isinstance(each, dict):
        return each
    made = dict(each)
    made["session_id"] = made.pop("project_id", None)
    parents = made.get("parent_run_ids")
    made["parent_run_id"] = parents[-1] if isinstance(parents, list) and parents else None
    extra = made.get("extra")
    made["extra"] = {**(extra if isinstance(extra, dict) else {}), "metadata": made.pop("metadata", None)}
    return made | {key: str(made[key]).lower() for key in ("run_type", "status") if key in made}
