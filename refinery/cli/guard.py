"""`refinery guard`: judge proposed changes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from refinery.cli import show

if TYPE_CHECKING:
    from safety.guard import Guard
    from safety.verdict import Verdict

FORMATS = ("text", "json", "markdown", "junit", "sarif")


@click.command()
@click.argument("revisions", required=False, metavar="[BASE..HEAD]")
@click.option("--changes", "changes", help="A file of proposals, one JSON object a line (- for standard input); answers one line each.")
@click.option("--staged", is_flag=True, help="Judge what is staged.")
@click.option("--policy", type=click.Path(path_type=Path), help="A policy in JSON; otherwise refinery.toml decides.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The form of the answer.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the answer into this file as well, in the form of --format.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(
    revisions: str | None, changes: str | None, staged: bool, policy: Path | None, form: str, output: Path | None, as_json: bool
) -> int:
    """Judge proposed changes: allow, needs_approval or block, with reasons.

    \b
    Examples: refinery guard --staged
              refinery guard main..HEAD --format sarif --output guard.sarif
              refinery guard --changes proposals.jsonl --policy policy.json
    """
    from refinery import contract, wiring
    from refinery.cli import views
    from refinery.config import Surrounding
    from refinery.errors import UsageError
    from refinery.flows.review import review_range, review_staged

    if sum((revisions is not None, changes is not None, staged)) != 1:
        raise UsageError("say what to judge: --changes FILE, --staged or BASE..HEAD", hint="one of them")
    guard = wiring.guard(policy)
    if changes is not None and (form not in ("text", "json") or output):
        raise UsageError("proposals are answered one by one, in JSON", hint="--format and --output go with --staged or BASE..HEAD")
    if changes is not None:
        return _lines(changes, guard)
    with wiring.repository() as repository:
        judged = review_range(revisions, repository, guard) if revisions else review_staged(repository, guard, Surrounding.read().index)
    if output:
        output.write_text(_written(judged, "markdown" if form == "text" else form), encoding="utf-8")
    if as_json:
        show.as_json(contract.verdict(judged))
    elif form == "text" or output:
        show.on_screen(views.verdict(judged))
    else:
        show.text(_written(judged, form).rstrip("\n"))
    return 0 if judged.allowed else 1


def _written(judged: Verdict, form: str) -> str:
    import json

    from refinery import contract
    from refinery.cli.formats import junit, markdown, sarif

    if form == "json":
        return json.dumps(contract.verdict(judged), ensure_ascii=False) + "\n"
    if form == "sarif":
        return json.dumps(sarif.guard(judged), ensure_ascii=False, indent=1) + "\n"
    return junit.guard(judged) if form == "junit" else markdown.guard(judged)


def _lines(name: str, guard: Guard) -> int:
    from refinery.errors import ConfigError
    from safety.wire import WireError, parse_proposal, verdict_json

    worst = 0
    with _opened(name) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                proposal = parse_proposal(line.decode("utf-8"), number)
            except UnicodeDecodeError as error:
                raise ConfigError(
                    f"{name}: line {number}: this is not UTF-8 ({error.reason})", hint="carry bytes in `after_b64`"
                ) from error
            except WireError as error:
                raise ConfigError(f"{name}: {error}", hint="each line is one proposal in JSON") from error
            judged = guard.judge(proposal.changes, proposal.around)
            show.as_json(verdict_json(judged, proposal.id))
            worst = worst or int(not judged.allowed)
    return worst


def _opened(name: str) -> BinaryIO:
    from refinery.errors import UsageError

    if name == "-":
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}", hint="name a file of proposals, or - for standard input") from error
