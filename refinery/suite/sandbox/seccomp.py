"""The filter over system calls, as a program for the machine in the kernel: no library, the same bytes for bwrap and ourselves."""

from __future__ import annotations

import platform
import struct
from collections.abc import Iterable, Iterator
from errno import EACCES, ENOSYS, EPERM

NAMESPACES = 0x7E02_0000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET."""
NEWEST = 470
"""The last call that was known when this was written; a younger one does not exist for the agent."""
X32 = 0x4000_0000
UNIX, INET, INET6, NETLINK = 1, 2, 10, 16
TERMINAL = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX: typing on somebody's terminal."""

_ARCHITECTURES = {"x86_64": (0xC000_003E, 0), "amd64": (0xC000_003E, 0), "aarch64": (0xC000_00B7, 1), "arm64": (0xC000_00B7, 1)}

_FORBIDDEN: dict[str, tuple[int | None, int | None]] = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    "lookup_dcookie": (212, 18),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
}
"""Numbers on x86_64 and aarch64."""
_TRUNCATE = (76, 45)
_CLONE, _CLONE3, _SOCKET, _SOCKETPAIR, _IOCTL = (56, 220), (435, 435), (41, 198), (53, 199), (16, 29)

_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
"""Where things stand in what the kernel shows of a call; of an argument, its lower half."""
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _FAIL = 0x7FFF_0000, 0x8000_0000, 0x0005_0000

Step = tuple[int, int, int, int]


def program(domains: Iterable[int] = (UNIX, INET, INET6, NETLINK), truncate: bool = True, machine: str = "") -> bytes | None:
    """The filter for this processor; None for one whose calls are not known here.

    Without `truncate` a file cannot be cut by its path: for kernels whose Landlock does not see that.
    """
    known = _ARCHITECTURES.get((machine or platform.machine()).lower())
    if known is None:
        return None
    architecture, place = known
    steps = list(_steps(architecture, place, tuple(domains), truncate))
    return b"".join(struct.pack("<HBBI", *step) for step in steps)


def _steps(architecture: int, place: int, domains: tuple[int, ...], truncate: bool) -> Iterator[Step]:
    yield (_LOAD, 0, 0, _ARCHITECTURE)
    yield (_EQUAL, 1, 0, architecture)
    yield (_RETURN, 0, 0, _KILL)
    yield (_LOAD, 0, 0, _NUMBER)
    if place == 0:
        yield (_AT_LEAST, 0, 1, X32)
        yield (_RETURN, 0, 0, _KILL)
    yield from _when((_AT_LEAST, NEWEST + 1), ENOSYS)
    yield from _when((_EQUAL, _CLONE3[place]), ENOSYS)  # its flags lie in memory, where they cannot be judged
    for numbers in (*_FORBIDDEN.values(), *(() if truncate else (_TRUNCATE,))):
        number = numbers[place]
        if number is not None:
            yield from _when((_EQUAL, number), EPERM)
    yield from _arguments(_CLONE[place], _FIRST, [(_ANY_BIT, NAMESPACES)], EPERM)
    yield from _arguments(_IOCTL[place], _SECOND, [(_EQUAL, request) for request in TERMINAL], EPERM)
    yield from _only(_SOCKET[place], domains)
    yield from _only(_SOCKETPAIR[place], (UNIX,))
    yield (_RETURN, 0, 0, _ALLOW)


def _when(test: tuple[int, int], error: int) -> Iterator[Step]:
    yield (test[0], 0, 1, test[1])
    yield (_RETURN, 0, 0, _FAIL | error)


def _arguments(number: int, argument: int, tests: list[tuple[int, int]], error: int) -> Iterator[Step]:
    """A call that fails when one of the tests on an argument holds."""
    yield (_EQUAL, 0, 2 * len(tests) + 2, number)
    yield (_LOAD, 0, 0, argument)
    for test in tests:
        yield from _when(test, error)
    yield (_RETURN, 0, 0, _ALLOW)


def _only(number: int, values: tuple[int, ...]) -> Iterator[Step]:
    """A call that fails unless its first argument is one of these."""
    yield (_EQUAL, 0, len(values) + 3, number)
    yield (_LOAD, 0, 0, _FIRST)
    for place, value in enumerate(values):
        yield (_EQUAL, len(values) - place, 0, value)
    yield (_RETURN, 0, 0, _FAIL | EACCES)
    yield (_RETURN, 0, 0, _ALLOW)
