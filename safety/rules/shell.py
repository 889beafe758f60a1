"""What a shell script destroys, opens, fetches or publishes, read command by command."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from safety.rules.danger_found import Danger
from safety.rules.shell_downloads import fetched_files, is_private_source
from safety.rules.shell_programs import ASK, BLOCK, CHECKS, FETCHES, LOADED, SHELLS, TLS_OFF, judge
from safety.rules.shell_words import DEEPEST, Command, constant_output, read_script
from safety.rules.shell_wrappers import innermost, later_code, layers
from safety.rules.sql import looks_like_sql, sql_dangers
from safety.rules.windows import windows_dangers
from safety.verdict import Effect

PythonReader = Callable[[str], list[Danger]]

_INTERPRETERS = SHELLS | {"python", "python3", "python2", "perl", "ruby", "node", "php", "lua", "pwsh", "powershell", "osascript"}
_FOREIGN = re.compile(
    r"unlink|rmtree|rmSync|rmdir|rm_rf|\brm\(|system\s*\(|exec|FileUtils|child_process|socket|\beval\b|https?['\"]|https?\.(?:get|request)|\bfetch\(|Net::HTTP|LWP|open-uri|File\.delete|Dir\.|file_put_contents|curl_|rename|truncate|writeFile|chmod"
)
"""What Perl, Ruby, Node or PHP on a command line must not do."""
_FORK_BOMB = re.compile(r"(?<![\w:.])([\w:.]{1,40})\s{0,3}\(\)\s{0,3}\{?[^}]{0,200}?\1\s{0,3}\|\s{0,3}\1\s{0,3}&")


def shell_dangers(text: str, *, python: PythonReader | None = None, depth: int = 0) -> list[Danger]:
    """What running this text in a shell would do, worst and mildest alike. `python` reads what is handed to `python -c`."""
    return list(_Judge(text, python, depth).dangers())


def shell_faults(text: str) -> list[tuple[int, str]]:
    """Where the text is not a shell script: what is opened and never closed."""
    return read_script(text).faults


class _Judge:
    """The judgement on one script."""

    def __init__(self, text: str, python: PythonReader | None, depth: int) -> None:
        self.text, self.python, self.depth = text, python, depth
        self.script = read_script(text)
        self.fetched: set[str] = set()

    def dangers(self) -> Iterator[Danger]:
        bomb = _FORK_BOMB.search(self.text)
        if bomb:
            yield self._danger(
                BLOCK,
                "starts itself again and again until the machine stops (fork bomb)",
                self.text.count("\n", 0, bomb.start()) + 1,
                bomb.group(),
            )
        if "/dev/tcp/" in self.text or "/dev/udp/" in self.text:
            line = next(i for i, t in enumerate(self.text.split("\n"), 1) if "/dev/tcp/" in t or "/dev/udp/" in t)
            yield self._danger(BLOCK, "opens a network connection from the shell itself", line, "/dev/tcp")
        piped: list[list[str]] = []
        for command in self.script.commands:
            piped = piped if command.from_pipe else []
            yield from self._one(command, piped)
            piped = [*piped[-8:], command.words]

    def _danger(self, effect: Effect, says: str, line: int, key: str, *, alone: bool = False) -> Danger:
        return Danger(
            f"shell {says}: {' '.join(key.split())[:200]}", line, f"the shell command `{' '.join(key.split())[:70]}` {says}", effect, alone
        )

    def _one(self, command: Command, line: list[list[str]]) -> Iterator[Danger]:
        source = " ".join(command.words)
        for name, value in command.assigned.items():
            off = TLS_OFF.get(name, "no")
            if name in TLS_OFF and (off is None or value == off):
                yield self._danger(BLOCK, "turns off the check of who is at the other end (TLS)", command.line, f"{name}={value}")
            elif name in LOADED and value:
                yield self._danger(BLOCK, "makes other programs load code unseen", command.line, f"{name}={value}")
        found = layers(command.words) if command.words else []
        words = found[-1].words if found else []
        if words and (default := re.match(r"\$\{\w+:?[-=+]([^}]+)\}$", words[0])):
            words[0] = default.group(1)
        for target in command.targets:
            path = target.lstrip(">")
            if path.startswith(("/dev/sd", "/dev/nvme", "/dev/hd", "/dev/mem", "/proc/sys", "/etc/", "/boot", "/usr/", "/bin")) or re.match(
                r"(?:~|\$HOME|\$\{HOME\})/\.", path
            ):
                yield self._danger(BLOCK, f"writes over {path}, outside the repository", command.line, source + target)
            elif CHECKS.search(path):
                yield self._danger(BLOCK, "writes over what decides whether a change is right", command.line, source + target)
            elif (
                target.startswith(">")
                and not target.startswith(">>")
                and (not words or words[0] in (":", "true") or words[1:] == ["/dev/null"])
                and path != "/dev/null"
                and not path.startswith("/tmp/")
            ):
                yield self._danger(BLOCK, f"empties the file {path}", command.line, source + target)
        if not words:
            return
        yield from self._hidden(command, words, source)
        for layer in found:
            name = layer.words[0].rsplit("/", 1)[-1]
            for effect, says, alone in judge(name, layer.words[1:], command, layer.fed):
                yield self._danger(effect, says, command.line, source, alone=alone)
            for code in later_code(name, layer.words[1:]):
                yield from self._nested(code, command.line)
        name = words[0].rsplit("/", 1)[-1]
        yield from self._delivered(command, name, words, line, source)
        yield from self._inner(command, name, words, line[-1] if line else [], source)
        if any(looks_like_sql(word) for word in words[1:]):
            for word in words[1:]:
                yield from (danger.at(command.line) for danger in sql_dangers(word) if looks_like_sql(word))

    def _hidden(self, command: Command, words: list[str], source: str) -> Iterator[Danger]:
        first = words[0]
        if first.startswith(("$(", "`")) or re.search(r"\$\(.*(?:base64|xxd|rev|tr|printf|openssl)", first):
            yield self._danger(BLOCK, "runs a command whose name is computed, so that nobody can read it", command.line, source)
        elif (re.search(r"[*?]|\[[^\]]{1,80}\]", first) and first not in ("[", "[[") and not first.startswith("[")) or re.fullmatch(
            r"\$\{[!@#].*", first
        ):
            yield self._danger(BLOCK, "runs a command whose name is a pattern, so that nobody can read it", command.line, source)

    def _delivered(self, command: Command, name: str, words: list[str], line: list[list[str]], source: str) -> Iterator[Danger]:
        """What is fetched and then run, and what is private and then sent."""
        if name in FETCHES:
            if any(is_private_source(earlier) for earlier in line):
                yield self._danger(BLOCK, "sends settings or keys of this machine to another one", command.line, f"{line[0]} | {source}")
            self.fetched |= fetched_files(name, words[1:], command.targets)
        elif name == "tee" and any(earlier and innermost(earlier)[0] in FETCHES for earlier in line):
            self.fetched |= {word for word in words[1:] if not word.startswith("-")}
        runs = words if name in _INTERPRETERS or name in ("source", ".") else words[:1]
        if self.fetched & {word.removeprefix("./") for word in runs}:
            yield self._danger(BLOCK, "runs what was fetched from the network, unseen", command.line, source)

    def _inner(self, command: Command, name: str, words: list[str], before: list[str], source: str) -> Iterator[Danger]:
        rest = words[1:]
        if self.depth >= DEEPEST:
            yield self._danger(BLOCK, "nests commands too deeply to be read", command.line, source)
            return
        previous = innermost(before) if before else []
        piped = previous[0].rsplit("/", 1)[-1] if command.from_pipe and previous else ""
        if name in _INTERPRETERS and not [w for w in rest if not w.startswith("-")] and command.from_pipe:
            known = constant_output(" ".join(f"'{w}'" for w in before)) if piped in ("echo", "printf") else None
            if known is not None:
                yield from self._nested(known, command.line)
            else:
                yield self._danger(BLOCK, "runs what another command delivers, unseen", command.line, f"{' '.join(before)} | {source}")
        if name in SHELLS or name == "eval" or (name in ("source", ".") and any(w.startswith("<(") for w in rest)):
            code = _argument_of(rest, "c") if name in SHELLS else " ".join(rest)
            if any(w.startswith("<(") for w in rest):
                yield self._danger(BLOCK, "runs what another command delivers, unseen", command.line, source)
            elif code:
                if (re.search(r"\$\(|`", code) and name == "eval") or re.fullmatch(r"\$\{?\w+\}?|\$\(.*\)", code, re.DOTALL):
                    yield self._danger(BLOCK, "runs a text that is only known at run time", command.line, source)
                yield from self._nested(code, command.line)
        for text in command.inputs:
            if name in SHELLS or name in ("at", "batch"):
                yield from self._nested(text, command.line)
            elif name.startswith("python") and self.python:
                yield from (danger.at(command.line) for danger in self.python(text))
            elif name in ("psql", "mysql", "mariadb", "sqlite3"):
                yield from (danger.at(command.line) for danger in sql_dangers(text))
        if name.startswith("python") and self.python and (code := _argument_of(rest, "c")):
            yield from (danger.at(command.line) for danger in self.python(code))
        elif name in ("powershell", "pwsh", "cmd") and rest:
            yield from (danger.at(command.line) for danger in windows_dangers(" ".join(w for w in rest if w not in ("-c", "/c", "/C"))))
        elif name in ("perl", "ruby", "node", "php", "deno", "bun", "lua") and (code := _argument_of(rest, "e") or _argument_of(rest, "r")):
            hard = _FOREIGN.search(code) is not None
            yield self._danger(BLOCK if hard else ASK, "runs a program given on the command line", command.line, source)
        if name in ("psql", "mysql", "mariadb", "sqlite3", "clickhouse-client", "duckdb", "snowsql"):
            for word in rest:
                yield from (danger.at(command.line) for danger in sql_dangers(word) if not word.startswith("-"))

    def _nested(self, code: str, line: int) -> Iterator[Danger]:
        for danger in shell_dangers(code, python=self.python, depth=self.depth + 1):
            yield danger.at(line)


def _argument_of(words: list[str], letter: str) -> str:
    for at, word in enumerate(words):
        if re.fullmatch(rf"-[a-zA-Z]*{letter}", word) and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(f"-{letter}") and len(word) > 2 and not re.fullmatch(r"-[a-z]{1,3}", word):
            return word[2:]
    return ""
