"""Agents of every form in a recorded world: what they are answered, what is marked, and what cannot be put in place."""

from __future__ import annotations

import json
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer

import pytest

from adapters.trace import Json
from refinery.domain import AgentSpec, Attempt, Cause, HttpTools, Outside, Profile, Recording, Replayed, Scenario, Tools, World
from refinery.suite.capsule import placing
from refinery.suite.runner import Runner
from tests.refinery.suite.conftest import Opened, asking

PRICE = """
def price(plan, currency="EUR"):
    raise SystemError("the real tool was called")
"""
CALLABLE = f"{PRICE}\ndef answer(given):\n    return price(given)\n"
SCRIPT = f"import json, sys\n{PRICE}\nprint(json.dumps(price(json.load(sys.stdin))))\n"
FORMS = pytest.mark.parametrize(
    ("code", "command"),
    [(CALLABLE, ()), (SCRIPT, ("python", "agent.py")), (SCRIPT, ("python", "-m", "agent")), (SCRIPT, ("python", "-B", "./agent.py"))],
    ids=["callable", "script", "module", "flags"],
)
TOOLS = Tools(python={"price": "agent:price"})
CALLS = (Recording("price", {"plan": "pro"}, result=45), Recording("price", {"plan": "team"}, error="KeyError: team"))


def within(
    question: Json,
    *checks: tuple[str, Json],
    calls: tuple[Recording, ...] = CALLS,
    outside: Outside = Outside.FAIL,
    again: bool = True,
    profiles: Mapping[str, Profile] | None = None,
) -> Scenario:
    return replace(asking(question, *checks), world=World(calls, outside, again, profiles=profiles or {}))


def how(attempt: Attempt) -> list[str]:
    assert attempt.replayed is not None
    return [each.how for each in attempt.replayed]


@FORMS
def test_a_tool_answers_from_the_recording(opened: Opened, code: str, command: tuple[str, ...]) -> None:
    bench = opened(code, *command, tools=TOOLS)
    good = bench.attempt(within("pro", ("equals", 45), ("tool-called", {"name": "price", "args": {"plan": "pro"}, "count": 1})), 0)
    assert (good.passed, good.says) == (True, "")
    assert good.replayed == (Replayed("price", '{"plan": "pro", "currency": "EUR"}', "recorded"),)
    assert "1 attempt ran in a recorded world" in bench.notes()
    bad = bench.attempt(within("team"), 0)
    assert bad.cause is Cause.EXIT
    assert "KeyError: 'team'" in bad.error


@FORMS
def test_a_call_outside_of_the_recording_fails_the_attempt_and_is_named(opened: Opened, code: str, command: tuple[str, ...]) -> None:
    bench = opened(code, *command, tools=TOOLS)
    attempt = bench.attempt(within("none"), 0)
    assert (attempt.passed, attempt.cause, attempt.counts) == (False, Cause.WORLD, True)
    assert attempt.says == 'it called price({"plan": "none", "currency": "EUR"}), which the recorded world does not hold'
    assert any('price({"plan": "none", "currency": "EUR"}) (refused)' in note for note in bench.notes())


def test_an_agent_that_copes_with_the_refusal_has_failed_all_the_same(opened: Opened) -> None:
    code = f"{PRICE}\ndef answer(given):\n    try:\n        return price(given)\n    except Exception:\n        return 'sorry'\n"
    attempt = opened(code, tools=TOOLS).attempt(within("none", ("contains", "sorry")), 0)
    assert (attempt.passed, attempt.cause) == (False, Cause.WORLD)


@FORMS
def test_the_policy_decides_on_calls_outside(opened: Opened, code: str, command: tuple[str, ...]) -> None:
    bench = opened(code, *command, tools=TOOLS)
    through = bench.attempt(within("none", outside=Outside.PASS), 0)
    assert "the real tool was called" in through.error
    assert (through.cause, how(through)) == (Cause.EXIT, ["passed"])
    profiles = {"price": Profile(result=7, has_result=True)}
    simulated = bench.attempt(within("none", ("equals", 7), outside=Outside.SIMULATE, profiles=profiles), 0)
    assert (simulated.passed, how(simulated)) == (True, ["simulated"])


@FORMS
def test_which_lines_ran_is_still_seen(opened: Opened, code: str, command: tuple[str, ...]) -> None:
    bench = opened(code, *command, tools=TOOLS, coverage=True)
    found = bench.execution(within("pro", ("equals", 45)))
    assert found is not None
    assert found.passed
    assert found.lines["agent.py"]


def test_without_a_world_the_tools_are_the_agents_own(opened: Opened) -> None:
    bench = opened(CALLABLE, tools=TOOLS)
    assert "the real tool was called" in bench.attempt(asking("pro"), 0).error
    assert bench.attempt(within("pro", ("equals", 45)), 0).passed
    alone = bench.attempt(asking("pro"), 0)
    assert ("the real tool was called" in alone.error, alone.replayed) == (True, None)


def test_a_world_that_cannot_be_put_in_place_says_nothing_of_the_agent(opened: Opened) -> None:
    nowhere = opened(CALLABLE, tools=Tools(python={"price": "agent:nowhere"})).attempt(within("pro"), 0)
    assert nowhere.cause is Cause.INFRASTRUCTURE
    assert "agent:nowhere cannot be answered from the recording: module 'agent' has no attribute 'nowhere'" in nowhere.says
    unnamed = opened(CALLABLE).attempt(within("pro"), 0)
    assert (unnamed.cause, "names no tools under [world]" in unnamed.says) == (Cause.INFRASTRUCTURE, True)


@pytest.mark.parametrize("command", [("python", "-I", "agent.py"), ("sh", "-c", "echo 45")])
def test_a_program_that_no_recording_reaches_is_not_taken_at_its_word(opened: Opened, command: tuple[str, ...]) -> None:
    attempt = opened("print(45)\n", *command, tools=Tools(python={"price": "tools:price"})).attempt(within("pro"), 0)
    assert (attempt.cause, "no Python that loads" in attempt.says) == (Cause.INFRASTRUCTURE, True)


def test_tools_in_modules_that_load_late_and_in_programs_that_it_starts(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "tree" / "shop").mkdir()
    (tmp_path / "tree" / "shop" / "__init__.py").write_text("")
    (tmp_path / "tree" / "shop" / "tools.py").write_text(PRICE)
    code = """
import json, subprocess, sys
if len(sys.argv) > 1:
    from shop.tools import price
    print(price("pro"))
else:
    from shop.tools import price
    print(price("pro"), subprocess.check_output([sys.executable, "agent.py", "again"], text=True).strip())
"""
    calls = (CALLS[0], Recording("price", {"plan": "pro"}, result=46))
    bench = opened(code, "python", "agent.py", tools=Tools(python={"price": "shop.tools:price"}))
    attempt = bench.attempt(within("pro", ("equals", "45 46"), calls=calls), 0)
    assert (attempt.passed, how(attempt)) == (True, ["recorded", "recorded"])


def test_the_users_own_sitecustomize_is_loaded_too(opened: Opened, tmp_path: Path) -> None:
    (tmp_path / "tree" / "sitecustomize.py").write_text("import builtins\nbuiltins.CUSTOM = 1\n")
    code = SCRIPT.replace("json.dumps(", "json.dumps(CUSTOM + ")
    assert opened(code, "python", "agent.py", tools=TOOLS).attempt(within("pro", ("equals", 46)), 0).passed


def test_what_an_attempt_used_up_is_there_for_the_next_one(opened: Opened) -> None:
    bench = opened(CALLABLE, tools=TOOLS, at_once=4)
    scenario = within("pro", ("equals", 45), again=False)
    assert all(each.passed for each in bench.attempts([(scenario, trial) for trial in range(8)]))


@pytest.mark.parametrize(("code", "command"), [(CALLABLE, ()), (SCRIPT, ("python", "agent.py"))], ids=["callable", "script"])
def test_an_attempt_that_is_ended_still_tells_what_it_asked(opened: Opened, code: str, command: tuple[str, ...]) -> None:
    slow = code.replace("return price(given)", "price(given)\n    import time; time.sleep(60)")
    slow = slow.replace("print(json.dumps(price(json.load(sys.stdin))))", "price('pro')\nimport time; time.sleep(60)")
    attempt = opened(slow, *command, tools=TOOLS, seconds=1.0).attempt(within("pro"), 0)
    assert (attempt.cause, how(attempt)) == (Cause.TIMEOUT, ["recorded"])


def test_what_lies_in_the_place_of_the_journal_is_not_followed(opened: Opened, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"tool": "price", "arguments": "stolen", "how": "recorded"}\n')
    journal = "os.environ['HOME'] + '/world.journal'"
    plant = f"import os, time; os.unlink({journal}); os.symlink({str(secret)!r}, {journal})"
    code = CALLABLE.replace("return price(given)", f"price(given)\n    {plant}\n    time.sleep(60)")
    attempt = opened(code, tools=TOOLS, seconds=1.0).attempt(within("pro"), 0)
    assert (attempt.cause, attempt.replayed) == (Cause.TIMEOUT, ())
    assert placing.read_journal(secret) == [{"tool": "price", "arguments": "stolen", "how": "recorded"}]


# -- tools at an address ------------------------------------------------------------------------------------------

FETCH = """
import json, os, sys, urllib.error, urllib.request
BASE = os.environ["SHOP_URL"]
def price(given):
    body = json.dumps(given["sent"]).encode() if "sent" in given else None
    try:
        with urllib.request.urlopen(BASE + given["path"], body) as reply:
            return reply.read().decode()
    except urllib.error.HTTPError as error:
        return str(error.code) + " " + error.read().decode()
def answer(given):
    return price(given)
if __name__ == "__main__":
    print(answer(json.load(sys.stdin)))
"""
SITE = Tools(http=(HttpTools("SHOP_URL", "", {"price": "GET /plans/{plan}/price", "order": "POST /orders"}),))
HTTP = (
    Recording("price", {"plan": "pro", "seats": 2, "yearly": True}, result={"amount": 45}),
    Recording("order", {"plan": "pro", "seats": 2}, result="ordered"),
    Recording("price", {"plan": "team"}, error="404: no such plan"),
    Recording("GET /health", {}, result="well"),
)
ADDRESSED = pytest.mark.parametrize("command", [(), ("python", "agent.py")], ids=["callable", "command"])


@ADDRESSED
def test_tools_at_an_address_answer_from_the_recording(opened: Opened, command: tuple[str, ...]) -> None:
    bench = opened(FETCH, *command, tools=SITE)

    def ask(path: str, *checks: tuple[str, Json], **more: Json) -> Attempt:
        return bench.attempt(within({"path": path, **more}, *checks, calls=HTTP), 0)

    good = ask("/plans/pro/price?seats=2&yearly=true", ("equals", {"amount": 45}))
    assert (good.passed, good.says, how(good)) == (True, "", ["recorded"])
    assert ask("/orders", ("equals", "ordered"), sent={"plan": "pro", "seats": 2, "note": None}).passed
    assert ask("/plans/team/price", ("contains", "404")).passed
    assert ask("/health", ("equals", "well")).passed
    outside = ask("/plans/free/price")
    assert (outside.cause, how(outside)) == (Cause.WORLD, ["refused"])


class Shop(BaseHTTPRequestHandler):
    """The real service, and an agent that asks it."""

    def do_GET(self) -> None:
        self._say(b"the real price")

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            with urllib.request.urlopen(f"{given['base']}{given['path']}") as reply:
                self._say(reply.read())
        except OSError as error:
            self._say(str(error).encode())

    def _say(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def shop() -> Iterator[str]:
    with ThreadingTCPServer(("127.0.0.1", 0), Shop) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@ADDRESSED
def test_a_request_passes_through_to_where_it_would_have_gone(shop: str, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "agent.py").write_text(FETCH)
    site = Tools(http=(HttpTools("SHOP_URL", shop, {}),))
    agent = AgentSpec(command, "" if command else "agent:answer", timeout_s=10, interpreter=sys.executable, network=True, tools=site)
    with Runner(agent, environment={"PATH": "/usr/bin:/bin"}).open(tmp_path) as bench:
        through = bench.attempt(within({"path": "/x"}, ("equals", "the real price"), outside=Outside.PASS), 0)
        assert (through.passed, through.says, how(through)) == (True, "", ["passed"])
        alone = bench.attempt(asking({"path": "/x"}, ("equals", "the real price")), 0)
        assert (alone.passed, alone.replayed) == (True, None)
    own = replace(agent, environment=("SHOP_URL",), tools=Tools(http=(HttpTools("SHOP_URL", "http://127.0.0.1:9"),)))
    with Runner(own, environment={"PATH": "/usr/bin:/bin", "SHOP_URL": shop}).open(tmp_path) as bench:
        assert bench.attempt(asking({"path": "/x"}, ("equals", "the real price")), 0).passed


def test_an_agent_that_somebody_else_started_asks_at_a_fixed_address(shop: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    at = replace(SITE, address=f"127.0.0.1:{port}")
    given: dict[str, Json] = {"base": f"http://127.0.0.1:{port}/SHOP_URL", "path": "/health"}
    with Runner(AgentSpec(http=shop, tools=at), 4).open(tmp_path) as bench:
        scenario = within(given, ("equals", "well"), calls=HTTP)
        assert all(each.passed for each in bench.attempts([(scenario, trial) for trial in range(4)]))
        assert bench.attempt(within({**given, "path": "/nowhere"}, calls=HTTP), 0).cause is Cause.WORLD
    with Runner(AgentSpec(http=shop, tools=TOOLS)).open(tmp_path) as bench:
        assert "cannot be answered from the recording inside of it" in bench.attempt(within(given), 0).says
    with Runner(AgentSpec(http=shop, tools=SITE)).open(tmp_path) as bench:
        assert "an `address` under [world]" in bench.attempt(within(given, calls=HTTP), 0).says
