"""The rule `taint`: text from a trace, or from anybody else, must not become an instruction to the agent or to its judges."""
# ruff: noqa: E501  a pattern is not wrapped: it would read worse in pieces

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from safety.changes import FileChange
from safety.globs import matches_any
from safety.guard import Case
from safety.rules.added import Line, added, removed
from safety.rules.kinds import Kind, is_prompt, kind_of
from safety.rules.lookalikes import skeleton
from safety.rules.size import is_binary
from safety.verdict import Effect, Finding

BLOCK, ASK = Effect.BLOCK, Effect.NEEDS_APPROVAL
SHINGLE = 8
"""So many words in a row that stand in a trace too were taken from it."""


class _Sign(NamedTuple):
    """A kind of sentence, what it does, and whether it may be quoted in order to forbid it."""

    pattern: re.Pattern[str]
    says: str
    effect: Effect


def _sign(pattern: str, says: str, effect: Effect) -> _Sign:
    return _Sign(re.compile(pattern, re.IGNORECASE | re.MULTILINE), says, effect)


_CONTENT = r"(?:tool|search|retriev\w*|document|file|e-?mail|web\s?(?:page|site)|page|message|attachment|content|customer|user|result|output|database|api|ticket|note|comment|trace|context|website|image)s?\b"
_ORDERS = r"(?:instruction|command|direction|order|request|directive|guideline|rule|prompt|step)s?"
_SIGNS = (
    _sign(
        r"\b(?:ignore|disregard|forget|override|bypass|skip|discard|neglect|set aside|pay no attention to)\b[^.\n]{0,40}?\b(?:previous|prior|above|earlier|preceding|all|any|your|these|those|system|safety|original|other)\b[^.\n]{0,30}?\b(?:instruction|rule|prompt|guideline|direction|polic|constraint|restriction|message|context|command|filter|safeguard)s?(?![^.\n]{0,30}\b(?:in|from|inside|within|contained|embedded|found|that (?:appear|come))\b[^.\n]{0,30}\b(?:tool|document|result|page|e-?mail|message|user|customer|retriev|file|content|quote|text))|\bdo not (?:follow|obey)\b[^.\n]{0,20}\b(?:previous|prior|above|earlier|preceding|your|these|system|safety|original)\b[^.\n]{0,20}\b(?:instruction|rule|prompt|guideline)s?",
        "tells the agent to forget its instructions",
        BLOCK,
    ),
    _sign(
        r"(?:ignor(?:iere|ier)|vergiss|missachte)\b[^.\n]{0,40}(?:anweisung|regel|vorgabe)|ignor(?:ez|e|er)\b[^.\n]{0,20}\b(?:les|vos|tes|toutes|ces)\b[^.\n]{0,20}(?:instructions|consignes|règles)|(?:ignora|olvida|omite)\b[^.\n]{0,30}(?:instrucciones|reglas|istruzioni|regole)|(?:zignoruj|pomiń|zapomnij)\b[^.\n]{0,40}(?:polece|instrukc|zasad)|忽略.{0,8}(?:指令|指示|规则|提示)|игнорируй.{0,30}(?:инструкц|правил)|(?:以前|前|上記)の指示.{0,6}無視",
        "tells the agent to forget its instructions",
        BLOCK,
    ),
    _sign(
        rf"\b(?:follow|obey|execute|comply with|carry out|do(?!\s+not)|act on|treat|trust|adhere to|perform|respect|accept|run)\b[^.\n]{{0,40}}?\b(?:any|all|every|the|whatever|each)?\s*{_ORDERS}\b[^.\n]{{0,40}}?\b(?:in|from|inside|within|found|given by|contained|embedded|of|by|that)\b[^.\n]{{0,40}}?{_CONTENT}",
        "lets text from outside give orders to the agent",
        BLOCK,
    ),
    _sign(
        rf"\b{_CONTENT}[^.\n]{{0,60}}?\b(?:take|takes|have|has|get|gets|with)\b[^.\n]{{0,20}}?\b(?:priority|precedence|authority)\b|\b(?:priority|precedence)\s+over\b[^.\n]{{0,30}}\b(?:this|these|system|your|prompt|instructions?|rules?)\b",
        "puts text from outside above the agent's own instructions",
        BLOCK,
    ),
    _sign(
        rf"\btreat\b[^.\n]{{0,60}}{_CONTENT}[^.\n]{{0,40}}\bas\b[^.\n]{{0,20}}\b(?:instruction|command|trusted|system|authoritative)",
        "lets text from outside give orders to the agent",
        BLOCK,
    ),
    _sign(
        rf"\b(?:do|execute|obey|follow)\b[^.\n]{{0,15}}\b(?:whatever|anything|everything)\b[^.\n]{{0,30}}(?:{_CONTENT}|asks?|says?|tells?)",
        "lets text from outside give orders to the agent",
        BLOCK,
    ),
    _sign(
        r"!\[[^\]\n]{0,200}\]\(\s{0,9}(?:https?:)?//[^)\s]{0,500}?[{$<][^)\n]{0,500}\)|<img[^>]{1,300}src\s*=\s*['\"]?(?:https?:)?//[^>\n]{0,500}[{$]",
        "has the agent load an image whose address carries data away",
        BLOCK,
    ),
    _sign(
        r"!\[[^\]\n]{0,200}\]\(\s{0,9}(?:https?:)?//[^)\n]{0,500}?\?[^)\n]{0,500}\)|<(?:img|iframe|script|object|embed|link)\b[^>\n]{0,300}(?:src|href|data)\s{0,5}=",
        "has the agent load something from another host",
        BLOCK,
    ),
    _sign(
        r"\b(?:send|forward|post|e-?mail|upload|transmit|exfiltrate|leak|copy|report|submit|deliver|cc|bcc)\b[^.\n]{0,80}?\b(?:conversation|history|chat|transcript|customer|data|credential|key|password|token|prompt|message|order|record|detail|everything|content|answer|secret|information|it)s?\b[^.\n]{0,60}?(?:https?://|\bto\s+\S+@\S+|\bwebhook|\bexternal|\bthird.part)",
        "has the agent send data away",
        BLOCK,
    ),
    _sign(
        r"\b(?:do not|don't|never|without)\s+(?:tell|inform|notify|telling|informing|letting|alert)\w*\b[^.\n]{0,30}\b(?:user|customer|anyone|anybody|human|operator|developer|admin|this)\b|\b(?:secretly|covertly|silently|say nothing about|keep (?:this|it) (?:secret|hidden))\b",
        "has the agent act behind somebody's back",
        ASK,
    ),
    _sign(
        r"</?\s*(?:system|assistant|instructions?|sys|developer)(?:[_-]?(?:prompt|message))?\s*>|<\|(?:im_start|im_end|system|endoftext|assistant|user|eot_id|start_header_id)[^|]*\|>|\[/?(?:INST|SYS|SYSTEM)\]|<<\s*/?SYS\s*>>|^[ \t]*#{2,4}[ \t]*(?:system|assistant|new instructions?)[ \t]*:?[ \t]*$|^[ \t]*(?:system|assistant)\s*:\s|\bBEGIN SYSTEM (?:PROMPT|MESSAGE)|\bEND OF (?:SYSTEM )?(?:PROMPT|INSTRUCTIONS)",
        "imitates the marks by which a model tells its instructions from other text",
        BLOCK,
    ),
    _sign(
        r"\byou are (?:now )?(?:DAN\b|an? (?:unrestricted|unfiltered|jailbroken|uncensored)|free (?:of|from)|no longer)|\b(?:have|has|with|without)\s+(?:no|any)\s+(?:restriction|limit(?:ation)?|filter|rule|guideline|safety|ethic)s?\b|\b(?:developer|debug|god|admin|root|maintenance|jailbreak|sudo)\s+mode\b[^.\n]{0,20}(?:enable|on\b|activ|enter)|\bjailbreak|\b(?:enter|enable|activate|switch to)\s+(?:developer|debug|god|admin|jailbreak|DAN)\b|\bDo Anything Now\b",
        "frees the agent from its rules",
        BLOCK,
    ),
    _sign(
        r"\b(?:reveal|print|show|repeat|output|disclose|share|quote|return|include|tell)\b[^.\n]{0,30}\b(?:system prompt|these instructions|your instructions|hidden prompt|internal (?:notes|rules|instructions)|api[ _-]?keys?|credentials|environment variables)\b",
        "has the agent give away what is confidential",
        BLOCK,
    ),
    _sign(
        r"\b(?:ask|request|collect|obtain|require|prompt|have|get|tell|need|demand|invite)\b[^.\n]{0,60}?\b(?:password|passcode|card (?:number|details)|credit card|cvv|cvc|\bpin\b|ssn|social security|one[- ]time (?:code|password)|otp\b|2fa|security code|bank (?:account|details|login)|passport number|private key|seed phrase|api key|login details|account number|iban)\b",
        "has the agent ask people for passwords or payment data",
        BLOCK,
    ),
    _sign(
        r"\b(?:evaluator|grader|judge|grading|reviewer|scorer|assessor|rater|LLM|auto-?rater|test(?:er|s)?|guard|eval(?:uation)?s?)\b[^.\n]{0,60}?\b(?:score|pass|approve|rate|mark|grade|accept|return|give|award|output)\b[^.\n]{0,30}\b(?:1\.0|10|100|full|perfect|highest|maximum|pass(?:ed)?|true|correct|high|success|allow|accept|approved|it)\b|\b(?:this|the)\s+(?:answer|response|output|reply|change|patch|diff)\s+(?:is|should be|must be|has been)\s+(?:graded|scored|rated|marked|considered|approved|accepted|pre-?approved)",
        "speaks to whoever judges, not to the agent",
        BLOCK,
    ),
    _sign(
        r"\b(?:decode|base64|hex|rot13|decrypt|unscramble|reverse)\b[^.\n]{0,60}\b(?:and|then)\b[^.\n]{0,20}\b(?:follow|obey|execute|run|do|apply|act|comply|eval)",
        "has the agent obey hidden text",
        BLOCK,
    ),
    _sign(
        r"\b(?:always|automatically|immediately)\s+(?:approve|grant|accept|issue|refund|authori[sz]e|execute|agree)|\b(?:without|no need (?:for|to)|don't (?:ask|wait) for|do not (?:ask|wait) for|skip(?:ping)?|never ask for)\s+(?:any\s+|the\s+|further\s+)?(?:confirmation|confirm|approval|verification|verif\w*|permission|review|check(?:ing)?s?|authori[sz]ation|asking)",
        "has the agent act without asking",
        ASK,
    ),
    _sign(
        r"\b(?:agree|pretend|claim|say|state|tell|assure|lie)\b[^.\n]{0,40}\b(?:even (?:if|though|when)|regardless|no matter|although)\b[^.\n]{0,40}\b(?:not|false|untrue|unknown|fail|wrong|whether)",
        "has the agent say what is not so",
        ASK,
    ),
    _sign(
        r"\b(?:run|execute|call|use|invoke)\b[^.\n]{0,30}(?:`[^`]*(?:curl|wget|rm |sh |bash|eval|DROP|DELETE)[^`]*`|\b(?:shell|bash|sql|python) (?:command|code|quer)\w*)[^.\n]{0,30}\b(?:user|customer|asks?|document|whenever|any)",
        "has the agent run commands",
        BLOCK,
    ),
)
_DEFENDS = re.compile(
    r"\b(?:never|do not|don't|must not|mustn't|should not|shouldn't|cannot|can't|may not|not allowed|refuse|decline|reject|prevent|avoid|forbid|forbidden|prohibit\w*|under no circumstances|instead of|no matter who|nie(?:mals)?|jamais|nunca|nigdy)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|even (?:if|when)|should)\b[^.\n]{0,80}?\b(?:asks?|tells?|tries|try|wants?|requests?|instructs?|claims?|says?|attempts?|demands?|contains?|asked|told|begs?)\b",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"\b(?:refuse|decline|reject|politely|do not|don't|never|ignore|disregard|continue|stay|remain|report|escalate|warn|not (?:comply|follow|obey))\b",
    re.IGNORECASE,
)
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
    traces = {span: _Shingles(text) for span, text in case.around.trace_texts.items()}
    for change in case.readable():
        if change.after == change.before or is_binary(change.after or ""):
            continue
        if change.created and matches_any(change.path, (*case.policy.judge_globs, *case.policy.test_globs)):
            continue  # a new scenario or test quotes the trace on purpose, and instructs nobody
        lines = added(change)
        prompt = is_prompt(change.path)
        yield from _signs(change, lines, prompt)
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
    texts = [_plain(line.text) for line in lines]
    live = _live(texts)
    for number, text, hidden in _views(lines, texts, live):
        if not hidden and not prompt and not _speaks(kind, text):
            continue
        signs = _SIGNS if hidden else live
        if _defensive(change, text, kind, signs):
            continue
        for sign in signs:
            match = sign.pattern.search(text)
            if match is None:
                continue
            where = "in hidden or encoded text, " if hidden else ""
            effect = BLOCK if hidden else sign.effect
            yield Finding("taint", change.path, number, f"{where}`{match.group().strip()[:60]}` {sign.says}", effect)
            break
        else:
            if hidden and (prompt or kind is Kind.PROSE) and len(re.findall(r"[A-Za-z]{2,}", text)) >= 4:
                yield Finding("taint", change.path, number, f"encoded text is put into a prompt; it reads `{text[:60]}`", BLOCK)


def _live(texts: list[str]) -> tuple[_Sign, ...]:
    """The signs that are met at all in the new lines, each alone or run together; the others need not be looked for."""
    apart, together = "\n".join(texts), " ".join(text.strip(" \\\"'+#*>-") for text in texts)
    return tuple(sign for sign in _SIGNS if sign.pattern.search(apart) or sign.pattern.search(together))


def _views(lines: list[Line], texts: list[str], live: tuple[_Sign, ...]) -> Iterator[tuple[int, str, bool]]:
    """Every new line as it is read, lines joined where a sentence runs on, and what encoded parts of them say."""
    for at, line in enumerate(lines):
        plain = texts[at]
        if live:
            yield line.number, plain, False
        if live and at + 1 < len(lines) and lines[at + 1].number == line.number + 1:
            after = texts[at + 1]
            joined = plain.rstrip(" \\\"'+") + " " + after.lstrip(" \"'#*>+-")
            if any(s.pattern.search(joined) and not s.pattern.search(plain) and not s.pattern.search(after) for s in live):
                yield line.number, joined, False
        for token in re.findall(r"[A-Za-z0-9+/_-]{24,}={0,2}", line.text):
            hidden = _reading(token)
            if hidden:
                yield line.number, hidden, True
        for run in re.findall(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|&#\d+;){8,}", line.text):
            codes = re.findall(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|%([0-9a-fA-F]{2})|&#(\d+);", run)
            yield line.number, "".join(chr(int(u or x or p, 16) if u or x or p else min(int(d), 0xFFFF)) for u, x, p, d in codes), True


def _plain(text: str) -> str:
    if text.isascii():
        return text
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return skeleton(visible) if any(c.isascii() and c.isalpha() for c in visible) and re.search(r"[\u0370-\u058f]", visible) else visible


def _reading(token: str) -> str | None:
    """The sentence that an encoded word hides, or None."""
    texts: list[bytes] = []
    body = token.rstrip("=")
    if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", body):
        texts.append(bytes.fromhex(body))
    with contextlib.suppress(ValueError, binascii.Error):
        texts.append(base64.b64decode(body.replace("-", "+").replace("_", "/") + "=" * (-len(body) % 4)))
    for raw in texts:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            continue
        words = re.findall(r"[A-Za-z]{2,}", text)
        if text.isprintable() and len(words) >= 3 and " " in text:
            return text
    return None


_NEGATIVE = ("has the agent act behind somebody's back", "has the agent act without asking", "tells the agent to forget its instructions")
"""What is itself said with a "not"."""


def _defensive(change: FileChange, text: str, kind: Kind, signs: tuple[_Sign, ...]) -> bool:
    """Whether a sentence forbids or refuses what it names, or lists it to be found."""
    for sign in signs:
        match = sign.pattern.search(text)
        if match is None:
            continue
        head = re.split(r"[.!?;:](?:\s|$)", text[: match.start()])[-1] + ("" if sign.says in _NEGATIVE else match.group()[:16])
        forbidden = _DEFENDS.search(head) is not None and "nothing" not in match.group()
        tail = text[match.end() :]
        refused = _CONDITION.search(text[: match.end()]) is not None and _REFUSES.search(tail) is not None
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
        self.urls = {url.rstrip(".,") for url in _URL.findall(text)}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", skeleton(_plain(text)).casefold().replace("_", " "))


_COMMANDS = re.compile(
    r"(?i)(?:^|[.!?:;,]\s+|\b(?:please|must|should|always|you|to)\s+)(?:add|always|answer|append|approve|ask|call|change|click|copy|create|delete|disable|do|download|end|execute|follow|forward|give|go|grant|ignore|include|insert|install|issue|make|obey|open|overwrite|post|print|refund|remove|replace|reply|respond|reveal|run|say|send|set|skip|start|stop|tell|transfer|update|upload|use|visit|write)\b"
)


def _lifted(change: FileChange, lines: list[Line], traces: dict[str, _Shingles], prompt: bool) -> Iterator[Finding]:
    if not traces or not lines:
        return
    numbered = [(line.number, word) for line in lines for text in [line.text] for word in _words(text)]
    words = [word for _, word in numbered]
    known = set(zip(*[_words(change.before or "")[i:] for i in range(SHINGLE)], strict=False))
    for span, shingles in traces.items():
        hit = next(
            (
                i
                for i in range(len(words) - SHINGLE + 1)
                if tuple(words[i : i + SHINGLE]) in shingles.runs and tuple(words[i : i + SHINGLE]) not in known
            ),
            None,
        )
        shared = shingles.urls & {url.rstrip(".,") for line in lines for url in _URL.findall(_plain(line.text))} - {
            u.rstrip(".,") for u in _URL.findall(change.before or "")
        }
        hidden = any(_overlap(text, shingles) for _, text, veiled in _views(lines, [line.text for line in lines], ()) if veiled)
        if hit is None and not shared and not hidden:
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


def _overlap(text: str, shingles: _Shingles) -> bool:
    words = _words(text)
    return any(tuple(words[i : i + SHINGLE]) in shingles.runs for i in range(len(words) - SHINGLE + 1))


def _addresses(change: FileChange, lines: list[Line]) -> Iterator[Finding]:
    before = change.before or ""
    for line in lines:
        for url in _URL.findall(_plain(line.text)):
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
