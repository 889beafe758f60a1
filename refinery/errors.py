"""What goes wrong in the machine, as opposed to under test; each tells the way out.

RefineryError           exit status 3 unless said otherwise
├── UsageError          2  the command or its arguments
├── ConfigError         2  refinery.toml, a scenario file, a policy
├── RepositoryError     2  no repository, or one in which this cannot be done
├── NotEnough           4  the evidence does not decide
└── OutsideError        5  network, provider, disk, a program that is missing
"""

from __future__ import annotations


class RefineryError(Exception):
    """A message the user can act on, and a hint how."""

    exit_status = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(RefineryError):
    """The command was asked for something that makes no sense."""

    exit_status = 2


class ConfigError(RefineryError):
    """A file that the user writes for Refinery is wrong; the message names file and line."""

    exit_status = 2


class RepositoryError(RefineryError):
    """There is no repository, or not one in which this can be done."""

    exit_status = 2


class NotEnough(RefineryError):
    """The evidence does not decide the question."""

    exit_status = 4


class OutsideError(RefineryError):
    """Something that is not ours failed: network, provider, disk."""

    exit_status = 5
