from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from refinery.domain import Cause
from tests.refinery.suite.conftest import HOLD, Opened, alive, asking

ECHO = "import json, sys\ngiven = json.load(sys.stdin)\nprint(json.dumps({'got': given}, ensure_ascii=False))\n"


def test_a_command_reads_json_and_writes_its_answer(opened: Opened) -> None:
    attempt = opened(ECHO, "python", "agent.py").attempt(asking({"q": "ä"}, ("json-path", {"path": "$.got.q", "equals": "ä"})), 0)
    assert attempt.passed
    assert attempt.output == '{"got": {"q": "ä"}}'


def test_a_large_input_does_not_block(opened: Opened) -> None:
    code = "import json, sys\nprint('x' * 100_000, file=sys.stderr)\nprint(len(json.load(sys.stdin)))"
    assert opened(code, "python", "agent.py").attempt(asking("y" * 3_000_000, ("equals", 3_000_000)), 0).passed


@pytest.mark.parametrize(
    ("code", "cause", "says"),
    [
        ("import sys; sys.stderr.write('bad thing'); sys.exit(3)", Cause.EXIT, "exit status 3: bad thing"),
        ("import os; os.kill(os.getpid(), 11)", Cause.SIGNAL, "SIGSEGV"),
        ("import os; os.kill(0, 9)", Cause.SIGNAL, "SIGKILL"),
        ("import time; time.sleep(60)", Cause.TIMEOUT, "within 0.5 s"),
        ("while True: print('x' * 999)", Cause.OUTPUT, "without end"),
        ("", Cause.OUTPUT, "no answer to stdout"),
        (r"import sys; sys.stdout.buffer.write(b'\xff\xfe')", Cause.OUTPUT, "not text in UTF-8"),
        ("print('hello')", Cause.OUTPUT, "the answer is not JSON"),
        ("print('loading'); print('{}')", Cause.OUTPUT, "write logs to stderr"),
    ],
)
def test_every_way_to_fail_has_a_cause_and_a_sentence(opened: Opened, code: str, cause: Cause, says: str) -> None:
    bench = opened(code, "python", "agent.py", seconds=0.5 if cause is Cause.TIMEOUT else 10)
    attempt = bench.attempt(asking(None, ("is-json", None)), 0)
    assert (attempt.passed, attempt.cause) == (False, cause)
    assert says in attempt.says


def test_a_program_that_is_missing_is_not_the_agents_fault(opened: Opened) -> None:
    attempt = opened("", "/nowhere/agent").attempt(asking(), 0)
    assert attempt.cause is Cause.INFRASTRUCTURE
    assert "/nowhere/agent cannot be started" in attempt.says


def test_the_folder_of_the_attempt_is_the_tree(opened: Opened, tmp_path: Path) -> None:
    assert opened("import os; print(os.getcwd())", "python", "agent.py").attempt(asking(None, ("equals", str(tmp_path / "tree"))), 0).passed


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux hands orphans to a process of ours")
@pytest.mark.parametrize("then", ["print('left some')", "time.sleep(60)"])
def test_daemons_are_gone_with_their_attempt(opened: Opened, tmp_path: Path, then: str) -> None:
    code = f"""
import os, sys, time
{HOLD}
for number in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            hold(str(number))
            os.environ.clear()
            os.execv(sys.executable, ["sleeper", "-S", "-c", "import time; time.sleep(60)"])
        os._exit(0)
while not all(os.path.exists(str(n)) and open(str(n)).read() for n in range(3)): pass
{then}
"""
    opened(code, "python", "agent.py", seconds=1.0).attempt(asking(), 0)
    assert [number for number in range(3) if alive(tmp_path / "tree" / str(number))] == []


@pytest.mark.parametrize(
    "command", [("python", "agent.py", "x"), ("python", "-u", "-m", "agent", "x"), ("python3", "-X", "utf8", "agent.py", "x")]
)
def test_lines_of_python_commands_are_seen(opened: Opened, command: tuple[str, ...]) -> None:
    code = "import sys\nif sys.argv[1:] != ['x'] or __name__ != '__main__':\n    sys.exit(9)\nprint('ok')\nsys.exit(0)\n"
    execution = opened(code, *command, coverage=True).execution(asking(None, ("equals", "ok")))
    assert execution is not None
    assert execution.passed
    assert execution.lines == {"agent.py": frozenset({1, 2, 4, 5})}


def test_lines_of_other_programs_are_not(opened: Opened) -> None:
    bench = opened("", "sh", "-c", "echo ok", coverage=True)
    assert bench.attempt(asking(None, ("equals", "ok")), 0).passed
    assert bench.execution(asking()) is None


KILLED = """
import sys
from pathlib import Path
from refinery.domain import AgentSpec, Expectation, Scenario
from refinery.suite.runner import Runner

agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
with Runner(agent).open(Path(sys.argv[1])) as bench:
    bench.attempt(Scenario("a", sys.argv[2], (Expectation("no-error", True),)), 0)
"""

NEXT = "from refinery.suite.pool import clear_abandoned\nclear_abandoned()"
"""What every command does first."""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("where", ["import", "call"])
def test_nothing_outlives_a_refinery_that_is_killed(tmp_path: Path, end: signal.Signals, where: str) -> None:
    tree, rooms = tmp_path / "tree", tmp_path / "rooms"
    tree.mkdir()
    rooms.mkdir()
    file = tree / "held"
    wait = f"import time\nhold({str(file)!r})\ntime.sleep(60)\n"
    body = "def answer(given):\n" + "".join(f"    {line}\n" for line in wait.splitlines())
    (tree / "agent.py").write_text(HOLD + (wait if where == "import" else body))
    program = [sys.executable, "-c", KILLED, str(tree), "x"]
    around = {**os.environ, "TMPDIR": str(rooms)}
    refinery = subprocess.Popen(program, stderr=subprocess.DEVNULL, cwd=os.getcwd(), env=around)
    _eventually(lambda: file.exists() and file.read_text())
    refinery.send_signal(end)
    refinery.wait(20)
    _eventually(lambda: not alive(file))
    if end is signal.SIGKILL:
        subprocess.run([sys.executable, "-c", NEXT], env=around, check=True)
    assert not any(rooms.iterdir())


def _eventually(condition: object) -> object:
    assert callable(condition)
    until = time.monotonic() + 20
    while not (found := condition()):
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.01)
    return found


def test_the_answer_of_a_command_keeps_its_form(opened: Opened) -> None:
    attempt = opened("print('one\\ntwo\\n')", "python", "agent.py").attempt(asking(), 0)
    assert attempt.output == "one\ntwo\n"
