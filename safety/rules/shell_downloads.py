"""What a script fetches from the network, and what it reads of the machine that is nobody else's business."""

from __future__ import annotations

import re

from safety.rules.shell_wrappers import innermost

_PRIVATE_FILE = re.compile(
    r"(?:^|/)\.env(?:\.\w+)?$|\.ssh(?:/|$)|id_(?:rsa|ed25519|ecdsa|dsa)\b|\.aws(?:/|$)|/etc/(?:passwd|shadow)|\.netrc|\.kube(?:/|$)|\.docker/config|\.git-credentials|\.pgpass|\.npmrc|\.pypirc|\.gnupg|/proc/\w+/environ|credentials(?:\.\w+)?$"
)
_READERS = frozenset(
    {"cat", "base64", "xxd", "head", "tail", "less", "more", "grep", "tar", "zip", "cp", "strings", "od", "gzip", "awk", "sed"}
)


def fetched_files(name: str, rest: list[str], targets: list[str]) -> set[str]:
    """The names under which a fetching command leaves what it fetched."""
    found = {target.lstrip(">") for target in targets}
    for at, word in enumerate(rest):
        following = rest[at + 1] if at + 1 < len(rest) else ""
        if word in ("-o", "--output", "-O", "--output-document") and following and not (name == "curl" and word == "-O"):
            found.add(following)
        elif match := re.match(r"--output(?:-document)?=(.+)|-[oO](?=.)(.+)", word):
            found.add(match.group(1) or match.group(2))
        elif re.match(r"\w+://", word):
            found.add(word.rsplit("/", 1)[-1].split("?")[0])
    return {one.strip().removeprefix("./") for one in found} - {"", "-"}


def is_private_source(words: list[str]) -> bool:
    """Whether a command prints the settings, keys or accounts of the machine."""
    if not words:
        return False
    name, *rest = innermost(words)
    name = name.rsplit("/", 1)[-1]
    if name in ("env", "printenv", "set", "export", "declare", "history"):
        return not [word for word in rest if not word.startswith("-")] or (name == "printenv")
    return name in _READERS and any(_PRIVATE_FILE.search(word) for word in rest)
