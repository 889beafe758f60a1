"""Shell text cut into commands and words as a shell would cut it, so that quoting does not hide a word."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

KEYWORDS = frozenset(
    {
        "if",
        "then",
        "elif",
        "else",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "in",
        "select",
        "function",
        "{",
        "}",
        "!",
        "time",
        "[[",
    }
)
DEEPEST = 8
_GAP = "\x1f"


@dataclass(slots=True)
class Command:
    """One simple command: its words as the shell would see them after unquoting."""

    line: int
    words: list[str] = field(default_factory=list)
    assigned: dict[str, str] = field(default_factory=dict)
    targets: list[str] = field(default_factory=list)
    """Where output is redirected, with `>` for overwriting and `>>` for appending in front."""
    inputs: list[str] = field(default_factory=list)
    """Here-documents and here-strings."""
    from_pipe: bool = False
    spoilt: bool = False
    """Followed by `|| true` or the like."""


@dataclass(slots=True)
class Script:
    """The commands of a text, in order, with those of substitutions, and what keeps it from being read."""

    commands: list[Command] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


def read_script(text: str, variables: dict[str, str] | None = None, line: int = 1, depth: int = 0) -> Script:
    """The script that a shell would see."""
    script = Script(variables=dict(variables or {}))
    if depth > DEEPEST:
        script.faults.append((line, "commands are nested too deeply to be read"))
        return script
    _Reader(text[:200_000], script, line, depth).read()
    return script


class _Reader:
    """One pass over the characters."""

    def __init__(self, text: str, script: Script, line: int, depth: int) -> None:
        self.text, self.script, self.line, self.depth = text, script, line, depth
        self.at = 0
        self.open: list[tuple[str, int]] = []
        self.command = Command(line)
        self.documents: list[tuple[str, bool, Command]] = []
        self.in_pattern = False
        """Between the patterns of a `case`, which are not commands."""

    def read(self) -> None:
        text = self.text
        while self.at < len(text):
            c = text[self.at]
            if c == "\n":
                self._end()
                self.at += 1
                self.line += 1
                self._read_documents()
            elif c in " \t\r":
                self.at += 1
            elif text.startswith("\\\n", self.at):
                self.at, self.line = self.at + 2, self.line + 1
            elif c == "#":
                end = text.find("\n", self.at)
                self.at = len(text) if end < 0 else end
            elif c in ";&|()":
                self._operator()
            elif c in "<>" or re.match(r"\d+[<>]", text[self.at : self.at + 4]):
                self._redirect()
            else:
                self._word()
        self._end()
        for opened, line in self.open:
            self.script.faults.append((line, f"`{opened}` is never closed"))

    def _operator(self) -> None:
        text = self.text
        op = next(o for o in (";;", "&&", "||", "|&", "&>", ";", "&", "|", "(", ")") if text.startswith(o, self.at))
        if op == "&>":
            self._redirect()
            return
        self.at += len(op)
        if self.in_pattern and op in ("(", "|", ")"):
            self.command.words = []
            self.in_pattern = op != ")"
            return
        self.in_pattern = self.in_pattern or op == ";;"
        if op == "(" and self.command.words and re.match(r"\s*\)", text[self.at :]):  # a function is defined
            self.at += re.match(r"\s*\)", text[self.at :]).end()  # type: ignore[union-attr]
            self.command.words = []
            return
        previous = self.command
        self._end()
        if op in ("|", "|&"):
            self.command.from_pipe = True
        if op == "||" and re.match(r"\s*(?:true|:|exit\s+0|echo\b|/bin/true)", text[self.at :]):
            previous.spoilt = True
        if op == "(":
            self.open.append(("(", self.line))
        elif op == ")":
            if self.open and self.open[-1][0] == "(":
                self.open.pop()
            elif not any(o == "case" for o, _ in self.open):
                self.script.faults.append((self.line, "`)` closes nothing"))

    def _redirect(self) -> None:
        match = re.compile(r"\d*(&>>|&>|<<<|<<-|<<|>>|>\||>&|<&|<>|<\(|>\(|<|>)").match(self.text, self.at)
        if match is None:
            self._word()
            return
        op, self.at = match.group(1), match.end()
        if op in ("<(", ">("):
            inner = self._balanced(")")
            self._nested(inner)
            self.command.words.append("<(" + inner + ")")
            return
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1
        if self.at >= len(self.text) or self.text[self.at] == "\n":
            return
        word = self._one_word()
        if op in ("<<", "<<-"):
            self.documents.append((word, op == "<<-", self.command))
        elif op == "<<<":
            self.command.inputs.append(word)
        elif ">" in op and op != ">&":
            self.command.targets.append((">>" if ">>" in op else ">") + word)
        elif op == "<":
            self.command.words.append("<" + word)

    def _read_documents(self) -> None:
        for end, tabs, command in self.documents:
            body: list[str] = []
            while self.at < len(self.text):
                stop = self.text.find("\n", self.at)
                stop = len(self.text) if stop < 0 else stop
                line = self.text[self.at : stop]
                self.at, self.line = min(stop + 1, len(self.text)), self.line + 1
                if (line.lstrip("\t") if tabs else line) == end:
                    break
                body.append(line)
            else:
                self.script.faults.append((self.line, f"the here-document is never ended by {end}"))
            command.inputs.append("\n".join(body))
        self.documents = []

    def _word(self) -> None:
        start = self.line
        raw_from = self.at
        word = self._one_word()
        raw = self.text[raw_from : self.at]
        command = self.command
        if command.words[:1] == ["case"] and raw == "in":
            self._end()
            self.in_pattern = True
            return
        if raw == word == "esac":
            self.in_pattern = False
        if not command.words and raw == word and word in KEYWORDS:
            self._keyword(word)
            return
        if _GAP in word:  # $IFS, unquoted: the shell parts the word there
            command.words += [part for part in word.split(_GAP) if part]
            return
        assignment = re.match(r"([A-Za-z_]\w*)\+?=(.*)", word, re.DOTALL)
        if assignment and not command.words:
            command.line = command.line if command.assigned else start
            command.assigned[assignment.group(1)] = assignment.group(2)
            self.script.variables[assignment.group(1)] = assignment.group(2)
            return
        if not command.words:
            command.line = start
        command.words += word.split() or [word] if raw.startswith("$") and not raw.startswith("$(") else [word]

    def _keyword(self, word: str) -> None:
        pairs = {"fi": ("if",), "done": ("do",), "esac": ("case",), "}": ("{",)}
        if word in ("if", "case", "{", "do"):
            self.open.append((word, self.line))
        elif word in pairs:
            if self.open and self.open[-1][0] in pairs[word]:
                self.open.pop()
            else:
                self.script.faults.append((self.line, f"`{word}` closes nothing"))
        if word in ("for", "case", "select", "function", "[["):
            self.command.words.append(word)

    def _one_word(self) -> str:
        out: list[str] = []
        text = self.text
        while self.at < len(text):
            c = text[self.at]
            if c in " \t\r\n;&|<>" or (c in "()" and not (out and out[-1].endswith(("$", "=")) and c == "(")):
                break
            if c == "\\":
                if text.startswith("\\\n", self.at):
                    self.line += 1
                else:
                    out.append(text[self.at + 1 : self.at + 2])
                self.at += 2
            elif c == "'":
                out.append(self._single())
            elif c == '"':
                out.append(self._double())
            elif text.startswith("$'", self.at):
                self.at += 1
                out.append(_unescape(self._single(escapes=True)))
            elif text.startswith('$"', self.at):
                self.at += 1
            elif c in "$`":
                out.append(self._expansion())
            elif c == "(":
                out.append("(" + self._balanced_after("(") + ")")
            else:
                out.append(c)
                self.at += 1
        return "".join(out)

    def _single(self, *, escapes: bool = False) -> str:
        start, line = self.at + 1, self.line
        end = start
        while end < len(self.text) and self.text[end] != "'":
            end += 2 if escapes and self.text[end] == "\\" else 1
        if end >= len(self.text):
            self.script.faults.append((line, "a quote is never closed"))
        body = self.text[start:end]
        self.line += body.count("\n")
        self.at = end + 1
        return body

    def _double(self) -> str:
        out: list[str] = []
        line = self.line
        self.at += 1
        while self.at < len(self.text):
            c = self.text[self.at]
            if c == '"':
                self.at += 1
                return "".join(out)
            if c == "\\" and self.text[self.at + 1 : self.at + 2] in ('"', "\\", "$", "`", "\n"):
                out.append("" if self.text[self.at + 1] == "\n" else self.text[self.at + 1])
                self.at += 2
            elif c in "$`":
                out.append(self._expansion().replace(_GAP, " "))
            else:
                self.line += c == "\n"
                out.append(c)
                self.at += 1
        self.script.faults.append((line, "a quote is never closed"))
        return "".join(out)

    def _expansion(self) -> str:
        text = self.text
        if text[self.at] == "`":
            end = text.find("`", self.at + 1)
            if end < 0:
                self.script.faults.append((self.line, "a backtick is never closed"))
                end = len(text)
            inner = text[self.at + 1 : end]
            self.at = end + 1
            return self._substituted(inner)
        if text.startswith("$((", self.at):
            self.at += 1
            return "$((" + self._balanced_after("(") + ")"
        if text.startswith("$(", self.at):
            self.at += 1
            return self._substituted(self._balanced_after("("))
        if text.startswith("${", self.at):
            end = text.find("}", self.at)
            end = len(text) if end < 0 else end
            body = text[self.at + 2 : end]
            self.at = end + 1
            return self._value(body, "${" + body + "}")
        name = re.compile(r"\$([A-Za-z_]\w*)").match(text, self.at)
        if name is None:
            self.at += 1
            return "$"
        self.at = name.end()
        return self._value(name.group(1), name.group())

    def _value(self, name: str, unknown: str) -> str:
        value = self.script.variables.get(name)
        return value if value is not None else _GAP if re.match(r"IFS\b", name) else unknown

    def _substituted(self, inner: str) -> str:
        self._nested(inner)
        output = constant_output(inner)
        return output if output is not None else "$(" + inner + ")"

    def _nested(self, inner: str) -> None:
        nested = read_script(inner, self.script.variables, self.line, self.depth + 1)
        self.script.commands += nested.commands
        self.script.faults += nested.faults

    def _balanced_after(self, opener: str) -> str:
        self.at += len(opener)
        return self._balanced(")")

    def _balanced(self, closer: str) -> str:
        start, depth, quote = self.at, 1, ""
        while self.at < len(self.text):
            c = self.text[self.at]
            if c == "\\" and quote != "'":
                self.at += 2
                continue
            if quote:
                quote = "" if c == quote else quote
            elif c in "'\"":
                quote = c
            elif c == "(":
                depth += 1
            elif c == closer:
                depth -= 1
                if depth == 0:
                    body = self.text[start : self.at]
                    self.at += 1
                    return body
            self.line += c == "\n"
            self.at += 1
        self.script.faults.append((self.line, "a `(` is never closed"))
        return self.text[start:]

    def _end(self) -> None:
        if self.command.words or self.command.assigned or self.command.targets:
            self.script.commands.append(self.command)
        self.command = Command(self.line)


def constant_output(command: str) -> str | None:
    """What `$(printf ...)` or `$(echo ...)` is known to give, or None."""
    words = read_script(command, depth=DEEPEST - 1).commands if re.match(r"\s*(?:printf|echo)\b", command) else []
    if len(words) != 1 or any("$" in word for word in words[0].words):
        return None
    name, *rest = words[0].words
    rest = [word for word in rest if not re.fullmatch(r"-[neE]+", word)]
    if not rest:
        return None
    if name == "printf":
        return _unescape(rest[0]).replace("%s", "".join(rest[1:]))
    return _unescape(" ".join(rest))


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        octal, hexa, uni, plain = match.groups()
        if octal:
            return chr(int(octal, 8) & 0xFF)
        if hexa or uni:
            return chr(min(int(hexa or uni, 16), 0x10FFFF))
        return {"n": "\n", "t": "\t", "r": "\r"}.get(plain, plain)

    return re.sub(r"\\(?:0?([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|(.))", one, text, flags=re.DOTALL)
