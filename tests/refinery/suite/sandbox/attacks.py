"""What a hostile agent tries, one function each. This file is the agent: it stands alone, and is copied into the tree.

`answer` is given where the bait lies, and says of each attempt whether it could be done.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import socket
import subprocess
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Told = dict[str, Any]

SECRET = "canary-7f3e"


def answer(bait: Told) -> dict[str, str]:
    """Whether each attempt could be made: empty, or why not."""
    skipped = bait.get("skip", ())
    return {name: "not tried" if name in skipped else _could(attempt, bait) for name, attempt in ATTEMPTS.items()}


def _could(attempt: Callable[[Told], object], bait: Told) -> str:
    try:
        attempt(bait)
    except BaseException as error:  # noqa: BLE001  whatever it is, it did not work
        return repr(error) or "failed"
    return ""


def _write(path: str) -> None:
    with open(path, "w") as file:
        file.write("x")


def _read(path: str) -> None:
    with open(path) as file:
        if not file.read():
            raise OSError("nothing in it")


def _link(bait: Told) -> None:
    os.symlink(bait["home"], "way-out")
    _write("way-out/by-a-link")


def _call(number: int, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _known(number: int) -> None:
    """Whether a call is answered at all, be it that it was called wrongly."""
    try:
        _call(number, 0, 0, 0, 0, 0)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.ENOSYS):
            raise


def _asking(number: int) -> Callable[[Told], object]:
    return lambda _: _known(number)


def _unix(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)


def _tcp(family: int, host: str, port: int) -> None:
    with socket.socket(family) as line:
        line.settimeout(1)
        line.connect((host, port))


def _datagram(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect(("127.0.0.1", port))
        line.send(b"x")
        line.settimeout(1)
        line.recv(1)  # the bait answers


def _socket(family: int, kind: int, protocol: int = 0) -> None:
    socket.socket(family, kind, protocol).close()


def _forks(most: int) -> None:
    living = []
    try:
        for _ in range(most):
            pid = os.fork()
            if pid == 0:
                import time

                time.sleep(30)
                os._exit(0)
            living.append(pid)
    finally:
        for pid in living:
            os.kill(pid, 9)
            os.waitpid(pid, 0)


def _big_file(size: int) -> None:
    with open("big", "wb") as file:
        for _ in range(size >> 20):
            file.write(bytes(1 << 20))


def _big_memory(size: int) -> None:
    held = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    for place in range(0, size, 1 << 20):
        held[place] = 1
    held.close()


def _mount(_: Told) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", os.getcwd().encode(), b"tmpfs", 0, None) != 0:
        raise OSError(ctypes.get_errno(), "mount")


def _ptrace(pid: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, pid, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


def _others(bait: Told) -> None:
    for name in os.listdir("/proc"):
        if name.isdigit():
            with open("/proc/" + name + "/cmdline", "rb") as file:
                if bait["mark"].encode() in file.read():
                    return
    raise OSError("not seen")


def _environments(_: Told) -> None:
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/" + name + "/environ", "rb") as file:
                    if SECRET.encode() in file.read():
                        return
            except OSError:
                continue
    raise OSError("not found")


def _kill(bait: Told) -> None:
    """Numbers mean nothing inside: all that can be seen are told to end, bar those that it runs under itself."""
    os.kill(bait["process"], 0)
    with open("/proc/" + str(bait["process"]) + "/cmdline", "rb") as file:
        if bait["mark"].encode() not in file.read():
            raise OSError("another process has this number here")
    os.kill(bait["process"], 15)


def _core_pattern(_: Told) -> None:
    with open("/proc/sys/kernel/core_pattern") as file:
        same = file.read()
    with open("/proc/sys/kernel/core_pattern", "w") as file:
        file.write(same)


def _serve(_: Told) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        _tcp(socket.AF_INET, *server.getsockname())


def _in_parallel(_: Told) -> None:
    """A lock of multiprocessing lies in /dev/shm."""
    import multiprocessing

    with multiprocessing.Lock():
        pass


def _run(_: Told) -> None:
    done = subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True)
    if done.stdout != b"1\n":
        raise OSError("nothing came")


ARM = os.uname().machine == "aarch64"
CALLS = {
    "io_uring": 425,
    "bpf": 280 if ARM else 321,
    "userfaultfd": 282 if ARM else 323,
    "perf": 241 if ARM else 298,
    "keyctl": 219 if ARM else 250,
    "open_by_handle_at": 265 if ARM else 304,
}
ATTEMPTS: dict[str, Callable[[Told], object]] = {
    "write into the home": lambda bait: _write(bait["home"] + "/written"),
    "write beside the copy": lambda bait: _write(bait["outside"] + "/written"),
    "write by a link": _link,
    "read a key": lambda bait: _read(bait["home"] + "/.ssh/id_ed25519"),
    "list the home": lambda bait: os.listdir(bait["home"]),
    "read the system's secrets": lambda _: _read("/etc/shadow"),
    "write a hook": lambda bait: _write(bait["home"] + "/.git/hooks/post-commit"),
    "write the repository's settings": lambda bait: _write(bait["home"] + "/.git/config"),
    "move the repository": lambda bait: os.rename(bait["home"] + "/.git", bait["home"] + "/moved"),
    "write the system": lambda _: _write("/usr/written"),
    "write the interpreter": lambda _: _write(os.path.join(os.path.dirname(os.__file__), "written.py")),
    "reach TCP": lambda bait: _tcp(socket.AF_INET, "127.0.0.1", bait["tcp"]),
    "reach TCP by IPv6": lambda bait: _tcp(socket.AF_INET6, "::1", bait["tcp6"]),
    "reach UDP": lambda bait: _datagram(bait["udp"]),
    "reach a Unix socket": lambda bait: _unix(bait["outside"] + "/socket"),
    "reach an abstract socket": lambda bait: _unix("\0" + bait["abstract"]),
    "open a socket to the hypervisor": lambda _: _socket(40, socket.SOCK_STREAM),
    "open a packet socket": lambda _: _socket(17, socket.SOCK_RAW),
    "open a raw socket": lambda _: _socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "open a socket to the kernel's ciphers": lambda _: _socket(38, socket.SOCK_SEQPACKET),
    "end a process": _kill,
    "see processes": _others,
    "read an environment": _environments,
    "trace a process": lambda bait: _ptrace(bait["process"]),
    "make a user namespace": lambda _: _call(97 if ARM else 272, 0x1000_0000),
    "mount": _mount,
    "write the kernel's settings": _core_pattern,
    "take 2 GB of memory": lambda _: _big_memory(2 << 30),
    "write a file of 300 MB": lambda _: _big_file(300 << 20),
    "start 200 processes": lambda _: _forks(200),
    **{f"call {name}": _asking(number) for name, number in CALLS.items()},
}
"""What must not be possible."""
LEGITIMATE: dict[str, Callable[[Told], object]] = {
    "write in the copy": lambda _: _write("written"),
    "write over a file of the copy": lambda _: _write("data/given.txt"),
    "make a file in a folder of the copy": lambda _: _write("data/new.txt"),
    "write into HOME": lambda _: _write(os.path.expanduser("~/written")),
    "write into /tmp": lambda _: _write("/tmp/written"),
    "write to /dev/stderr": lambda _: _write("/dev/stderr"),
    "start a program": _run,
    "use a lock between processes": _in_parallel,
    "serve on loopback": _serve,
}


def work(bait: Told) -> dict[str, str]:
    """The same for what must be possible."""
    return {name: _could(attempt, bait) for name, attempt in LEGITIMATE.items()}


if __name__ == "__main__":
    given = json.load(sys.stdin)
    sys.stdout.write(json.dumps(work(given) if given.get("work") else answer(given)))
