from __future__ import annotations

import struct
from errno import EACCES, ENOSYS, EPERM

import pytest
from hypothesis import given
from hypothesis import strategies as some

from refinery.suite.sandbox import seccomp

MACHINES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
ALLOWED, KILLED = 0x7FFF_0000, 0x8000_0000
CALLS = {
    "x86_64": {"read": 0, "clone": 56, "clone3": 435, "socket": 41, "socketpair": 53, "ioctl": 16, "unshare": 272, "ptrace": 101},
    "aarch64": {"read": 63, "clone": 220, "clone3": 435, "socket": 198, "socketpair": 199, "ioctl": 29, "unshare": 97, "ptrace": 117},
}


def verdict(machine: str, number: int, *arguments: int, architecture: int | None = None, program: bytes | None = None) -> int:
    """What the kernel would do: its machine, as far as these programs use it."""
    held = program or seccomp.program(machine=machine)
    assert held
    steps = list(struct.iter_unpack("<HBBI", held))
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<iIQ6Q", number, MACHINES[machine] if architecture is None else architecture, 0, *padded)
    accumulator = place = 0
    while True:
        code, yes, no, value = steps[place]
        place += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, value)
            case 0x15:
                place += yes if accumulator == value else no
            case 0x35:
                place += yes if accumulator >= value else no
            case 0x45:
                place += yes if accumulator & value else no
            case 0x06:
                return int(value)


def refused(error: int) -> int:
    return 0x0005_0000 | error


machines = pytest.mark.parametrize("machine", MACHINES)


@machines
def test_ordinary_calls_pass(machine: str) -> None:
    calls = CALLS[machine]
    assert verdict(machine, calls["read"]) == ALLOWED
    assert verdict(machine, calls["clone"], 0x0100_0011) == ALLOWED
    assert verdict(machine, calls["ioctl"], 1, 0x5413) == ALLOWED
    assert [verdict(machine, calls["socket"], family) for family in (1, 2, 10, 16)] == [ALLOWED] * 4
    assert verdict(machine, calls["socketpair"], 1) == ALLOWED


@machines
def test_what_leads_out_is_refused(machine: str) -> None:
    calls = CALLS[machine]
    assert [verdict(machine, calls[name]) for name in ("unshare", "ptrace")] == [refused(EPERM)] * 2
    assert verdict(machine, calls["clone3"]) == refused(ENOSYS), "so that libraries fall back to clone"
    assert verdict(machine, calls["ioctl"], 0, 0x5412) == refused(EPERM)
    assert verdict(machine, calls["socketpair"], 2) == refused(EACCES)


@pytest.mark.parametrize("bit", [17, 25, 26, 27, 28, 29, 30])
@machines
def test_a_process_in_a_new_namespace_is_refused(machine: str, bit: int) -> None:
    assert verdict(machine, CALLS[machine]["clone"], 1 << bit | 0x11) == refused(EPERM)


@given(some.integers(0, 2**32 - 1), some.sampled_from(sorted(MACHINES)))
def test_of_sockets_only_four_families_can_be_had(family: int, machine: str) -> None:
    assert (verdict(machine, CALLS[machine]["socket"], family) == ALLOWED) == (family in (1, 2, 10, 16))


@given(some.integers(0, 2**32 - 1), some.sampled_from(sorted(MACHINES)))
def test_calls_of_another_architecture_end_the_process(architecture: int, machine: str) -> None:
    if architecture != MACHINES[machine]:
        assert verdict(machine, 0, architecture=architecture) == KILLED


@given(some.integers(0x4000_0000, 0x7FFF_FFFF))
def test_calls_of_the_small_brother_of_x86_64_end_the_process(number: int) -> None:
    assert verdict("x86_64", number) == KILLED


@given(some.integers(seccomp.NEWEST + 1, 0x3FFF_FFFF), some.sampled_from(sorted(MACHINES)))
def test_a_call_that_nobody_knew_of_does_not_exist(number: int, machine: str) -> None:
    assert verdict(machine, number) == refused(ENOSYS)


@machines
def test_without_inet_no_way_leads_into_the_network(machine: str) -> None:
    program = seccomp.program((seccomp.NETLINK,), truncate=False, machine=machine)
    families = [verdict(machine, CALLS[machine]["socket"], family, program=program) for family in (1, 2, 10, 16)]
    assert families == [refused(EACCES)] * 3 + [ALLOWED]
    assert verdict(machine, 76 if machine == "x86_64" else 45, program=program) == refused(EPERM)


def test_there_is_none_for_a_processor_whose_calls_are_not_known() -> None:
    assert seccomp.program(machine="riscv64") is None
