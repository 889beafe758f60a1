"""`refinery show`: one fix, or the last search for one, on the terminal and in the forms that are handed on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from refinery.cli import show

if TYPE_CHECKING:
    from adapters.trace import Json
    from refinery.flows.dossier import Dossier
    from refinery.repo.shown import Descent


@click.command()
@click.argument("fix", required=False)
@click.option("--markdown", is_flag=True, help="Write the text of a pull request.")
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path), help="Write a report that needs nothing else into this file.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(fix: str | None, markdown: bool, html: Path | None, as_json: bool) -> None:
    """Show one fix: its message, its change, and the evidence kept with it.

    FIX is a branch of Refinery's or its last part, or any commit that holds the fix: as it was kept, amended, rebased, squashed or merged.
    Without FIX it is the last search for one, whether it kept something or not.

    \b
    Examples: refinery show refinery/return-currency-from-lookup-price
              refinery show refinery/return-currency-from-lookup-price --html report.html
              refinery show --html report.html
    """
    from refinery import wiring
    from refinery.errors import UsageError
    from refinery.flows.dossier import dossier, last_search

    if sum((markdown, html is not None, as_json)) > 1:
        raise UsageError("an answer has one form", hint="one of --markdown, --html FILE and --json")
    with wiring.repository() as repository, wiring.history(repository) as past:
        if fix is None:
            with wiring.store() as store:
                made = last_search(store, past)
        else:
            made = dossier(past.show(fix))
        for each in past.recovered:
            show.note(f"note: {each}")
    if as_json:
        show.as_json(_shape(made))
    elif markdown:
        from refinery.cli.formats.request import body

        show.text(body(made).rstrip("\n"))
    elif html is not None:
        _write(made, html)
    else:
        _tell(made)


def _shape(made: Dossier) -> dict[str, Json]:
    from refinery.repo.patch import stat

    entry = made.entry
    files: list[Json] = [{"path": file.path, "added": file.added, "removed": file.removed} for file in stat(made.patch)] if entry else []
    return {
        "commit": entry.commit if entry else None,
        "branch": entry.branch if entry else "",
        "subject": made.subject,
        "state": entry.state if entry else None,
        "fix": (entry.fix or None) if entry else None,
        "asked": _descent(made.asked),
        "message": entry.message if entry else "",
        "trailers": {key: list(values) for key, values in entry.trailers.items()} if entry else {},
        "files": files,
        "patch": made.patch,
        "evidence": dict(made.evidence) if made.evidence else None,
        "standing": made.standing,
    }


def _descent(asked: Descent | None) -> dict[str, Json] | None:
    return {"commit": asked.commit, "kind": asked.kind, "same": asked.same, "says": asked.says} if asked else None


def _write(made: Dossier, path: Path) -> None:
    """A file is written over only when it is a report of ours."""
    from refinery.cli.formats.page import MARK, page
    from refinery.errors import UsageError

    if path.exists():
        with path.open("rb") as there:
            if MARK.encode() not in there.read(200):
                raise UsageError(f"{path} is there already, and is no report of Refinery's", hint="name another file")
    path.write_text(page(made), encoding="utf-8")
    show.text(f"written: {path}")


def _tell(made: Dossier) -> None:
    from refinery.cli import reviewing
    from refinery.repo.patch import stat

    if made.asked:
        show.text(made.asked.says)
        show.text()
    if made.entry is None:
        show.paragraph(f"the last search ({made.at}): {made.subject}")
        show.on_screen(reviewing.evidence(made))
        return
    show.text(f"commit {made.entry.commit}  ({', '.join(filter(None, (made.fate, made.entry.branch)))})")
    show.text()
    show.text(made.entry.message.rstrip())
    show.text()
    for file in stat(made.patch):
        show.text(f"{file.path}  +{file.added} -{file.removed}")
    show.text()
    show.text(made.patch.rstrip())
    show.on_screen(reviewing.evidence(made))
    show.text()
    show.paragraph("More: --json, --markdown (for a pull request), --html FILE (a report)")
