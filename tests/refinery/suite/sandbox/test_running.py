"""Agents of all kinds behind the walls, as users have them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from refinery.domain import AgentSpec, Cause
from refinery.suite.capture import Capture
from refinery.suite.pool import remove
from refinery.suite.runner import Runner
from refinery.suite.sandbox.ground import Ground
from tests.refinery.suite.conftest import PATH, asking
from tests.refinery.suite.sandbox.conftest import APART, MISSING, WEAK, apart, landlocked

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"the strong sandbox is not to be had here: {MISSING}")


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that is not in a folder for temporary files, of which there are others inside."""
    folder = Path(mkdtemp(dir="/opt" if os.geteuid() == 0 else str(Path.home())))
    folder.chmod(0o755)
    yield folder
    remove(folder)


def tree(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(text)
        path.chmod(0o755)
    return folder


def answered(agent: AgentSpec, folder: Path, **given: str) -> str:
    with Runner(agent, 1, environment={**PATH, **given}).open(folder) as bench:
        attempt = bench.attempt(asking(), 0)
    return attempt.output.strip() or f"{attempt.cause}: {attempt.says}"


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_program_in_a_folder_of_ones_own_is_run(tmp_path: Path, elsewhere: Path) -> None:
    program(elsewhere / "tools" / "bin" / "mytool", "#!/bin/sh\necho from-the-tool\n")
    path = f"{elsewhere}/tools/bin:{PATH['PATH']}"
    assert answered(AgentSpec(command=("mytool",)), tree(tmp_path), PATH=path) == "from-the-tool"


def test_a_script_in_the_tree_is_run_by_what_it_names(tmp_path: Path, elsewhere: Path) -> None:
    program(elsewhere / "tools" / "bin" / "runs", "#!/bin/sh\necho ran $1\n")
    path = f"{elsewhere}/tools/bin:{PATH['PATH']}"
    folder = tree(tmp_path, run__sh="#!/usr/bin/env runs\n")
    assert answered(AgentSpec(command=("./run.sh",)), folder, PATH=path) == "ran ./run.sh"


def test_a_program_that_is_found_by_way_of_the_systems_settings_is_run(tmp_path: Path) -> None:
    """As Debian's alternatives: /usr/bin/x leads to /etc/alternatives/x, which leads to the program."""
    linked = next((path for path in sorted(Path("/etc/alternatives").glob("*")) if path.resolve().name in ("mawk", "gawk")), None)
    if linked is None:
        pytest.skip("this system has no alternatives for awk")
    assert answered(AgentSpec(command=("awk", "BEGIN { print 6 * 7 }")), tree(tmp_path)) == "42"


def test_what_cannot_be_seen_is_told_with_the_setting_that_shows_it(tmp_path: Path, elsewhere: Path) -> None:
    model = program(elsewhere / "models" / "weights.txt", "heavy")
    folder = tree(tmp_path, agent__py=f"def answer(given):\n    return open({str(model)!r}).read()\n")
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    assert f"{model} is there, but not to be seen in the sandbox: name it in `readable`" in answered(agent, folder)
    shown = AgentSpec(python="agent:answer", interpreter=sys.executable, readable=(str(model.parent),))
    assert answered(shown, folder) == "heavy"
    with Runner(shown, 1, environment=PATH).open(folder) as bench:
        assert any(str(model.parent) in note for note in bench.notes())


def test_what_may_be_read_cannot_be_written_nor_its_history_read(tmp_path: Path, elsewhere: Path) -> None:
    (elsewhere / ".git").mkdir()
    (elsewhere / ".git" / "HEAD").write_text("x")
    code = f"""
import os
def answer(given):
    try:
        open({str(elsewhere / "new")!r}, "w")
    except OSError as error:
        return [error.strerror, os.listdir({str(elsewhere / ".git")!r})]
"""
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable, readable=(str(elsewhere),))
    assert answered(agent, tree(tmp_path, agent__py=code)) == '["Read-only file system", []]'


def test_an_environment_of_the_users_is_used_wherever_it_lies(tmp_path: Path, elsewhere: Path) -> None:
    environment = elsewhere / "repository" / ".venv"
    (elsewhere / "repository" / ".git").mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "lib_there.py").write_text("WORD = 'from the environment'\n")
    (elsewhere / "linked").mkdir()
    (elsewhere / "linked" / "lib_linked.py").write_text("WORD = 'and by a link'\n")
    (site / "linked.pth").write_text(f"{elsewhere / 'linked'}\n")
    folder = tree(tmp_path, agent__py="import lib_there, lib_linked\ndef answer(given): return lib_there.WORD + ' ' + lib_linked.WORD\n")
    python = str(environment / "bin" / "python")
    assert answered(AgentSpec(python="agent:answer", interpreter=python), folder) == "from the environment and by a link"


def test_the_surroundings_that_a_program_counts_on_are_there(tmp_path: Path) -> None:
    code = """
import locale, os, pwd, ssl, tempfile, time
def answer(given):
    pwd.getpwuid(0)
    ssl.create_default_context()
    assert os.path.realpath(tempfile.gettempdir()).startswith("/private/")
    assert os.path.expanduser("~") == tempfile.gettempdir()
    assert sorted(os.listdir("/dev/shm")) == []
    assert not os.path.exists("/etc/resolv.conf")
    return [os.getcwd() in __file__, time.tzname[0]]
"""
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable, environment=("TZ",))
    assert answered(agent, tree(tmp_path, agent__py=code), TZ="Europe/Berlin") == '[true, "CET"]'


def test_a_candidate_cannot_reach_into_the_trees_of_others(elsewhere: Path) -> None:
    code = """
import os
def answer(given):
    done = []
    for path in (given["other"] + "/agent.py", given["place"] + "/new", "/tmp/left", "here"):
        try:
            open(path, "a").write("x")
            done.append(path)
        except OSError:
            pass
    try:
        done.append(open(given["other"] + "/agent.py").read())
    except OSError:
        pass
    return done
"""
    place = elsewhere / "place"
    for name in ("base", "one"):
        (place / name).mkdir(parents=True)
        (place / name / "agent.py").write_text(code)
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    with Runner(agent, 1, environment=PATH).warmed(place / "base", place) as warm:
        assert warm.nursery
        with warm.open(place / "one") as bench:
            attempt = bench.attempt(asking({"other": str(place / "base"), "place": str(place)}), 0)
    assert attempt.output == '["/tmp/left", "here"]'
    assert (place / "base" / "agent.py").read_text() == code


def test_a_worker_that_does_not_end_is_ended_by_the_nursery_that_bore_it(elsewhere: Path) -> None:
    place = elsewhere / "place"
    for name in ("base", "one"):
        (place / name).mkdir(parents=True)
        (place / name / "agent.py").write_text("def answer(given): return 'ok'\n")
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    with Runner(agent, 1, environment=PATH).warmed(place / "base", place) as warm:
        with warm.open(place / "one") as bench:
            assert bench.attempt(asking(), 0).passed
            pool = bench._launch._pool  # type: ignore[attr-defined]
            pool.process.destroy()
            assert pool.process.returncode is not None
        with warm.open(place / "one") as bench:
            assert bench.attempt(asking(), 0).passed
            assert bench._launch.nursery, "it lives on"  # type: ignore[attr-defined]


SENDS = """
import json, os, urllib.request
def answer(given):
    span = {"traceId": os.environ.get("TRACEPARENT", "-").split("-")[1], "spanId": "00000000000000aa", "name": "step",
            "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).encode()
    address = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if not address:
        return "nowhere to send to"
    request = urllib.request.Request(address + "/v1/traces", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return str(reply.status)
"""


@pytest.mark.parametrize("walls", [None, pytest.param(APART, marks=apart)], ids=["strong", "apart"])
def test_spans_come_out_of_a_network_that_nothing_else_comes_out_of(tmp_path: Path, walls: Ground | None) -> None:
    folder = tree(tmp_path, agent__py=SENDS)
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    with Capture() as capture:
        with Runner(agent, 1, capture, environment=PATH, walls=walls).open(folder) as bench:
            attempt = bench.attempt(asking(), 0)
        assert (attempt.output, bool(attempt.trace_id)) == ("200", True)
        with Runner(agent, 1, capture, environment=PATH, walls=walls).warmed(folder, tmp_path) as warm, warm.open(folder) as bench:
            attempt = bench.attempt(asking(), 0)
        assert (attempt.output, bool(attempt.trace_id)) == ("200", True)


@landlocked
def test_where_spans_cannot_come_out_the_agent_is_not_told_to_send_them(tmp_path: Path) -> None:
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    with Capture() as capture, Runner(agent, 1, capture, environment=PATH, walls=WEAK).open(tree(tmp_path, agent__py=SENDS)) as bench:
        assert bench.attempt(asking(), 0).output == "nowhere to send to"
        assert any("spans" in note for note in bench.notes())


@pytest.mark.parametrize("walls", [None, WEAK], ids=["strong", "weak"])
def test_nothing_of_refinerys_own_environment_is_seen(tmp_path: Path, walls: Ground | None) -> None:
    code = """
import os
def answer(given):
    found = [dict(os.environ)]
    try:
        names = os.listdir("/proc")
    except OSError:
        names = [str(number) for number in range(1, 40000)]
    for name in names:
        try:
            found.append(open("/proc/" + name + "/environ").read())
        except OSError:
            pass
    return str("canary-31f" in str(found))
"""
    environment = {**PATH, "SECRET": "canary-31f"}
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    runner = Runner(agent, 1, environment=environment, walls=walls)
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], env=environment, stdin=subprocess.PIPE)
    try:
        with runner.open(tree(tmp_path, agent__py=code)) as bench:
            assert bench.attempt(asking(), 0).output == "False"
    finally:
        bystander.communicate(b"\n")


def test_a_fork_without_end_ends_with_its_attempt(tmp_path: Path) -> None:
    folder = tree(
        tmp_path, agent__py="import os\ndef answer(given):\n    while True:\n        try: os.fork()\n        except OSError: pass\n"
    )
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable, timeout_s=0.5)
    with Runner(agent, 1, environment=PATH).open(folder) as bench:
        attempt = bench.attempt(asking(), 0)
        assert attempt.cause in (Cause.TIMEOUT, Cause.INFRASTRUCTURE)
    left = [pid for pid in os.listdir("/proc") if pid.isdigit() and str(folder).encode() in _environment(pid)]
    assert left == []


def _environment(pid: str) -> bytes:
    try:
        return Path("/proc", pid, "environ").read_bytes()
    except OSError:
        return b""


def test_an_agent_that_reaches_nobody_is_told_of_the_setting(tmp_path: Path) -> None:
    code = "import urllib.request\ndef answer(given): return urllib.request.urlopen('http://127.0.0.1:9/').status\n"
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    assert "it had no network: if it needs one, set network = true" in answered(agent, tree(tmp_path, agent__py=code))


def test_a_worker_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    with Runner(agent, 1, environment=PATH).open(tree(tmp_path, agent__py="def answer(given): return 'ok'\n")) as bench:
        first = threading.Thread(target=bench.attempt, args=(asking(), 0))
        first.start()
        first.join()
        assert bench.attempt(asking(), 1).passed
        assert not any("made again" in note for note in bench.notes())


def test_whatever_a_worker_sends_first_is_no_harm(tmp_path: Path) -> None:
    code = """
import os, socket
for fd in range(3, 1000):
    try:
        line = socket.socket(fileno=fd)
        line.sendmsg([b"what is this\\n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, (0).to_bytes(4, "little"))])
        line.detach()
    except OSError:
        pass
def answer(given): return "ok"
"""
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable, timeout_s=5)
    said = answered(agent, tree(tmp_path, agent__py=code))
    assert said.startswith(("timeout", "infrastructure")), said


@pytest.mark.parametrize(
    ("agent", "costs"),
    [
        (AgentSpec(command=("true",)), 0.0),
        (AgentSpec(command=("true",), network=True), None),
        (AgentSpec(command=("true",), sandbox="none"), None),
    ],
    ids=["no network", "a network", "no walls"],
)
def test_only_an_agent_that_can_reach_nothing_is_known_to_cost_nothing(tmp_path: Path, agent: AgentSpec, costs: float | None) -> None:
    with Runner(agent, 1, environment=PATH).open(tmp_path) as bench:
        assert bench.attempt(asking(), 0).cost_usd == costs
