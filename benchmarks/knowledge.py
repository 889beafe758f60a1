"""How well the guides answer: recall and speed over questions with the passages that answer them.

    python -m benchmarks.knowledge [CACHE_FOLDER] [--aside]

A question counts as answered when one of its passages is among the first five. The questions in here have been looked at while the
guides were improved; of the fresh ones in `questions.yaml` one part may be looked at, and the two others are measured by `--aside` alone.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from knowledge.guides import Guides
from knowledge.shelf import called, open_guides

PAIRS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "agent quotes an outdated price list although a newer one exists",
        ("Prefer the version in force", "stale retrieval", "Caches grow stale"),
    ),
    ("cache returns old data after the source changed", ("Caches grow stale", "stale retrieval")),
    ("retriever found nothing and the bot invented an answer", ("nothing retrieved", 'Allow "not in the documents"', "How many passages")),
    ("how many documents should top_k be", ("How many passages", "When to change configuration")),
    ("chunk size cuts tables so rows lose their column names", ("Cut documents at their structure", "right document wrong passage")),
    ("embedding search misses product codes and error numbers", ("Words and meaning together",)),
    ("hallucinated figure not contained in the sources", ("answer not grounded", "Quotes first", 'Allow "not in the documents"')),
    (
        "should the wrong answer be mended in retrieval or in the prompt",
        ("Look at what was retrieved before changing the prompt", "The layer decides"),
    ),
    ("document contains the sentence ignore previous instructions", ("instruction in data", "Retrieved text is data")),
    ("how to format many documents in a long prompt", ("Number and delimit documents", "Long inputs need anchors")),
    ("two rules in the system prompt contradict each other", ("Contradictions cost more than gaps", "conflicting instructions")),
    ("model obeys a rule too literally", ("Literal models need exceptions spelled out", "A forced action needs a way out")),
    (
        "model makes up tool arguments because it must call a tool",
        ("A forced action needs a way out", "Forcing and forbidding a tool", "invented call"),
    ),
    ("put instructions at the beginning or the end of a long context", ("Where instructions stand in a long prompt",)),
    ("the model repeats the few-shot example word for word", ("Examples outweigh rules",)),
    ("does writing IMPORTANT in capitals help", ("Capital letters and threats are a last resort",)),
    ("agent asks for clarification too often", ("Calibrate eagerness", "Asking a person is a step like others")),
    ("migrating a prompt to a newer model", ("Changing model means testing the prompt again",)),
    ("one prompt does classification, research and writing", ("One prompt, one task",)),
    ("the wrong one of two similar tools gets called", ("Say when to use a tool, and when not", "wrong tool")),
    ("tool parameter is passed in the wrong unit", ("Names and parameters carry meaning", "wrong arguments", "wrong unit or locale")),
    ("too many tools offered to the model", ("Few tools, and only those that apply",)),
    ("tool returns a whole HTML page", ("Results are prompts too", "context overflow")),
    ("what should an error message of a tool contain", ("An error must tell the next step",)),
    ("tool_choice any or auto", ("Forcing and forbidding a tool",)),
    ("parallel tool calls are mixed up", ("Parallel calls",)),
    ("agent deletes records without asking", ("Confirm before what cannot be undone", "policy broken")),
    ("agent says booking is confirmed but nothing was booked", ("success claimed without effect", "Confirm before what cannot be undone")),
    ("answer contradicts the tool's output", ("tool result ignored",)),
    ("only the first page of results was used", ("tool result misread", "incomplete answer", "Results are prompts too")),
    (
        "json decode error because of markdown code fence",
        ("Parse tolerantly, validate strictly", "unparsable output", "Parsing what models write"),
    ),
    ("output was cut off by max_tokens", ("Check why the model stopped", "unparsable output")),
    ("schema minimum and maximum are not respected in structured output", ("What schemas do not enforce",)),
    ("how to force valid JSON", ("Let the provider enforce the schema", "Prefilling is no longer portable")),
    ("prefill assistant turn with a brace gives 400", ("Prefilling is no longer portable",)),
    ("extraction fills in plausible values for unknown fields", ("Missing values", "missing or extra field")),
    ("answers are too long and verbose", ("Length and style",)),
    ("amount is shown in dollars although the customer is German", ("Numbers, dates and money", "wrong unit or locale")),
    ("timezone naive datetime compared with aware one", ("wrong unit or locale", "Numbers, dates and money")),
    ("should reasoning come before the answer", ("Separate thinking from answer",)),
    ("model does not know today's date", ("Tell the date and the circumstances",)),
    (
        "conversation too long, early facts are forgotten",
        ("context overflow", "Compact at milestones", "constraint forgotten", "Long inputs need anchors"),
    ),
    ("after summarisation the agent lost the order number", ("lost in summary", "Compact at milestones")),
    ("data of another customer appears in the answer", ("wrong memory", "Scope memory")),
    ("prompt cache is never hit", ("Order for the cache",)),
    ("stack traces fill the context", ("Errors in the context",)),
    ("second agent does not know what the first one found", ("hand off loses context", "What a hand-off carries")),
    ("two agents do the same research", ("work done twice", "Divide without overlap")),
    ("planner writes the coder's code itself", ("role overstepped", "Keep roles apart")),
    ("agent calls the same tool with the same arguments again and again", ("loop without progress", "Limits and ways out")),
    ("identity check is skipped before the refund", ("step skipped", "Let code decide what code can decide")),
    ("agent stops in the middle of the task", ("stopped too early", "Make the plan visible")),
    ("workflow or autonomous agent", ("When a workflow is enough",)),
    ("wait for human approval and continue later", ("Pause and resume", "Asking a person is a step like others")),
    ("which status codes to retry", ("Retry what may pass, and only that", "transient not retried", "permanent retried")),
    ("payment was made twice after a timeout", ("Retry only what is safe to repeat", "half done action")),
    ("API answers 200 with an error text", ("Errors that look like success", "polite failure")),
    ("exception is swallowed and zero is returned", ("failure swallowed", "Unknown is a value")),
    ("KeyError because a field is missing in the input", ("Validate at the border",)),
    ("content filter refuses a harmless request", ("Refusals and filters", "refused without need")),
    ("how to word the message when a task failed", ("Tell the user what happened",)),
    ("llm as judge is unreliable", ("Judges have to be judged",)),
    ("how many runs to compare two prompts", ("Repeat, and count",)),
    ("fix only works for the one failing input", ("Neighbours of the failing case", "No constants from the failing case")),
    ("exact match or model based grading", ("Prefer checks in code", "Judges have to be judged")),
    ("test that the right tools were called in order", ("Check the path, not only the end",)),
    ("which agent is to blame for the failure", ("Where the blame lies",)),
    ("should I change the prompt or the code", ("The layer decides", "When to change the prompt", "Let code decide what code can decide")),
    ("the fix removed a validation to make the test pass", ("Do not trade one failure for another", "Do not change what measures")),
    ("user did not say which of two orders is meant", ("ambiguity guessed",)),
    # in the words of people who do not know the guides; written without a look at them
    (
        "my bot keeps forgetting what the customer told it twenty messages ago",
        ("Keep state as data", "Compact at milestones", "lost in summary", "context overflow", "constraint forgotten", "wrong memory"),
    ),
    ("the agent loops calling the same search over and over", ("loop without progress", "Limits and ways out", "does not stop")),
    (
        "how do I stop the sub-agent from losing the original goal when work is delegated",
        ("What a hand-off carries", "hand off loses context"),
    ),
    (
        "what to do when an API times out in the middle of a tool call",
        ("Time limits at every call", "Retry what may pass, and only that", "transient not retried", "Retry only what is safe to repeat"),
    ),
    (
        "the evaluation passes but users still complain",
        (
            "verified the wrong thing",
            "Check the path, not only the end",
            "Neighbours of the failing case",
            "A scenario per failure",
            "Judges have to be judged",
        ),
    ),
    ("an LLM grading answers prefers the longer one", ("Judges have to be judged",)),
    (
        "the response should be machine readable but sometimes there is chatter before it",
        ("Parse tolerantly, validate strictly", "Let the provider enforce the schema", "unparsable output", "Parsing what models write"),
    ),
    ("should I give the model a persona", ("Say what to do, where, and when it is done", "Keep roles apart", "Length and style")),
    ("temperature and sampling for reproducible results", ("When to change configuration", "Repeat, and count")),
    (
        "the model answers in English when the user writes German",
        ("wrong unit or locale", "Tell the date and the circumstances", "constraint forgotten"),
    ),
    ("dates come out in American order", ("Numbers, dates and money", "wrong unit or locale")),
    (
        "the agent stops halfway and says it is done",
        ("stopped too early", "incomplete answer", "half done action", "success claimed without effect"),
    ),
    ("two agents wait for each other", ("Limits and ways out", "input from peer ignored", "Divide without overlap", "does not stop")),
    (
        "how many test cases do I need before I trust a change",
        ("Repeat, and count", "Neighbours of the failing case", "A scenario per failure"),
    ),
    (
        "user pastes an email that tells the assistant to forward all contacts",
        ("instruction in data", "Separate the data from the instructions", "Retrieved text is data"),
    ),
    ("numbers are added up wrong by the model", ("Let code decide what code can decide", "Numbers, dates and money")),
    ("retry makes the payment happen twice", ("Retry only what is safe to repeat", "work done twice")),
    ("the assistant refuses harmless requests", ("refused without need", "Refusals and filters")),
    ("the search finds the right document but the agent quotes the wrong paragraph", ("right document wrong passage", "Quotes first")),
    ("when should the agent hand over to a human", ("Asking a person is a step like others",)),
    ("the model keeps apologising instead of fixing the problem", ("polite failure", "loop without progress", "permanent retried")),
    (
        "our prompt has grown to four pages, what can go",
        ("Everything in the window competes", "One prompt, one task", "Contradictions cost more than gaps"),
    ),
    ("where do I put today's date so the agent knows it", ("Tell the date and the circumstances", "Order for the cache")),
    ("the bot promised a refund although nothing was executed", ("success claimed without effect", "Confirm before what cannot be undone")),
    (
        "how can I be sure a new prompt did not make other cases worse",
        (
            "Do not trade one failure for another",
            "Repeat, and count",
            "Changing model means testing the prompt again",
            "A scenario per failure",
        ),
    ),
    (
        "the lookup function gives back 500 rows and the model gets confused",
        ("Results are prompts too", "context overflow", "Everything in the window competes"),
    ),
    (
        "after a long conversation early instructions are ignored",
        (
            "constraint forgotten",
            "Long inputs need anchors",
            "Where instructions stand in a long prompt",
            "Compact at milestones",
            "lost in summary",
        ),
    ),
    ("two workers research the same topic", ("work done twice", "Divide without overlap")),
    ("the agent used inches where the customer uses centimetres", ("wrong unit or locale", "Numbers, dates and money")),
    ("the job was killed and has to start over from the beginning", ("Pause and resume", "half done action", "Keep state as data")),
    ("the service answers 200 but the body says error", ("Errors that look like success", "failure swallowed")),
    ("why does the assistant call a function that does not exist", ("invented call", "Few tools, and only those that apply")),
    (
        "an optional field comes back as the string None",
        ("Missing values", "missing or extra field", "What schemas do not enforce", "Unknown is a value"),
    ),
    ("which model output should I not show to the user", ("Separate thinking from answer", "Tell the user what happened")),
    ("the critic agent rewrites the code instead of reviewing it", ("role overstepped", "Keep roles apart")),
    (
        "the agent never asks when the request could mean two things",
        ("ambiguity guessed", "Asking a person is a step like others", "Calibrate eagerness"),
    ),
    (
        "answer mentions a policy from a different country",
        ("wrong memory", "stale retrieval", "right document wrong passage", "Prefer the version in force", "answer not grounded"),
    ),
    ("should I hard-code the expected value to make the test pass", ("No constants from the failing case",)),
    ("is it a bug in the tool or in the prompt", ("The layer decides", "Where the blame lies", "Mend the cause where it arises")),
    ("cut-off JSON at the end of the reply", ("Check why the model stopped", "unparsable output", "Parse tolerantly, validate strictly")),
)


def fresh() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """The fresh questions with their passages: `development`, which may be looked at, and the rest."""
    data = yaml.safe_load(Path(__file__).with_name("questions.yaml").read_text("utf-8"))
    return {part: [(pair["ask"], tuple(pair["answered_by"])) for pair in pairs] for part, pairs in data.items()}


def main(folder: Path, aside: bool) -> None:
    start = time.perf_counter()
    guides = open_guides(folder)
    guides.search("warm up", 5)
    print(f"open and first query: {time.perf_counter() - start:.2f} s; passages: {guides.index.count()}")
    _measure(guides, "known questions", PAIRS, True)
    asked = fresh()
    _measure(guides, "fresh questions, development", asked["development"], True)
    _measure(guides, "sentences of strangers, looked at", asked["looked_at"], True)
    if aside:
        _measure(guides, "fresh questions, set aside", asked["aside"], False)
        _measure(guides, "sentences of strangers", asked["strangers"], False)


def _measure(guides: Guides, name: str, pairs: Sequence[tuple[str, tuple[str, ...]]], telling: bool) -> None:
    """Recall, rank and speed; the misses by name where one may learn from them."""
    found, reciprocal, times = 0, 0.0, []
    for question, expected in pairs:
        start = time.perf_counter()
        titles = [called(passage) for passage in guides.search(question, 10)]
        times.append(1000 * (time.perf_counter() - start))
        rank = next((rank for rank, title in enumerate(titles) if title in expected), None)
        found += rank is not None and rank < 5
        reciprocal += 0 if rank is None else 1 / (rank + 1)
        if telling and (rank is None or rank >= 5):
            print(f"  missed: {question}\n          wanted {expected[0]!r}, got {titles[:5]}")
    print(f"{name}: recall at 5 {found}/{len(pairs)} ({found / len(pairs):.3f}), mean reciprocal rank at 10 {reciprocal / len(pairs):.3f}")
    print(f"  query, warm: median {statistics.median(times):.1f} ms, slowest {max(times):.1f} ms")


if __name__ == "__main__":
    folders = [argument for argument in sys.argv[1:] if argument != "--aside"]
    with tempfile.TemporaryDirectory() as scratch:
        main(Path(folders[0] if folders else scratch), "--aside" in sys.argv)
