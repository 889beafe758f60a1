"""Commands within commands: what `sudo`, `xargs`, `poetry run` or `docker exec` really run, and code that is given away to be run later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Layer(NamedTuple):
    """One command, with the one that it runs as the next layer."""

    words: list[str]
    fed: bool
    """`xargs` or the like gives it words that are not seen here."""


_PLAIN = frozenset(
    {
        *("sudo", "doas", "env", "nohup", "time", "exec", "command", "builtin", "busybox", "nice", "ionice", "timeout", "stdbuf", "setsid"),
        *("xargs", "parallel", "watch", "unbuffer", "chroot", "su", "runuser", "strace", "then", "else", "do", "!", "{", "ssh", "toybox"),
        *(
            "gosu",
            "su-exec",
            "tini",
            "dumb-init",
            "catchsegv",
            "firejail",
            "xvfb-run",
            "winpty",
            "flock",
            "caffeinate",
            "trickle",
            "eatmydata",
        ),
    }
)
_RUNNERS = {
    "bundle": ("exec",),
    "poetry": ("run",),
    "pdm": ("run",),
    "uv": ("run",),
    "pipenv": ("run",),
    "hatch": ("run",),
    "rye": ("run",),
    "pixi": ("run",),
    "conda": ("run",),
    "npm": ("exec",),
    "pnpm": ("exec", "dlx"),
    "yarn": ("exec", "dlx"),
    "docker": ("exec", "run"),
    "podman": ("exec", "run"),
    "docker-compose": ("exec", "run"),
    "kubectl": ("exec",),
    "heroku": ("run",),
    "dotenv": ("run",),
    "doppler": ("run",),
    "op": ("run",),
    "aws-vault": ("exec",),
    "chamber": ("exec",),
    "mise": ("exec", "x"),
    "direnv": ("exec",),
}
"""Programs that run what follows one of these verbs."""
_FETCHERS = frozenset({"npx", "bunx", "uvx", "pnpx"})
_TAKES_VALUE = {
    "sudo": ("-u", "-g", "-h", "-p"),
    "xargs": ("-I", "-n", "-P", "-L", "-d", "-s", "-a", "-E"),
    "timeout": ("-k", "-s"),
    "nice": ("-n",),
    "env": ("-u", "-C"),
    "docker": ("-e", "-v", "-w", "-u", "--name", "--network", "--env", "--volume", "--user", "--workdir", "--entrypoint", "-p", "--mount"),
}
_TAKES_VALUE |= {"podman": _TAKES_VALUE["docker"], "docker-compose": _TAKES_VALUE["docker"]}


def layers(words: list[str]) -> list[Layer]:
    """The command and those within it, the outermost first."""
    found = [Layer(list(words), False)]
    for _ in range(8):
        inner = _within(found[-1])
        if inner is None or not inner.words:
            break
        found.append(inner)
    return found


def innermost(words: list[str]) -> list[str]:
    """What is run in the end."""
    return layers(words)[-1].words


def is_wrapper(name: str) -> bool:
    """Whether a program does nothing but run another one."""
    return name in _PLAIN


def later_code(name: str, rest: list[str]) -> Iterator[str]:
    """Shell text that a program is given to run later, in another place, or under another name."""
    if name == "trap" and len(rest) > 1:
        yield rest[0]
    elif name == "alias":
        yield from (word.partition("=")[2] for word in rest if "=" in word)
    elif name in ("watch", "script", "screen", "tmux", "flock", "su", "runuser", "nix-shell", "expect"):
        yield from (word for word in rest if " " in word)
    elif name == "find":
        for at, word in enumerate(rest):
            if word in ("-exec", "-execdir", "-ok"):
                yield " ".join(w for w in rest[at + 1 :] if w not in (";", "+", "{}"))
    elif name == "git" and rest[:1] == ["submodule"] and "foreach" in rest:
        yield " ".join(rest[rest.index("foreach") + 1 :])
    elif name in ("awk", "gawk", "mawk"):
        for program in rest:
            yield from re.findall(r"system\s*\(\s*\"((?:\\.|[^\"\\])*)\"", program)


def _within(layer: Layer) -> Layer | None:
    name, rest = layer.words[0].rsplit("/", 1)[-1], layer.words[1:]
    fed = layer.fed or name in ("xargs", "parallel")
    if name == "ssh":
        hosts = [i for i, w in enumerate(rest) if not w.startswith("-") and not (i and rest[i - 1] in ("-i", "-p", "-o", "-l", "-F", "-J"))]
        words = rest[hosts[0] + 1 :] if len(hosts) > 1 else []
        return Layer(["sh", "-c", words[0]] if len(words) == 1 and " " in words[0] else words, fed)
    if name in _PLAIN:
        return Layer(_after_flags(name, rest), fed)
    if name in _FETCHERS:
        return Layer(_after_flags(name, rest), fed)
    verb = next((i for i, w in enumerate(rest) if w in _RUNNERS.get(name, ())), None)
    if verb is not None:
        words = rest[verb + 1 :]
        if "--" in words:
            return Layer(words[words.index("--") + 1 :], fed)
        words = _after_flags(name, words)
        return Layer(words[1:] if name in ("docker", "podman", "docker-compose", "kubectl", "heroku") else words, fed)
    if re.match(r"(?:python|pypy)[\d.]*$|\$\{?\w*python\w*\}?$|\$unknown$", name, re.IGNORECASE):
        if rest[:1] == ["-m"] and len(rest) > 1:
            return Layer(rest[1:], fed)
        return Layer(rest, fed) if rest and rest[0].endswith(".py") else None
    return None


def _after_flags(name: str, rest: list[str]) -> list[str]:
    words = list(rest)
    while words and (
        words[0].startswith("-")
        or re.match(r"\w+=", words[0])
        or (name in ("timeout", "watch", "flock") and (re.fullmatch(r"[\d.]+[smhd]?", words[0]) or (name == "flock" and "/" in words[0])))
    ):
        taken = words.pop(0)
        if name in ("su", "runuser") and taken == "-c" and words:
            return ["sh", "-c", words[0]]
        if taken in _TAKES_VALUE.get(name, ()) and words:
            words.pop(0)
    if name in ("gosu", "su-exec", "chroot") and len(words) > 1:
        words.pop(0)
    return words
