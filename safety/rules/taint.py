"""The rule `taint`: text from a trace, or from anybody else, must not become an instruction to the agent or to its judges."""
# ruff: noqa: E501  a pattern is not wrapped: it would read worse in pieces

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from safety.changes import FileChange
from safety.globs import matches_any
from safety.guard import Case
from safety.rules.added import Line, added, removed
from safety.rules.concepts import harm_in, sentences
from safety.rules.kinds import Kind, is_prompt, kind_of
from safety.rules.lookalikes import skeleton
from safety.rules.python_source import nodes_like, python_of
from safety.rules.readings import views, visible
from safety.rules.signs import CONDITION, DEFENDS, REFUSES, SIGNS, Sign
from safety.rules.size import is_binary
from safety.verdict import Effect, Finding

BLOCK, ASK = Effect.BLOCK, Effect.NEEDS_APPROVAL
SHINGLE = 8
"""So many words in a row that stand in a trace too were taken from it."""


_SAFETY = re.compile(
    r"\b(?:never|do not|don't|must not|mustn't|should not|not allowed|cannot|may not|refuse|decline|only (?:after|if|when|with|for)|always (?:ask|confirm|verify|check)|ask for (?:confirmation|permission|approval)|confirm(?:ation)?\b|verify|approval|escalate|human|privacy|confidential|personal data|internal|policy|forbidden|prohibited|must be (?:verified|approved|confirmed)|limit|at most)\b",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?|ftp|wss?)://[^\s)>\]\"'`]+|\bwww\.[^\s)>\]\"'`]+", re.IGNORECASE)
_PEOPLE = (
    (re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,6}\b"), "an e-mail address"),
    (
        re.compile(
            r"(?<![\w.])\+\d{1,3}[\s.-]?\(?\d{2,4}\)?(?:[\s.-]?\d{2,4}){2,4}(?!\w)|(?<![\w.-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\w-])"
        ),
        "a telephone number",
    ),
    (
        re.compile(r"\b\d{3}-\d{2}-\d{4}\b|\b(?:PESEL|SSN|NIN|BSN|NIP|CPF|personnummer)\W{0,3}[\d.-]{8,14}\b", re.IGNORECASE),
        "an identity number",
    ),
    (re.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b"), "a bank account"),
)
_CARD = re.compile(r"(?<![\d.-])(?:\d[ -]?){13,19}(?![\d.-])")
_QUOTES_ATTACKS = re.compile(
    r"(?i)(?:inject|attack|jailbreak|block|deny|forbid|suspicious|malicious|pattern|phrases|blocklist|detect|guard|filter|refus|red_?team|adversar)"
)


def taint(case: Case) -> Iterator[Finding]:
    """Says which new text commands where it should inform, where it came from, and which safety sentence is gone."""
    traces = {span: _shingles(text) for span, text in case.around.trace_texts.items()}
    for change in case.readable():
        if change.after == change.before or is_binary(change.after or ""):
            continue
        if change.created and matches_any(change.path, (*case.policy.judge_globs, *case.policy.test_globs)):
            continue  # a new scenario or test quotes the trace on purpose, and instructs nobody
        lines = added(change)
        prompt = is_prompt(change.path)
        yield from _signs(change, lines, prompt)
        yield from _concepts(change, lines, prompt)
        yield from _lifted(change, lines, traces, prompt)
        if prompt:
            yield from _addresses(change, lines)
            yield from _people(change, lines)
            yield from _safety_gone(change, lines)


def _signs(change: FileChange, lines: list[Line], prompt: bool) -> Iterator[Finding]:
    kind = kind_of(change.path, change.after)
    told = kind in (Kind.PYTHON, Kind.NOTEBOOK, Kind.SCRIPT, Kind.YAML, Kind.JSON, Kind.TOML, Kind.PROSE, Kind.JINJA, Kind.INI) or prompt
    if not told:
        return
    texts = [visible(line.text) for line in lines]
    live = _live(texts)
    apart = _docstrings(change) if kind in (Kind.PYTHON, Kind.NOTEBOOK) else frozenset()
    for number, text, hidden in views(lines, texts, live):
        if not hidden and not prompt and not _speaks(kind, text):
            continue
        signs = SIGNS if hidden else live
        if _defensive(change, text, kind, signs):
            continue
        for sign in signs:
            match = sign.pattern.search(text)
            if match is None or not (hidden or prompt or sign.everywhere or _in_a_prompt(kind, text, number, apart)):
                continue
            where = "in hidden or encoded text, " if hidden else ""
            effect = BLOCK if hidden else sign.effect
            yield Finding("taint", change.path, number, f"{where}`{match.group().strip()[:60]}` {sign.says}", effect)
            break
        else:
            if hidden and (prompt or kind is Kind.PROSE) and len(re.findall(r"[A-Za-z]{2,}", text)) >= 4:
                yield Finding("taint", change.path, number, f"encoded text is put into a prompt; it reads `{text[:60]}`", BLOCK)


def _live(texts: list[str]) -> tuple[Sign, ...]:
    """The signs that are met at all in the new lines, each alone or run together; the others need not be looked for."""
    apart, together = "\n".join(texts), " ".join(text.strip(" \\\"'+#*>-") for text in texts)
    return tuple(sign for sign in SIGNS if sign.pattern.search(apart) or sign.pattern.search(together))


def _concepts(change: FileChange, lines: list[Line], prompt: bool) -> Iterator[Finding]:
    """Sentences that do harm by what they bring together, in any language; in code only where a text speaks to the agent."""
    kind = kind_of(change.path, change.after)
    spoken = prompt or kind in (Kind.PYTHON, Kind.SCRIPT, Kind.YAML, Kind.JSON, Kind.TOML)
    if not spoken or _QUOTES_ATTACKS.search(change.path):
        return
    for line in lines:
        text = visible(line.text)
        if not prompt and not re.search(r"(?i)prompt|instruct|system|\byou\b|description", text):
            continue
        for sentence in sentences(text):
            harm = harm_in(sentence)
            if harm:
                yield Finding("taint", change.path, line.number, f"`{sentence[:60]}` {harm[0]}", harm[1])
                break


def _docstrings(change: FileChange) -> frozenset[int]:
    """The lines of docstrings, which describe code and speak to nobody."""
    found: set[int] = set()
    for node in nodes_like(python_of(change.path, change.after) or "", ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        body = getattr(node, "body", [])
        if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str):
            found |= set(range(body[0].lineno, (body[0].end_lineno or body[0].lineno) + 1))
    return frozenset(found)


def _in_a_prompt(kind: Kind, text: str, number: int, docstrings: frozenset[int]) -> bool:
    """Whether a line of a file that is no prompt may still be read by a model: a text in code or in settings."""
    if kind in (Kind.PROSE, Kind.JINJA):
        return False
    if number in docstrings or text.lstrip().startswith(("#", "//", "*", "/*")):
        return False
    return not re.search(r"\b(?:log(?:ger|ging)?|print|warn\w*|raise|help|console)\b", text)


_NEGATIVE = ("has the agent act behind somebody's back", "has the agent act without asking", "tells the agent to forget its instructions")
"""What is itself said with a "not"."""


def _defensive(change: FileChange, text: str, kind: Kind, signs: tuple[Sign, ...]) -> bool:
    """Whether a sentence forbids or refuses what it names, or lists it to be found."""
    for sign in signs:
        match = sign.pattern.search(text)
        if match is None:
            continue
        head = re.split(r"[.!?;:](?:\s|$)", text[: match.start()])[-1] + ("" if sign.says in _NEGATIVE else match.group()[:16])
        forbidden = DEFENDS.search(head) is not None and "nothing" not in match.group()
        tail = text[match.end() :]
        refused = CONDITION.search(text[: match.end()]) is not None and REFUSES.search(tail) is not None
        listed = kind in (Kind.PYTHON, Kind.SCRIPT, Kind.YAML, Kind.JSON, Kind.TOML) and (
            re.search(r"\(\?|\\b|\\s|re\.compile", text) is not None or _QUOTES_ATTACKS.search(change.path) is not None
        )
        if not (forbidden or refused or listed):
            return False
        if sign.says.startswith(("imitates", "has the agent load")):
            return False
    return any(sign.pattern.search(text) for sign in signs)


def _speaks(kind: Kind, text: str) -> bool:
    """Whether a line outside prompts holds sentences: prose, a comment, or a string of some length."""
    if kind in (Kind.PROSE, Kind.JINJA):
        return True
    if kind in (Kind.PYTHON, Kind.SCRIPT, Kind.NOTEBOOK):
        return re.search(r"#|//|[\"'`]|^\s*[A-Z][\w ,']{20,}", text) is not None and len(text.split()) >= 4
    return len(text.split()) >= 4


class _Shingles:
    """The runs of words of one text of a trace."""

    def __init__(self, text: str) -> None:
        words = _words(text)
        self.runs = {tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)}
        self.whole = words
        self.orders = [
            stems for sentence in re.split(r"[.!?\n]+", text) if _COMMANDS.search(sentence.strip()) and len(stems := _stems(sentence)) >= 4
        ]
        self.urls = {url.rstrip(".,") for url in _URL.findall(text)}


@lru_cache(maxsize=64)
def _shingles(text: str) -> _Shingles:
    """Kept for the next candidate of a search, which is held against the same texts."""
    return _Shingles(text)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", skeleton(visible(text)).casefold().replace("_", " "))


_COMMANDS = re.compile(
    r"(?i)(?:^|[.!?:;,]\s+|\b(?:please|must|should|always|you|to)\s+)(?:add|always|answer|append|approve|ask|call|change|click|copy|create|delete|disable|do|download|end|execute|follow|forward|give|go|grant|ignore|include|insert|install|issue|make|obey|open|overwrite|post|print|refund|remove|replace|reply|respond|reveal|run|say|send|set|skip|start|stop|tell|transfer|update|upload|use|visit|write)\b"
)


def _lifted(change: FileChange, lines: list[Line], traces: dict[str, _Shingles], prompt: bool) -> Iterator[Finding]:
    if not traces or not lines:
        return
    numbered = [(line.number, word) for line in lines for text in [line.text] for word in _words(text)]
    words = [word for _, word in numbered]
    before = _shingles(change.before or "")
    addresses = {url.rstrip(".,") for line in lines for url in _URL.findall(visible(line.text))} - before.urls
    known = set((change.before or "").splitlines())
    fresh = [line for line in lines if line.text not in known]
    veiled = [text for _, text, hidden in views(lines, [line.text for line in lines], ()) if hidden]
    for span, shingles in traces.items():
        hit = next(
            (
                i
                for i in range(len(words) - SHINGLE + 1)
                if tuple(words[i : i + SHINGLE]) in shingles.runs and tuple(words[i : i + SHINGLE]) not in before.runs
            ),
            None,
        )
        shared = shingles.urls & addresses
        hidden = any(_overlap(text, shingles) for text in veiled)
        if hit is None and not shared and not hidden:
            for new in fresh if shingles.orders else ():
                reworded = _reworded(new, shingles)
                if reworded:
                    says = f"an order from the trace (span {span}) is given in other words: “{reworded.strip()[:80]}”"
                    yield Finding("taint", change.path, new.number, says, ASK)
                    break
            continue
        end = hit or 0
        while hit is not None and end + SHINGLE < len(words) and tuple(words[end + 1 : end + 1 + SHINGLE]) in shingles.runs:
            end += 1
        quoted = " ".join(words[hit : end + SHINGLE])[:80] if hit is not None else (sorted(shared)[0] if shared else "encoded text")
        line = numbered[hit][0] if hit is not None else lines[0].number
        text = next((x.text for x in lines if x.number == line), "")
        commands = bool(shared or hidden or _COMMANDS.search(text.strip(" -*#>\"'")))
        effect = BLOCK if commands and (prompt or shared or hidden or kind_of(change.path, change.after) is not Kind.PROSE) else ASK
        verb = "an instruction" if effect is BLOCK else "text"
        yield Finding("taint", change.path, line, f"{verb} was lifted from the trace (span {span}): “{quoted}”", effect)


_COMMON = frozenset(
    [
        "the",
        "and",
        "for",
        "that",
        "this",
        "with",
        "from",
        "you",
        "your",
        "are",
        "was",
        "were",
        "will",
        "would",
        "should",
        "must",
        "can",
        "may",
        "not",
        "have",
        "has",
        "had",
        "any",
        "all",
        "each",
        "when",
        "whenever",
        "where",
        "which",
        "who",
        "somebody",
        "someone",
        "please",
        "always",
        "never",
        "also",
        "then",
        "than",
        "into",
        "onto",
        "about",
        "there",
        "their",
        "them",
        "they",
        "its",
        "our",
        "out",
    ]
)


def _stems(text: str) -> frozenset[str]:
    """The words of a sentence that carry it, cut to their beginnings."""
    return frozenset(word[:5] for word in _words(text) if (len(word) > 2 or word.isdigit()) and word not in _COMMON)


def _reworded(line: Line, shingles: _Shingles) -> str | None:
    """An order of a trace that a line gives in other words, or None."""
    for sentence in sentences(visible(line.text)):
        stems = _stems(sentence)
        for order in shingles.orders:
            shared = stems & order
            if len(shared) >= 5 and len(shared) * 10 >= 6 * min(len(stems), len(order)):
                return sentence
    return None


def _overlap(text: str, shingles: _Shingles) -> bool:
    words = _words(text)
    return any(tuple(words[i : i + SHINGLE]) in shingles.runs for i in range(len(words) - SHINGLE + 1))


def _addresses(change: FileChange, lines: list[Line]) -> Iterator[Finding]:
    before = change.before or ""
    for line in lines:
        for url in _URL.findall(visible(line.text)):
            host = re.sub(r"^\w+://([^/?#]+).*", r"\1", url)
            if host not in before:
                carries = "{" in url
                yield Finding(
                    "taint",
                    change.path,
                    line.number,
                    f"the prompt gets a new address, {host[:60]}{', and data is put into it' if carries else ''}",
                    BLOCK if carries else ASK,
                )


def _people(change: FileChange, lines: list[Line]) -> Iterator[Finding]:
    before = change.before or ""
    for line in lines:
        for pattern, what in _PEOPLE:
            match = pattern.search(line.text)
            if match and match.group() not in before and not re.search(r"@example\.|@test\.|\{|555", match.group()):
                yield Finding("taint", change.path, line.number, f"personal data ({what}) is put into a prompt", ASK)
        for match in _CARD.finditer(line.text):
            digits = [int(c) for c in match.group() if c.isdigit()]
            if _luhn(digits) and len(set(digits)) > 2:
                yield Finding("taint", change.path, line.number, "a payment card number is put into a prompt", ASK)


def _luhn(digits: list[int]) -> bool:
    total = sum(d if i % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(reversed(digits)))
    return len(digits) >= 13 and total % 10 == 0


def _safety_gone(change: FileChange, lines: list[Line]) -> Iterator[Finding]:
    for line in removed(change):
        if not _SAFETY.search(line.text):
            continue
        held = [x for x in lines if _SAFETY.search(x.text) and SequenceMatcher(None, _words(line.text), _words(x.text)).ratio() >= 0.55]
        strong = {
            m.casefold() for m in re.findall(r"(?i)\b(?:never|do not|don't|must not|refuse|confirm\w*|approval|verify|only)\b", line.text)
        }
        if not any(all(_still(word, x.text) for word in strong) for x in held):
            yield Finding(
                "taint", change.path, line.number, f"a safety rule is taken out of the prompt: “{line.text.strip(' -*')[:80]}”", ASK
            )


def _still(word: str, text: str) -> bool:
    families = (("never", "do not", "don't", "must not", "cannot"), ("confirm", "approval", "verify", "permission"))
    family = next((f for f in families if any(word.startswith(w) for w in f)), (word,))
    return any(w in text.casefold() for w in family)
