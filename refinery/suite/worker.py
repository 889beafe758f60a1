"""The part of Refinery that runs beside the user's code, under the user's Python: the standard library alone, 3.8 and newer.

    worker.py template FD SPEC.json    imports the agent once, then forks a slot for every attempt; talks over the socket FD
    worker.py nursery FD SPEC.json     imports what the agent imports from outside its tree, then forks templates for other trees
    worker.py cover FILE TREE SECONDS ARGS...   runs `python ARGS...` and writes to FILE which lines of TREE were executed
    worker.py evaluate                 expressions over an outcome: JSON on stdin, JSON on stdout

One slot makes one attempt and is gone, so no attempt sees what another one left in memory. The template answers to requests of
16 bytes: FORK with three descriptors (a socket, stdout, stderr) forks a slot, KILL destroys one with all it started. A slot
reads its job from the socket until the end of it and writes its result as JSON; when it is dead and all it had started is gone,
the template adds a record of 16 bytes, EXIT and how it ended, and closes the socket. A nursery answers to BEAR and END.

What SPEC names under `own` a template or nursery gives up before any code of the agent's is loaded, and all that it forks with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import struct
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:  # annotations are not evaluated, so they may be younger than 3.8
    from collections.abc import Callable, Iterator
    from typing import Any

    Json = dict[str, Any]
    Seen = dict[str, Any] | None
    Prctl = Callable[[int, int], int]

RECORD = struct.Struct("<4sIi4x")
FORK, KILL, EXIT, BEAR, END = b"FORK", b"KILL", b"EXIT", b"BEAR", b"END "
SUBREAPER, DEATH_SIGNAL, SECCOMP, DROP_POWER, NO_NEW_POWERS = 36, 1, 22, 24, 38
NEW_USERS, NEW_NETWORK = 0x1000_0000, 0x4000_0000
PATIENCE = 5.0
COROUTINE = 0x80
"""The flag of a code object that stands for `async def`."""


def main(arguments: list[str]) -> int:
    """Do what the first argument says."""
    if arguments[0] == "template":
        return template(socket.socket(fileno=int(arguments[1])), json.loads(arguments[2]))
    if arguments[0] == "nursery":
        return nursery(socket.socket(fileno=int(arguments[1])), json.loads(arguments[2]))
    if arguments[0] == "cover":
        return cover(arguments[1], arguments[2], float(arguments[3]), arguments[4:])
    return evaluate()


# -- the template -------------------------------------------------------------------------------------------------


def template(control: socket.socket, spec: Json) -> int:
    """Prepare the agent, say whether that went well, then fork slots until the other side hangs up."""
    prctl = _prctl()
    enter(control, spec)
    limit(spec["limits"])
    _die_with(control, True)
    if prctl:
        prctl(DEATH_SIGNAL, signal.SIGKILL)
    if _hung_up(control):
        return 1
    hello: Json = {"adopts": bool(prctl and prctl(SUBREAPER, 1) == 0)}
    call, lines = None, None
    if spec.get("replay"):
        _beside_world(spec["replay"]).prepared(spec["http_tools"])
    if spec.get("python"):
        try:
            call, lines = prepare(spec["python"], spec["tree"], spec["cover"])
        except BaseException as error:  # noqa: BLE001  whatever the user's code raises while it is imported is told
            hello["failed"] = _told(error)
    elif spec.get("prober") and (spec.get("born") or _tests_alone(spec)):
        call = _program(spec)

    def serve(session: Any = None) -> None:
        _die_with(control, False)
        control.sendall(json.dumps(hello).encode() + b"\n")
        if "failed" not in hello:
            _freeze()
            Template(control, prctl, _program(spec, session) if session else call, spec, lines).serve()

    if spec.get("stands"):
        return 0 if _prober(spec).standing(spec["options"], serve) else 1
    serve()
    return 1 if "failed" in hello else 0


class Template:
    """Forks slots, buries them, and ends what they left running."""

    def __init__(self, control: socket.socket, prctl: Prctl | None, call: Any, spec: Json, lines: Seen) -> None:
        self.control = control
        self.prctl = prctl
        self.call = call
        self.spec = spec
        self.lines = lines
        self.slots: dict[int, tuple[int, int]] = {}
        self.pids: dict[int, int] = {}
        self.prior = set(_children())
        self.bell, ring = os.pipe()
        os.set_blocking(self.bell, False)
        os.set_blocking(ring, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(ring, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until the other side hangs up; nothing survives that."""
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(self.bell, select.POLLIN)
        while True:
            for fd, _ in poll.poll():
                if fd == self.bell:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self.bell, 4096)
                    self.bury()
                elif not self.obey():
                    self.close()
                    return

    def close(self) -> None:
        """End all slots and what the agent started when it was imported, and clear up: nobody else may be left to do it."""
        for pid in list(self.pids):
            destroy(pid)
        for pid in descendants(os.getpid()):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.spec["home"], ignore_errors=True)

    def obey(self) -> bool:
        """Do one request; False when there will be none any more."""
        try:
            data, ancillary, _, _ = self.control.recvmsg(RECORD.size, socket.CMSG_SPACE(12))
        except OSError:
            return False
        if len(data) < RECORD.size:
            return False
        word, number, _ = RECORD.unpack(data)
        fds = [fd for _, _, carried in ancillary for (fd,) in struct.iter_unpack("i", carried[: len(carried) // 4 * 4])]
        for fd in fds:
            os.set_inheritable(fd, False)
        if word == FORK:
            self.fork(number, fds)
        elif word == KILL and number in self.slots:
            destroy(self.slots[number][0])
        return True

    def fork(self, number: int, fds: list[int]) -> None:
        line, out, err = fds
        try:
            pid = os.fork()
        except OSError as error:
            os.write(line, json.dumps({"no_slot": str(error)}).encode())
            for fd in fds:
                os.close(fd)
            return
        if pid == 0:
            self.become_slot(line, out, err)
        os.close(out)
        os.close(err)
        self.slots[number] = (pid, line)
        self.pids[pid] = number

    def become_slot(self, line: int, out: int, err: int) -> None:
        """In the child: shut everything that belongs to others, then work. Never returns."""
        code = 70
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for _, other in self.slots.values():
                os.close(other)
            self.control.close()
            os.close(self.bell)
            os.setsid()
            if self.prctl:
                self.prctl(SUBREAPER, 1)
                self.prctl(DEATH_SIGNAL, signal.SIGKILL)
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.close(out)
            os.close(err)
            limit(self.spec.get("each") or {})
            slot(socket.socket(fileno=line), self.call, self.spec, self.lines)
            code = 0
        except BaseException as error:  # noqa: BLE001  the edge of a process: the parent sees it as an attempt without a result
            os.write(2, _told(error).encode())
        finally:
            os._exit(code)

    def bury(self) -> None:
        """Take leave of the slots that ended, after ending whatever they had started."""
        ended = []
        while True:
            pid, status = _next_dead()
            if not pid:
                break
            if pid in self.pids:
                ended.append((self.pids.pop(pid), status))
        if ended:
            self.end_strays()
        for number, status in ended:
            line = self.slots.pop(number)[1]
            with contextlib.suppress(OSError):
                os.write(line, RECORD.pack(EXIT, number, status))
            os.close(line)

    def end_strays(self) -> None:
        """A living slot adopts its own orphans, so a child that is no slot was left behind by one that died."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            strays = [pid for pid in _children() if pid not in self.pids and pid not in self.prior]
            if not strays:
                return
            for pid in strays:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            for pid in strays:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)


def destroy(pid: int) -> None:
    """End a slot and everything under it: it is stopped first, so that it still adopts what its dying children leave."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGSTOP)
    until = time.monotonic() + PATIENCE
    stopped = set()
    while time.monotonic() < until:
        fresh = [each for each in descendants(pid) if each not in stopped]
        if not fresh:
            break
        for each in fresh:
            stopped.add(each)
            with contextlib.suppress(OSError):
                os.kill(each, signal.SIGSTOP)
    while time.monotonic() < until:
        below = descendants(pid)
        if not below:
            break
        for each in below:
            with contextlib.suppress(OSError):
                os.kill(each, signal.SIGKILL)
    for end in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            end(pid, signal.SIGKILL)


def descendants(top: int) -> list[int]:
    """Living processes under one, from /proc; none where there is no /proc."""
    parents: dict[int, list[int]] = {}
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError, IndexError, ValueError):
                    with open("/proc/" + name + "/stat", "rb") as file:
                        fields = file.read().rpartition(b")")[2].split()
                    if fields[0] not in (b"Z", b"X"):
                        parents.setdefault(int(fields[1]), []).append(int(name))
    found: list[int] = []
    todo = [top]
    while todo:
        below = parents.get(todo.pop(), [])
        found += below
        todo += below
    return found


# -- the nursery --------------------------------------------------------------------------------------------------


def nursery(control: socket.socket, spec: Json) -> int:
    """Load the libraries the agent uses, none of its own code, and fork a template for every tree that is asked for."""
    import importlib

    enter(control, spec)
    for name in _libraries(spec):
        with contextlib.suppress(BaseException):  # what cannot be imported beforehand is imported, or fails, in the template
            importlib.import_module(name)
    stands = bool(spec.get("prober")) and _stands(spec)
    _freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.sendall(b"{}\n")
    while _serve(control, spec["tree"], stands):
        pass
    shutil.rmtree(spec["home"], ignore_errors=True)
    return 0


def _serve(control: socket.socket, old: str, stands: bool) -> bool:
    """Fork one template, or end one that does not end by itself; False when the other side has hung up."""
    try:
        data, ancillary, _, _ = control.recvmsg(RECORD.size, socket.CMSG_SPACE(8))
    except OSError:
        return False
    if len(data) < RECORD.size:
        return False
    if RECORD.unpack(data)[0] == END:  # its number means something here, and perhaps something else outside
        destroy(RECORD.unpack(data)[1])
        return True
    fds = [fd for _, _, carried in ancillary for (fd,) in struct.iter_unpack("i", carried[: len(carried) // 4 * 4])]
    body = b""
    while len(body) < RECORD.unpack(data)[1]:
        part = control.recv(RECORD.unpack(data)[1] - len(body))
        if not part:  # the other side was killed as it was asking
            return False
        body += part
    pid = os.fork()
    if pid == 0:
        _become_template(control, fds, {**json.loads(body), "born": True, "stands": stands}, old)
    control.sendall(RECORD.pack(BEAR, pid, 0))
    for fd in fds:
        os.close(fd)
    return True


def _become_template(control: socket.socket, fds: list[int], spec: Json, old: str) -> None:
    """In the child: as if this process had been started for the new tree. Never returns."""
    code = 70
    try:
        control.close()
        for fd in fds:
            os.set_inheritable(fd, False)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        os.environ.clear()
        os.environ.update(spec["environment"])
        log = os.open(spec["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 2)
        os.close(log)
        os.chdir(spec["tree"])
        sys.path[:] = [spec["tree"] + path[len(old) :] if (path + os.sep).startswith(old + os.sep) else path for path in sys.path]
        code = template(socket.socket(fileno=fds[0]), spec)
    except BaseException as error:  # noqa: BLE001  the edge of a process: it is read from the log
        os.write(2, _told(error).encode())
    finally:
        os._exit(code)


def _libraries(spec: Json) -> list[str]:
    """The modules from outside the tree that importing the agent, or collecting the tests, loads; pytest is loaded at once."""

    def find() -> tuple[bool, list[str]]:
        alone = bool(spec.get("prober")) and _tests_alone(spec)
        with contextlib.suppress(BaseException):
            if spec.get("prober"):
                _prober(spec).collect(spec["options"])
            else:
                prepare(spec["python"], spec["tree"], False)
        root = os.path.realpath(spec["tree"]) + os.sep
        return alone, [name for name, module in list(sys.modules.items()) if _from_elsewhere(module, root) and not _rewritten(module)]

    alone, names = _found_in_a_child(spec, find) or (False, [])
    if alone:
        with contextlib.suppress(BaseException):
            _prober(spec).preload(spec["home"])
    return [name for name in names if name not in sys.modules]


def _stands(spec: Json) -> bool:
    """Whether pytest can stand ready for the tests of a tree with none of the code under test loaded."""
    return _found_in_a_child(spec, lambda: _prober(spec).standing(spec["options"], lambda _: None)) is True


def _tests_alone(spec: Json) -> bool:
    """Whether pytest and its plug-ins can be loaded without any code of the user's."""
    root = os.path.realpath(spec["tree"]) + os.sep
    try:
        ready = _prober(spec).preload(spec["home"])
    except BaseException:  # noqa: BLE001  a plug-in may raise anything
        return False
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return ready and not any(isinstance(file, str) and os.path.realpath(file).startswith(root) for file in files)


def _prober(spec: Json) -> Any:
    """The part that runs inside pytest, which stands in a file beside this one."""
    from importlib.util import module_from_spec, spec_from_file_location

    if "refinery_prober" not in sys.modules:
        found: Any = spec_from_file_location("refinery_prober", spec["prober"])
        module = module_from_spec(found)
        found.loader.exec_module(module)
        sys.modules["refinery_prober"] = module
    return sys.modules["refinery_prober"]


def _program(spec: Json, session: Any = None) -> Callable[[list[str]], int]:
    """It, to be called with a whole command, which may be one that says which lines were executed."""
    prober = _prober(spec)

    def run(argv: list[str]) -> int:
        place = argv.index(spec["prober"])
        sys.modules["__main__"], sys.argv = prober, argv[place:]
        if "cover" not in argv[:place]:
            return int(prober.main(argv[place + 1 :], None, session))
        with _recorded(argv[place - 3], argv[place - 2], float(argv[place - 1])) as tracer:
            tracer.start()
            return int(prober.main(argv[place + 1 :], tracer.watch, session))

    return run


def _rewritten(module: Any) -> bool:
    """Whether pytest has rewritten its assertions, which it only does to what is not yet imported."""
    return type(getattr(module, "__loader__", None)).__name__ == "AssertionRewritingHook"


def _found_in_a_child(spec: Json, find: Callable[[], Any]) -> Any:
    """What is found out in a process that is then gone; None when it is not."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(told)
        try:
            confine(spec.get("first") or {})
            limit(spec["limits"])
            answer = find()
            with open(tell, "w") as file:
                json.dump(answer, file)
        finally:
            os._exit(0)
    os.close(tell)
    with open(told) as file:
        found = file.read()
    os.waitpid(pid, 0)
    try:
        return json.loads(found)
    except ValueError:
        return None


def _from_elsewhere(module: Any, root: str) -> bool:
    """Whether a module came from a file that is not under the tree."""
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and not os.path.realpath(file).startswith(root)


# -- one attempt --------------------------------------------------------------------------------------------------


def slot(line: socket.socket, call: Any, spec: Json, lines: Seen) -> None:
    """Wait for a job, do it, write the result."""
    data = bytearray()
    while True:
        part = line.recv(1 << 16)
        if not part:
            break
        data += part
    if not data:
        return
    job = json.loads(bytes(data))
    result = invoke(line, call, job, spec, lines) if spec.get("python") else execute(job, call)
    line.sendall(json.dumps(result).encode())


def invoke(line: socket.socket, call: Any, job: Json, spec: Json, lines: Seen) -> Json:
    """Call the user's function, with time taken around the call alone."""
    os.environ.update(job["environment"])
    _refresh()
    if job.get("sender"):
        _send_from(*job["sender"])
    world = None
    try:
        world = _entered(job.get("world"), inside=True)
    except OSError as error:
        return {"unworldly": str(error)}
    if world:
        os.environ.update(world.environment())
    tracer = None
    if spec["cover"]:
        tracer = Lines(spec["tree"], lines)
        _before_the_end(job["seconds"], lambda: line.sendall(json.dumps({"late": True, "lines": tracer.report()}).encode()))
        tracer.start()
    began = time.perf_counter()
    result: Json = {}
    with _traced(job["trace_id"], job["parent_id"]):
        try:
            result["answer"] = _text(_awaited(call(job["input"])))
        except BaseException as error:  # noqa: BLE001  the agent's failure is the result, SystemExit included
            result["failed"] = _told(error)
            result["kind"] = type(error).__name__
            result["unspeakable"] = isinstance(error, Unspeakable)
    result["seconds"] = time.perf_counter() - began
    if tracer:
        tracer.stop()
        signal.setitimer(signal.ITIMER_REAL, 0)
        result["lines"] = tracer.report()
    _flush()
    if len(result.get("answer", "")) > spec["most"]:
        result = {"flood": True, "seconds": result["seconds"]}
    if world:
        result["world"] = world.leave()
    return result


def execute(job: Json, call: Callable[[list[str]], int] | None = None) -> Json:
    """Run a command to its end; this process stays behind as the one that adopts what the command leaves.

    A program that is loaded already is called with the command's arguments instead, in a process that is otherwise the same.
    """
    import tempfile

    try:
        world = _entered(job.get("world"), inside=False)
    except OSError as error:
        return {"unworldly": str(error)}
    if world:
        job["environment"].update(world.environment())
    stdin, name = tempfile.mkstemp(dir=job["environment"].get("TMPDIR"))
    os.unlink(name)
    with open(stdin, "wb", closefd=False) as file:
        file.write(job["stdin"].encode("utf-8", "surrogateescape"))
    os.lseek(stdin, 0, os.SEEK_SET)
    told, tell = os.pipe()
    began = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            os.dup2(stdin, 0)
            if call:
                os.close(told)
                os.close(tell)
                os._exit(_called(call, job))
            os.execvpe(job["argv"][0], job["argv"], job["environment"])
        except OSError as error:
            os.write(tell, str(error).encode())
        finally:
            os._exit(127)
    os.close(tell)
    problem = os.read(told, 4096)
    while True:
        ended, status = os.wait()
        if ended == pid:
            break
    seconds = time.perf_counter() - began
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    result: Json = {"cannot_start": problem.decode("utf-8", "replace")} if problem else {"status": status, "seconds": seconds}
    if world:
        result["world"] = world.leave()
    return result


def _entered(told: Any, inside: bool) -> Any:
    """The recorded world around an attempt, if there is one. Another process of the attempt reads the file what it is about."""
    if not told:
        return None
    if not inside:
        with open(told["file"], "w", encoding="utf-8") as file:
            json.dump(told, file)
    return _beside_world(told["at"]).Entered(told, inside)


def _beside_world(folder: str) -> Any:
    """What replays, which lies in a folder of its own."""
    import importlib

    if "refinery_world" not in sys.modules:
        sys.path.insert(0, folder)
        try:
            importlib.import_module("refinery_world")
        finally:
            sys.path.remove(folder)
    return sys.modules["refinery_world"]


def _called(call: Callable[[list[str]], int], job: Json) -> int:
    """What the program would have ended with."""
    os.environ.clear()
    os.environ.update(job["environment"])
    _refresh()
    try:
        status = call(job["argv"])
    except BaseException as error:  # noqa: BLE001  the edge of a process
        os.write(2, _told(error).encode())
        status = 1
    _flush()
    return status & 0xFF


class Unspeakable(Exception):
    """The answer cannot be said in JSON."""


def _text(answer: Any) -> str:
    if isinstance(answer, str):
        return answer
    if answer is None:
        raise Unspeakable("it returned None")
    try:
        return json.dumps(answer, ensure_ascii=False, default=_plain, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Unspeakable(str(error)) from error


def _plain(value: Any) -> Any:
    """What common libraries answer with, as JSON."""
    for name in ("model_dump", "_asdict", "to_dict", "isoformat"):
        method = getattr(value, name, None)
        if callable(method):
            return method()
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is not None:
        return {name: getattr(value, name) for name in fields}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError("a value of type " + type(value).__name__ + " is not JSON")


def _awaited(answer: Any) -> Any:
    if not hasattr(answer, "__await__"):
        return answer
    import asyncio

    async def whole() -> Any:
        return await answer

    return asyncio.run(whole())


def _send_from(address: str, port: int) -> None:
    """Connect to a port of loopback from this address, by which the other side tells whose attempt it is: what the agent made
    when it was imported sends all attempts' requests to one place."""

    def bound(event: str, given: tuple[Any, ...]) -> None:
        if event == "socket.connect" and given[1] == ("127.0.0.1", port):
            with contextlib.suppress(OSError):  # it is bound already, or this system has no such address
                given[0].bind((address, 0))

    sys.addaudithook(bound)


def _refresh() -> None:
    """What a fork would share with its siblings must not be shared: chance (`random` sees to itself), the folder for temporary files."""
    numpy = sys.modules.get("numpy.random")
    if numpy:
        numpy.seed()
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].__dict__["tempdir"] = None


def _told(error: BaseException) -> str:
    """The traceback without the frames of this file."""
    import traceback

    trail = error.__traceback__
    while trail is not None and trail.tb_frame.f_code.co_filename == __file__:
        trail = trail.tb_next
    return "".join(traceback.format_exception(type(error), error, trail))


@contextlib.contextmanager
def _traced(trace_id: str, parent_id: str) -> Iterator[None]:
    """Under the trace that was chosen for this attempt, if the agent uses OpenTelemetry."""
    api = sys.modules.get("opentelemetry.trace")
    context = sys.modules.get("opentelemetry.context")
    if not api or not context:
        yield
        return
    parent = api.SpanContext(int(trace_id, 16), int(parent_id, 16), is_remote=True, trace_flags=api.TraceFlags(1))
    token = context.attach(api.set_span_in_context(api.NonRecordingSpan(parent)))
    try:
        yield
    finally:
        context.detach(token)


def _flush() -> None:
    """Everything out, before the process is ended without ceremony."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    api = sys.modules.get("opentelemetry.trace")
    flush = getattr(api.get_tracer_provider(), "force_flush", None) if api else None
    if flush:
        with contextlib.suppress(Exception):
            flush(5000)
    runs = sys.modules.get("langsmith.run_trees")
    client = getattr(runs, "_CLIENT", None)
    if client is not None:
        with contextlib.suppress(Exception):
            client.flush(5.0)


# -- the agent's code ---------------------------------------------------------------------------------------------


def prepare(spec: str, tree: str, covered: bool) -> tuple[Any, Seen]:
    """The callable `package.module:name`, imported from the copy under test and from nowhere else."""
    import importlib

    sys.argv = [spec]
    sys.path[0] = tree
    if os.path.isdir(os.path.join(tree, "src")):
        sys.path.insert(1, os.path.join(tree, "src"))
    tracer = Lines(tree, None) if covered else None
    if tracer:
        tracer.start()
    name, _, path = spec.partition(":")
    module = importlib.import_module(name)
    call: Any = module
    for part in path.split("."):
        call = getattr(call, part)
    if tracer:
        tracer.stop()
    origin = os.path.realpath(getattr(module, "__file__", None) or tree)
    if not origin.startswith(os.path.realpath(tree) + os.sep):
        raise ImportError("ELSEWHERE " + name + " was imported from " + origin + ", not from the copy under test")
    if not callable(call):
        raise TypeError(spec + " is not callable")
    if getattr(getattr(call, "__code__", None), "co_flags", 0) & COROUTINE:
        import asyncio

        _ = asyncio  # loaded once here instead of in every slot
    return call, tracer.seen if tracer else None


class Lines:
    """Which lines of files under a folder are executed, by sys.settrace."""

    def __init__(self, tree: str, known: Seen, file: str = "") -> None:
        self.file = file
        self.root = os.path.realpath(tree) + os.sep
        self.seen = {path: set(lines) for path, lines in (known or {}).items()}
        self.files: dict[str, set[int] | None] = {}
        self.part = ""
        self.parts: dict[str, dict[str, set[int]]] = {}

    def watch(self, part: str) -> None:
        """What is executed from here on belongs to another part, `part` by its name; without one, this may be the end."""
        self.turn(part)
        if not part:
            self.save()

    def turn(self, part: str) -> None:
        """Put by what was executed since the last turn."""
        own = self.parts.setdefault(self.part, {})
        for path, lines in list(self.seen.items()):
            own.setdefault(path, set()).update(lines)
            lines.clear()
        self.part = part

    def start(self) -> None:
        import threading

        threading.settrace(self.enter)
        sys.settrace(self.enter)

    def stop(self) -> None:
        import threading

        sys.settrace(None)
        threading.settrace(None)

    def enter(self, frame: Any, _event: str, _argument: Any) -> Any:
        file = frame.f_code.co_filename
        if file not in self.files:
            path = os.path.realpath(file)
            inside = path.startswith(self.root) and os.path.isfile(path)
            self.files[file] = self.seen.setdefault(path[len(self.root) :].replace(os.sep, "/"), set()) if inside else None
        lines = self.files[file]
        if lines is None:
            return None
        if frame.f_lineno:
            lines.add(frame.f_lineno)

        def step(frame: Any, event: str, _: Any) -> Any:
            if event == "line":
                lines.add(frame.f_lineno)
            return step

        return step

    def report(self) -> dict[str, Any]:
        """Lines by file; where there are parts, the same by part."""
        if self.parts:
            self.turn("")
            return {"parts": {part: _listed(lines) for part, lines in self.parts.items()}}
        return _listed(self.seen)

    def save(self) -> None:
        """Into the file."""
        with open(self.file, "w") as out:
            json.dump(self.report(), out)


def _listed(seen: dict[str, set[int]]) -> dict[str, list[int]]:
    return {path: sorted(lines) for path, lines in list(seen.items()) if lines}


def cover(file: str, tree: str, seconds: float, arguments: list[str]) -> int:
    """Be `python ARGUMENTS...` and leave the executed lines in a file."""
    import runpy

    with _recorded(file, tree, seconds) as tracer:
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            sys.path[0] = os.getcwd()
            tracer.start()
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        elif arguments[0] == "-c":
            sys.argv = ["-c", *arguments[2:]]
            sys.path[0] = ""
            tracer.start()
            exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__"})
        else:
            sys.argv = arguments
            sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
            tracer.start()
            main = sys.modules.get("refinery_main")
            if main:
                main.run(arguments)
            else:
                runpy.run_path(arguments[0], run_name="__main__")
    return 0


@contextlib.contextmanager
def _recorded(file: str, tree: str, seconds: float) -> Iterator[Lines]:
    """The lines that are executed from where it is told to start are left in a file, however the block ends."""
    tracer = Lines(tree, None, file)
    _before_the_end(seconds, tracer.save)
    try:
        yield tracer
    finally:
        tracer.stop()
        tracer.save()


def _before_the_end(seconds: float, save: Callable[[], object]) -> None:
    """A run that is about to be killed for taking too long says first where it has been."""

    def late(*_: object) -> None:
        sys.settrace(None)
        with contextlib.suppress(OSError):
            save()
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        while True:
            time.sleep(1)

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, max(0.05, seconds * 0.9 - 0.1))


def evaluate() -> int:
    """Each expression over the same names: its truth and value, or what it raised."""
    import math
    import re

    task = json.load(sys.stdin)
    stdout, sys.stdout = sys.stdout, sys.stderr
    replies = []
    for expression in task["expressions"]:
        names = dict(task["names"], re=re, json=json, math=math)
        try:
            value = eval(compile(expression.strip(), "<check>", "eval"), names)
            replies.append({"true": "yes" if value else "", "value": repr(value)[:1000]})
        except BaseException as error:  # noqa: BLE001  an expression that raises has not passed
            replies.append({"error": (type(error).__name__ + ": " + str(error))[:1000]})
    json.dump(replies, stdout)
    return 0


# -- the walls ----------------------------------------------------------------------------------------------------


def enter(control: socket.socket, spec: Json) -> None:
    """Go to the tree, and let everything behind that is not to be had from here on."""
    own = spec.get("own") or {}
    os.chdir(spec["tree"])
    if own.get("network"):
        _with_a_network_of_its_own()
    _hand_out(control, spec.get("listen"))
    confine(own)


def confine(own: Json) -> None:
    """Give up what is named, for this process and all it will start. What cannot be given up is an error: nothing runs then."""
    if not own:
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong]
    libc.syscall.restype = ctypes.c_long
    if own.get("powers"):
        _without_powers(libc)
    _sure(libc.prctl(NO_NEW_POWERS, 1, 0, 0, 0), "no_new_privs")
    if own.get("landlock"):
        _landlock(libc, own["landlock"])
    if own.get("filter"):
        import base64

        program = base64.b64decode(own["filter"])
        held = ctypes.create_string_buffer(program, len(program))

        class Program(ctypes.Structure):
            _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

        filled = Program(len(program) // 8, ctypes.addressof(held))
        _sure(libc.prctl(SECCOMP, 2, ctypes.addressof(filled), 0, 0), "seccomp")


def _with_a_network_of_its_own() -> None:
    """One that has nothing but loopback. Whoever is not root needs a user namespace to make it in."""
    import ctypes
    import fcntl

    libc = ctypes.CDLL(None, use_errno=True)
    user, group, root = os.getuid(), os.getgid(), os.geteuid() == 0
    _sure(libc.unshare(NEW_NETWORK if root else NEW_NETWORK | NEW_USERS), "a network of its own")
    if not root:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open("/proc/self/" + name, "w") as file:
                file.write(text)
    with socket.socket() as line:
        fcntl.ioctl(line, 0x8914, struct.pack("16sh22x", b"lo", 0x41))


def _without_powers(libc: Any) -> None:
    """Root without what makes root: no capability, now or after an exec."""
    import ctypes

    for power in range(64):
        libc.prctl(DROP_POWER, power, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("<Ii", 0x20080522, 0), 8)
    _sure(libc.capset(header, ctypes.create_string_buffer(24)), "capset")


def _landlock(libc: Any, wanted: Json) -> None:
    """Files can be read below some paths and written below others, and nowhere else; processes outside cannot be signalled."""
    import ctypes
    import stat

    def call(number: int, first: Any, *rest: Any) -> int:
        numbers = [ctypes.c_long(each) if isinstance(each, int) else each for each in (first, *rest)]
        return _sure(libc.syscall(ctypes.c_long(number), *numbers), "landlock")

    abi = wanted["abi"]
    rights = (1 << 13) - 1 | (abi >= 2) << 13 | (abi >= 3) << 14 | (abi >= 5) << 15
    of_a_file = 0b111 | 1 << 14 | 1 << 15
    shape = struct.pack("<QQQ", rights, 0, 0b11 if abi >= 6 else 0)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = call(444, shape, len(shape), 0)
    reading = 1 << 0 | 1 << 2 | 1 << 3
    for paths, access in ((wanted["read"], reading), (wanted["use"], reading | 1 << 1 | 1 << 14 | 1 << 15), (wanted["write"], rights)):
        for path in paths:
            try:
                fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            access_here = access & rights if stat.S_ISDIR(os.fstat(fd).st_mode) else access & rights & of_a_file
            call(445, ruleset, 1, struct.pack("<Qi", access_here, fd), 0)
            os.close(fd)
    call(446, ruleset, 0)
    os.close(ruleset)


def _sure(answer: int, what: str) -> int:
    import ctypes

    if answer < 0:
        raise OSError(ctypes.get_errno(), "this process cannot be confined (" + what + "): " + os.strerror(ctypes.get_errno()))
    return answer


def _hand_out(control: socket.socket, port: Any) -> None:
    """Listen on loopback, in whichever network this process is in, and give the socket away: telemetry is received outside."""
    if not port:
        return
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(512)
        control.sendmsg([b"\n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", listener.fileno()))])


# -- the system ---------------------------------------------------------------------------------------------------


def limit(limits: dict[str, int]) -> None:
    """Set resource limits by their names; one that the system does not know, or forbids, is left out."""
    try:
        import resource
    except ImportError:
        return
    for name, value in limits.items():
        which = getattr(resource, name, None)
        if which is not None:
            hard = resource.getrlimit(which)[1]
            wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(which, (wanted, wanted))


def _prctl() -> Prctl | None:
    """Linux's prctl, or None."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes

        found = ctypes.CDLL(None, use_errno=True).prctl
    except (ImportError, OSError, AttributeError):
        return None
    return lambda option, value: found(ctypes.c_int(option), ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def _die_with(control: socket.socket, wanted: bool) -> None:
    """While the agent is imported nobody reads the socket: let the system end this process when the other side hangs up."""
    try:
        import fcntl

        fcntl.fcntl(control, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(control, fcntl.F_GETFL)
        fcntl.fcntl(control, fcntl.F_SETFL, flags | os.O_ASYNC if wanted else flags & ~os.O_ASYNC)
    except (ImportError, AttributeError, OSError):
        return


def _hung_up(control: socket.socket) -> bool:
    """Whether the other side was gone before it could have been noticed."""
    poll = select.poll()
    poll.register(control, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


def _freeze() -> None:
    """What is there now is shared with every slot: keep the collector from touching, and so copying, it."""
    import gc
    import tempfile
    import traceback

    _ = tempfile, traceback  # loaded once here instead of in every slot
    gc.collect()
    if hasattr(gc, "freeze"):
        gc.freeze()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()


def _next_dead() -> tuple[int, int]:
    """A child that ended, and how; its process group is ended while its number cannot have been given to another one yet."""
    try:
        if not hasattr(os, "waitid"):
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid:
                _end_group(pid)
            return pid, status
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if not found:
            return 0, 0
        _end_group(found.si_pid)
        return os.waitpid(found.si_pid, 0)
    except ChildProcessError:
        return 0, 0


def _end_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def _children() -> list[int]:
    """The children of this process, whichever thread made them."""
    found: list[int] = []
    try:
        for thread in os.listdir("/proc/self/task"):
            with open("/proc/self/task/" + thread + "/children") as file:
                found += [int(pid) for pid in file.read().split()]
    except OSError:
        return _by_parent(os.getpid())
    return found


def _by_parent(parent: int) -> list[int]:
    """Children where the kernel keeps no list of them."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if name.isdigit():
                with contextlib.suppress(OSError, IndexError, ValueError), open("/proc/" + name + "/stat", "rb") as file:
                    if int(file.read().rpartition(b")")[2].split()[1]) == parent:
                        found.append(int(name))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
