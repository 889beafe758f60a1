"""What a hostile agent would try first, tried from inside: the standard library alone, run by the user's Python.

The one argument is JSON: where the traps stand. Each answer is whether the thing could be done; whoever set the traps looks at them too.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NEW_USER_SPACE = 0x1000_0000


def main(traps: dict[str, Any]) -> dict[str, bool]:
    tries: dict[str, Callable[[], object]] = {
        "write outside": lambda: _write(os.path.join(traps["outside"], "written")),
        "read outside": lambda: _read(os.path.join(traps["outside"], "secret")),
        "write a hook": lambda: _write(os.path.join(traps["outside"], ".git", "hooks", "post-commit")),
        "reach a server here": lambda: _connect(traps["tcp"]),
        "send a datagram": lambda: _send(traps["udp"]),
        "signal a process outside": lambda: _signal(*traps["process"]),
        "make a user namespace": _namespace,
        "write in the copy": lambda: _write("refinery-probe"),
        "serve on loopback": _serve,
    }
    return {name: _could(attempt) for name, attempt in tries.items()}


def _could(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except Exception:  # noqa: BLE001  any failure is the answer "no"
        return False
    return True


def _write(path: str) -> None:
    with open(path, "w") as file:
        file.write("x")


def _read(path: str) -> None:
    with open(path) as file:
        file.read()


def _connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port), 1).close()


def _send(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.sendto(b"x", ("127.0.0.1", port))
    raise OSError("whether it arrived is known to whoever waits for it")


def _signal(pid: int, born: str) -> None:
    """The same number may be somebody else's inside; when a process began tells them apart, where that can be seen."""
    os.kill(pid, 0)
    try:
        with open("/proc/" + str(pid) + "/stat") as file:
            found = file.read().rpartition(")")[2].split()[19]
    except OSError:
        return
    if found != born:
        raise OSError("it is another one")


def _namespace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_USER_SPACE) != 0:
        raise OSError("refused")


def _serve() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        with socket.create_connection(server.getsockname(), 1) as caller:
            answerer, _ = server.accept()
            answerer.sendall(b"x")
            answerer.close()
            if caller.recv(1) != b"x":
                raise OSError("nothing came")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
