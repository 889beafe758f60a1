"""What one worker of the agent's may touch, and how it gets in there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.trace import Json

PORT = 42418
"""Of loopback in a network of its own, where telemetry is received."""
NOBODY = 65534
"""Who the agent is where we are root."""
FILTER = "{filter}"
"""Stands in a command for the number of the descriptor from which the filter over system calls is read."""


@dataclass(frozen=True, slots=True)
class Room:
    """What a worker needs of this machine. There is nothing else in a strong sandbox, and nothing else can be opened in a weak one."""

    tree: Path
    """The throw-away copy; it can be written."""
    home: Path
    """The private folder, HOME and TMPDIR; it can be written."""
    network: bool = False
    visible: tuple[Path, ...] = ()
    """What can be read besides the system."""
    trees: Path | None = None
    """Of a nursery: the folder in which all the trees lie that it will be asked for."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a worker gets into its room."""

    before: tuple[str, ...] = ()
    """What stands before its command."""
    filter: bytes = b""
    """What is fed to the command where it says FILTER."""
    own: Mapping[str, Json] = field(default_factory=dict)
    """What the worker itself gives up when it has started."""
    home: Path | None = None
    """The private folder as it is called inside; None: as outside."""
    port: int | None = None
    """Where telemetry is received inside; None: on the loopback of this machine."""
    deaf: bool = False
    """Whether there is no way for telemetry to come out."""
    owner: int | None = None
    """Whose the agent's processes are, if not ours."""
