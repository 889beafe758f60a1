"""What lies about on a machine, for a hostile agent to take; looked at afterwards, from outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from adapters.trace import Json
from tests.refinery.suite.sandbox.attacks import SECRET


class Bait:
    """What lies about outside, readable and writable for anybody, so that it is the walls that keep it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"bait-{os.getpid()}"
        home = folder / "home"
        (home / ".git" / "hooks").mkdir(parents=True)
        (home / ".ssh").mkdir()
        (home / ".ssh" / "id_ed25519").write_text("a key")
        (home / ".git" / "config").write_text("as it was")
        for path in (folder, home, *home.rglob("*")):
            path.chmod(0o777)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.tcp6 = socket.create_server(("::1", 0), family=socket.AF_INET6)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.unix = socket.socket(socket.AF_UNIX)
        self.unix.bind(str(folder / "socket"))
        (folder / "socket").chmod(0o777)
        self.abstract = socket.socket(socket.AF_UNIX)
        self.abstract.bind("\0" + self.mark)
        for line in (self.unix, self.abstract):
            line.listen()
        code = "import sys, time\nprint(1, flush=True)\ntime.sleep(120)"
        environment = {**os.environ, "TOKEN": SECRET}
        self.process = subprocess.Popen([sys.executable, "-S", "-c", code, self.mark], env=environment, stdout=subprocess.PIPE)
        assert self.process.stdout
        self.process.stdout.readline()
        threading.Thread(target=self._echo, daemon=True).start()

    def _echo(self) -> None:
        try:
            while True:
                _, address = self.udp.recvfrom(16)
                self.udp.sendto(b"x", address)
        except OSError:
            return

    def told(self) -> dict[str, Json]:
        return {
            "home": str(self.folder / "home"),
            "outside": str(self.folder),
            "tcp": self.tcp.getsockname()[1],
            "tcp6": self.tcp6.getsockname()[1],
            "udp": self.udp.getsockname()[1],
            "abstract": self.mark,
            "process": self.process.pid,
            "mark": self.mark,
        }

    def taken(self) -> list[str]:
        """What is no longer as it was."""
        home = self.folder / "home"
        found = [str(path) for path in (home / "written", home / "by-a-link", self.folder / "written", home / "moved") if path.exists()]
        found += [str(path) for path in home.glob("*/hooks/*")]
        if not (home / ".git" / "config").is_file() or (home / ".git" / "config").read_text() != "as it was":
            found.append("the repository's settings")
        if self.process.poll() is not None:
            found.append("the process was ended")
        return found

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()
        for line in (self.tcp, self.tcp6, self.unix, self.abstract, self.udp):
            line.close()
