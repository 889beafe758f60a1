"""The entry point. It imports click and nothing else of weight: each command is imported when it is called."""

from __future__ import annotations

import importlib
import sys
from typing import Any, cast

import click

from refinery.errors import OutsideError, RefineryError, UsageError
from refinery.version import VERSION

COMMANDS = {
    "start": ("session", "Be guided from a conversation that went wrong to a change that mends it."),
    "demo": ("demo", "Run the whole loop on a bundled agent, offline, in a temporary repository."),
    "init": ("init", "Look at this repository and write refinery.toml."),
    "doctor": ("doctor", "Check everything a run needs, and say how to mend what is missing."),
    "traces": ("traces", "Pull, import, list and show traces."),
    "diagnose": ("diagnose", "Say which step of a trace went wrong, and why, with quotes."),
    "cluster": ("cluster", "Group the failures in the store: what fails most, since when."),
    "fix": ("fix", "Turn a failing trace into a validated commit on a branch of its own."),
    "suite": ("suite", "Run, list, make up or import scenarios, and audit their judge."),
    "guard": ("guard", "Judge proposed changes: allow, needs_approval or block."),
    "check": ("check", "Ask before a merge: does the guard pass it, and did nothing get worse?"),
    "hooks": ("hooks", "Put the guard and the gate into git's hooks, or take them out."),
    "guides": ("guides", "Search the guides, or add your own."),
    "history": ("fixes:history", "List the fixes that were kept."),
    "show": ("presenting", "Show one fix with its evidence, or write a report of it."),
    "explain": ("explain", "Tell in plain words what a commit is about."),
    "request": ("request", "Open a pull request for a fix, with its evidence as the text."),
    "verify": ("verify", "Run the gate on a fix once more, and say whether its claim still holds."),
    "accept": ("changing:accept", "Bring a fix to the branch you have checked out."),
    "undo": ("changing:undo", "Take a fix back."),
    "redo": ("changing:redo", "Bring back a fix that was undone."),
}
"""Command: the module (and the name in it, where that is not `command`), and the line that help shows without importing it."""


class Lazy(click.Group):
    """A group that knows its commands by name and imports the one that is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        return cast("click.Command", getattr(importlib.import_module(f"refinery.cli.{module}"), name or "command"))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in COMMANDS.items()])


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
    epilog="Start with: refinery demo",
)
@click.version_option(VERSION, prog_name="refinery")
@click.pass_context
def refinery(ctx: click.Context) -> int:
    """Turn a failing trace of an AI agent into a git commit that carries its own proof.

    Without a command, in a terminal, a guided session begins.
    """
    if ctx.invoked_subcommand is None:
        from refinery.cli import show

        if show.someone_there():
            from refinery.cli.session import guided

            return guided()
        click.echo(ctx.get_help())
    return 0


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with the exit status of the contract."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run one command: 0 done, 1 the answer is no, 2 wrong usage, 3 our bug, 4 not enough evidence, 5 something outside failed."""
    try:
        status: Any = refinery.main(args=arguments, standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return _told("interrupted", "nothing is left behind; run the same command again", 130)
    except RefineryError as error:
        return _told(str(error), error.hint, error.exit_status)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return _told(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), "", OutsideError.exit_status)
    except Exception as error:  # noqa: BLE001  the edge of the process: our bug is told as such
        return _rim(error)


def _rim(error: Exception) -> int:
    """Errors of the packages that know nothing of Refinery, and after them our bugs."""
    from adapters.source import NotFound, SourceError, Unreadable
    from knowledge.errors import KnowledgeError

    if isinstance(error, SourceError | KnowledgeError):
        status = UsageError.exit_status if isinstance(error, NotFound | Unreadable) else OutsideError.exit_status
        return _told(str(error), error.hint, status)
    import traceback

    traceback.print_exception(error)
    return _told(f"this is a bug in Refinery: {type(error).__name__}", "please report it with the lines above", 3)


def _told(message: str, hint: str, status: int) -> int:
    from refinery.cli import show

    show.note(f"refinery: {message}")
    if hint:
        show.note(f"  -> {hint}")
    return status
