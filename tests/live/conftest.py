"""Real platforms, installed beside the project by `make test-live` and started on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

LIVE = os.environ.get("REFINERY_LIVE", "")
START_S = 120.0


@pytest.fixture(scope="session")
def live() -> Path:
    """The environment that the platforms are installed in."""
    if not LIVE:
        pytest.skip("the real platforms are tried by `make test-live`")
    return Path(LIVE).absolute()


@pytest.fixture(scope="session")
def phoenix(live: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Phoenix with nothing in it."""
    folder, port = tmp_path_factory.mktemp("phoenix"), _free_port()
    given = {
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    with _started(
        [str(live / "bin" / "phoenix"), "serve"], folder, {**given, "PHOENIX_GRPC_PORT": str(_free_port())}, port, "/v1/projects"
    ) as url:
        yield url


@pytest.fixture(scope="session")
def mlflow(live: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an MLflow with nothing in it."""
    folder, port = tmp_path_factory.mktemp("mlflow"), _free_port()
    command = [str(live / "bin" / "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--default-artifact-root", str(folder / "artifacts")]
    with _started(command, folder, {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}, port, "/health") as url:
        yield url


@contextmanager
def _started(command: Sequence[str], folder: Path, given: Mapping[str, str], port: int, path: str) -> Iterator[str]:
    """A server that answers; it and all it started are ended with the block."""
    url = f"http://127.0.0.1:{port}"
    around = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, env={**around, **given}, stdout=log, stderr=log, start_new_session=True)
        try:
            _await(url + path, server, folder / "log")
            yield url
        finally:
            os.killpg(server.pid, 15)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, 9)
                server.wait()


def _await(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if server.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the server did not start:\n{log.read_text()[-2000:]}") from None
            time.sleep(0.5)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
