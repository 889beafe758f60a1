from __future__ import annotations

import ast
import json
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from refinery.domain import Cause
from refinery.suite import worker
from refinery.suite.confinement import Limits
from tests.refinery.suite.conftest import HOLD, Opened, alive, asking


def test_a_callable_is_given_the_input_and_its_answer_is_judged(opened: Opened) -> None:
    bench = opened("def answer(given): return {'total': given['n'] * 2}")
    attempt = bench.attempt(asking({"n": 21}, ("json-path", {"path": "$.total", "equals": 42})), 0)
    assert attempt.passed
    assert json.loads(attempt.output) == {"total": 42}
    assert 0 < attempt.latency_s < 1


def test_a_coroutine_is_awaited(opened: Opened) -> None:
    assert opened("async def answer(given): return given").attempt(asking("hi", ("equals", "hi")), 0).passed


def test_no_attempt_sees_what_another_left_in_memory(opened: Opened) -> None:
    bench = opened("seen = []\ndef answer(given):\n    seen.append(1)\n    return str(len(seen))")
    assert {attempt.output for attempt in bench.attempts([(asking(), n) for n in range(6)])} == {"1"}


def test_chance_differs_from_attempt_to_attempt(opened: Opened) -> None:
    bench = opened("import random\nrandom.random()\ndef answer(given): return str(random.random())")
    assert len({attempt.output for attempt in bench.attempts([(asking(), n) for n in range(6)])}) == 6


def test_hashes_are_the_same_in_every_attempt(opened: Opened) -> None:
    bench = opened("def answer(given): return str(hash('a'))")
    assert len({bench.attempt(asking(), n).output for n in range(2)}) == 1


def test_what_the_agent_prints_is_not_its_answer(opened: Opened) -> None:
    bench = opened(
        "import os\ndef answer(given):\n    print('noise')\n    os.write(1, b'{}')\n    os.write(2, b'log')\n    return 'answer'"
    )
    attempt = bench.attempt(asking(), 0)
    assert (attempt.output, attempt.error) == ("answer", "log")


def test_an_exception_is_told_with_its_traceback_and_without_our_frames(opened: Opened) -> None:
    attempt = opened("def answer(given):\n    return given['price']").attempt(asking({}), 0)
    assert (attempt.cause, attempt.says) == (Cause.EXIT, "the agent raised KeyError: 'price'")
    assert 'agent.py", line 2, in answer' in attempt.error
    assert "worker.py" not in attempt.error


@pytest.mark.parametrize(
    ("body", "cause", "says"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Cause.SIGNAL, "killed by SIGSEGV"),
        ("import sys; sys.exit(3)", Cause.EXIT, "SystemExit: 3"),
        ("import os; os._exit(3)", Cause.EXIT, "exit status 3"),
        ("while True: pass", Cause.TIMEOUT, "within 0.3 s"),
        ("while True: print('x' * 999)", Cause.OUTPUT, "without end"),
        ("return None", Cause.OUTPUT, "it returned None"),
        ("return object()", Cause.OUTPUT, "object is not JSON"),
        ("return 'x' * 2_000_000", Cause.OUTPUT, "far too large"),
        ("import os, signal; os.kill(os.getppid(), signal.SIGKILL); import time; time.sleep(9)", Cause.INFRASTRUCTURE, "gone"),
    ],
)
def test_every_way_to_fail_has_a_cause_and_a_sentence(opened: Opened, body: str, cause: Cause, says: str) -> None:
    bench = opened(f"def answer(given):\n    {body}", seconds=0.3 if cause is Cause.TIMEOUT else 10)
    attempt = bench.attempt(asking(), 0)
    assert (attempt.passed, attempt.cause) == (False, cause)
    assert says in attempt.says


def test_after_a_failure_the_next_attempt_is_as_good_as_the_first(opened: Opened) -> None:
    bench = opened(
        "import os\ndef answer(given):\n    if given == 'die': os.kill(os.getppid(), 9)\n    while given == 'hang': pass\n    return 'ok'",
        seconds=0.5,
    )
    assert [bench.attempt(asking(word), 0).passed for word in ("well", "hang", "well", "die", "well")] == [True, False, True, False, True]


def test_an_agent_that_cannot_be_imported_fails_every_attempt_with_the_reason(opened: Opened) -> None:
    attempt = opened("import not_there_at_all").attempt(asking(), 0)
    assert attempt.cause is Cause.EXIT
    assert attempt.says == "agent:answer could not be imported: ModuleNotFoundError: No module named 'not_there_at_all'"
    assert "agent.py" in attempt.error


def test_a_hanging_import_is_ended(opened: Opened) -> None:
    attempt = opened("while True: pass", seconds=0.3).attempt(asking(), 0)
    assert attempt.cause is Cause.TIMEOUT


def test_code_from_elsewhere_is_not_tried_in_place_of_the_tree(opened: Opened, tmp_path: Path) -> None:
    bench = opened("import json\nimport sys\nsys.modules['agent'] = json\njson.answer = json.dumps")
    attempt = bench.attempt(asking(), 0)
    assert attempt.cause is Cause.INFRASTRUCTURE
    assert "not from the copy under test" in attempt.says


def test_an_interpreter_that_is_missing_is_not_the_agents_fault(opened: Opened) -> None:
    attempt = opened("", interpreter="/nowhere/python").attempt(asking(), 0)
    assert (attempt.cause, attempt.says) == (Cause.INFRASTRUCTURE, "/nowhere/python cannot be started: No such file or directory")


def test_the_environment_is_scrubbed(opened: Opened) -> None:
    given = {"PATH": "/usr/bin:/bin", "GIVEN": "yes", "KEPT_BACK": "no"}
    bench = opened("import os\ndef answer(given): return dict(os.environ)", environment=given, declared=("GIVEN", "MISSING"))
    found = json.loads(bench.attempt(asking(name="named"), 3).output)
    assert (found["GIVEN"], found["REFINERY_SCENARIO"], found["REFINERY_TRIAL"]) == ("yes", "named", "3")
    assert "KEPT_BACK" not in found
    assert found["HOME"] == found["TMPDIR"]
    assert any("MISSING" in note for note in bench.notes())


def test_files_left_at_home_are_gone_with_the_attempt(opened: Opened) -> None:
    bench = opened("import os\ndef answer(given):\n    open(os.path.expanduser('~/left'), 'w')\n    return os.path.expanduser('~')")
    homes = [Path(bench.attempt(asking(), n).output) for n in range(2)]
    assert not any(home.exists() for home in homes)


def test_an_agent_cannot_write_beyond_the_limit_of_a_file(opened: Opened) -> None:
    bench = opened("def answer(given):\n    open('big', 'wb').write(b'x' * 9999)\n    return 'ok'", limits=Limits(file_bytes=5000))
    assert not bench.attempt(asking(), 0).passed


DAEMON = f"""
import os, time
{HOLD}
def answer(given):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            hold(given)
            time.sleep(60)
        os._exit(0)
    while not (os.path.exists(given) and open(given).read()): pass
    THEN
    return "left one behind"
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux hands orphans to a process of ours")
@pytest.mark.parametrize("then", ["pass", "while True: pass", "os._exit(1)", "os.kill(os.getpid(), 9)"])
def test_a_daemon_that_cut_itself_loose_is_gone_with_its_attempt(opened: Opened, tmp_path: Path, then: str) -> None:
    file = tmp_path / "tree" / "held"
    opened(DAEMON.replace("THEN", then), seconds=1.0).attempt(asking(str(file)), 0)
    assert not alive(file)


def test_a_scenario_may_take_less_time_than_the_agent_or_more(opened: Opened) -> None:
    code = "import resource, time\ndef answer(given):\n    time.sleep(given)\n    return str(resource.getrlimit(resource.RLIMIT_CPU)[0])"
    bench = opened(code, seconds=5)
    usual = int(bench.attempt(asking(0), 0).output)
    short, long = (replace(asking(seconds), timeout_s=limit) for seconds, limit in ((60, 0.3), (0, 9999.0)))
    attempt = bench.attempt(short, 0)
    assert (attempt.cause, "within 0.3 s" in attempt.says) == (Cause.TIMEOUT, True)
    assert int(bench.attempt(long, 0).output) >= 9999 > usual


def test_leaving_early_ends_what_still_runs(opened: Opened) -> None:
    bench = opened("import time\ndef answer(given):\n    time.sleep(given)\n    return 'ok'", at_once=3)
    began = time.monotonic()
    attempts = bench.attempts([(asking(seconds, name=str(seconds)), 0) for seconds in (0, 60, 60, 60)])
    assert next(attempts).passed
    attempts.close()
    assert time.monotonic() - began < 20


def test_attempts_from_several_threads_do_not_mix(opened: Opened) -> None:
    bench = opened("def answer(given): return str(given)", at_once=4)
    found: dict[int, str] = {}

    def one(number: int) -> None:
        found[number] = bench.attempt(asking(number), 0).output

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: str(number) for number in range(8)}


def test_executed_lines_are_seen_also_of_a_run_that_hangs(opened: Opened) -> None:
    code = "def answer(given):\n    if given:\n        return 'one'\n    while True:\n        pass\n"
    bench = opened(code, coverage=True, seconds=1.0)
    ran, hung = bench.execution(asking(1, name="ran")), bench.execution(asking(0, name="hung"))
    assert ran is not None
    assert hung is not None
    assert (ran.passed, hung.passed) == (True, False)
    assert {2, 3} <= ran.lines["agent.py"]
    assert {2, 4, 5} <= hung.lines["agent.py"]
    assert 3 not in hung.lines["agent.py"]
    assert set(ran.lines) == {"agent.py"}


def test_the_worker_stands_alone_and_runs_on_old_pythons() -> None:
    path = Path(worker.__file__)
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert not {each.stem for each in path.parent.iterdir()} & sys.stdlib_module_names, "they would hide modules of the standard library"


COMPANION = """
import os, time
def answer(given):
    pid, done = given["pid"], given["done"]
    if given["short"]:
        while not (os.path.exists(pid) and open(pid).read()): pass
        return "short"
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            open(pid, "w").write(str(os.getpid()))
            time.sleep(60)
        os._exit(0)
    while not os.path.exists(done): time.sleep(0.001)
    os.kill(int(open(pid).read()), 0)
    return "its companion lives"
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux hands orphans to a process of ours")
def test_the_end_of_one_attempt_does_not_touch_what_another_started(opened: Opened, tmp_path: Path) -> None:
    files = {name: str(tmp_path / "tree" / name) for name in ("pid", "done")}
    bench = opened(COMPANION, at_once=2)
    attempts = bench.attempts([(asking({"short": False, **files}), 0), (asking({"short": True, **files}), 0)])
    assert next(attempts).output == "short"
    (tmp_path / "tree" / "done").touch()
    assert next(attempts).output == "its companion lives"
