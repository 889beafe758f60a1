"""A relay for the model calls of agents: counted, capped, recorded and answered from the recording, without a key where the agent runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from adapters import notation
from adapters.trace import Json
from refinery.domain import Bill, BillItem
from refinery.errors import RefineryError
from refinery.llm import streams
from refinery.llm.budget import Budget, BudgetSpent
from refinery.llm.port import Unavailable
from refinery.llm.prices import Prices, Tokens
from refinery.llm.recordings import Kept, Recordings, Turn
from refinery.llm.upstream import Received, Upstream
from refinery.llm.wires import KEYS, Call, is_last, is_usage_alone, refusal, used, whole
from refinery.suite.receiving import Answer, Asked

LINGER = 0.5
"""Seconds that the end of an attempt waits for calls that are being written down."""
BUSY = (401, 403, 408, 409, 429)
"""Statuses with which a vendor says that it is not the request's fault; those from 500 on do too."""


class Mode(StrEnum):
    """What becomes of a call."""

    LIVE = "live"
    """It is passed on."""
    RECORD = "record"
    """It is passed on, and its answer kept."""
    REPLAY = "replay"
    """It is answered as it was recorded, and by nobody else."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the calls of one attempt."""

    scenario: str
    trial: int
    most_usd: float | None = None
    """What they may cost together."""
    endpoint: str = ""
    """The token of an endpoint that it shares with others."""


@dataclass(frozen=True, slots=True)
class Relayed:
    """One call that was answered."""

    call: Call
    status: int
    reply: Json
    """As a whole, also where it was streamed."""
    tokens: Tokens | None
    """None when the reply does not say."""
    usd: float | None
    """What it costs, or did when it was recorded; None when that is not known."""
    began_ns: int
    ended_ns: int
    replayed: bool = False
    repeated: bool = False
    """Another trial of the same scenario had the same recorded answer."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The calls of one attempt."""

    calls: tuple[Relayed, ...] = ()
    over: str = ""
    """Why a call was refused for its cost."""
    whose: str = ""
    """`scenario` where the scenario's limit would have been passed, `run` where all attempts together have spent the budget."""
    unrecorded: str = ""
    """What was asked that had not been recorded."""
    broken: str = ""
    """That the vendor could not be asked, where its last word was such."""


@dataclass(eq=False, slots=True)
class Open:
    """An attempt that may make calls."""

    terms: Terms
    budget: Budget
    calls: list[Relayed] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    """How often each request was made."""
    over: str = ""
    whose: str = ""
    unrecorded: str = ""
    broken: str = ""
    busy: int = 0


class Relay:
    """Answers what comes under /models of an endpoint. Used from many threads."""

    def __init__(
        self,
        mode: Mode,
        upstreams: Mapping[str, Upstream],
        prices: Prices,
        usd: float | None = None,
        recordings: Recordings | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.mode = mode
        self.upstreams = upstreams
        self.unpriced: set[str] = set()
        """Models whose price is not known."""
        self.unkept = ""
        """Why an answer could not be recorded."""
        self.spent = ""
        """Why a call was refused because of what all attempts together have spent; empty while none was."""
        self._prices = prices
        self._budget = Budget(prices, usd if mode is not Mode.REPLAY else None)
        self._recordings = recordings
        self._clock = clock
        self._open: dict[str, Open] = {}
        self._changed = threading.Condition()

    def begin(self, token: str, terms: Terms) -> None:
        """An attempt may make calls now."""
        with self._changed:
            self._open[token] = Open(terms, Budget(self._prices, terms.most_usd))

    def end(self, token: str) -> Ledger:
        """It may not any more; what it made of it."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open[token].busy, LINGER)
            held = self._open.pop(token)
        return Ledger(tuple(held.calls), held.over, held.whose, held.unrecorded, held.broken)

    @property
    def bill(self) -> Bill:
        """What was spent at vendors so far, call by call."""
        return self._budget.bill if self.mode is not Mode.REPLAY else Bill()

    def close(self) -> None:
        for upstream in self.upstreams.values():
            upstream.close()

    def answer(self, asked: Asked) -> Answer:
        """As the vendor would; refusals too have the vendor's form, so that the agent's SDK raises what it knows."""
        vendor, _, path = asked.path.partition("?")[0].partition("/")
        if vendor not in self.upstreams:
            return _refused(vendor, 404, "not_found", f"no vendor is called {vendor!r} here")
        held = self._attempt(asked.token)
        if held is None:
            says = "it cannot be told whose call this is: several attempts run at once, and the client was made when the agent was imported"
            return _refused(vendor, 404, "not_found", f"{says}: make the client in the function, or set concurrency = 1 under [suite]")
        try:
            body = notation.fields(notation.loads(asked.data)) if asked.data else {}
        except ValueError:
            return _refused(vendor, 400, "invalid_request_error", "the relay takes requests in JSON only")
        call = Call(vendor, asked.method, path, body)
        if not call.known:
            return _refused(vendor, 404, "not_found", f"the relay passes on what asks a model, and not {asked.method} {path}")
        with self._changed:
            held.busy += 1
        streams_on = False
        try:
            answer = self._replayed(held, call) if self.mode is Mode.REPLAY else self._passed_on(held, call, asked)
            streams_on = self.mode is not Mode.REPLAY and not isinstance(answer.body, bytes)
            return answer
        finally:
            if not streams_on:
                self._done(held)

    # -- from the recording

    def _replayed(self, held: Open, call: Call) -> Answer:
        assert self._recordings is not None, "there is nothing to replay from"
        now = self._clock()
        try:
            turn = self._turn(held, call)
            kept = self._recordings.find(call, turn)
            missing = "" if kept else self._recordings.nearest(call, turn)
        except RefineryError as error:
            kept, missing = None, str(error)
        if kept is None:
            held.unrecorded = held.unrecorded or f"{call.path} of {call.model or call.vendor} was not recorded so: {missing}"
            return _refused(call.vendor, 404, "not_recorded", held.unrecorded)
        reply = whole(call, notation.items(kept.reply)) if kept.streamed else kept.reply
        if over := self._set_aside(held, call):
            return over
        self._book(held, call, kept.status, reply, now, kept)
        if not kept.streamed:
            return Answer(kept.status, notation.dumps(kept.reply))
        return Answer(kept.status, (streams.written(event) for event in notation.items(kept.reply)), streams.KIND)

    def _turn(self, held: Open, call: Call) -> Turn:
        assert self._recordings is not None
        key = self._recordings.key(call)
        with self._changed:
            nth = held.made.get(key, 0)
            held.made[key] = nth + 1
        return Turn(held.terms.scenario, held.terms.trial, nth)

    # -- from the vendor

    def _passed_on(self, held: Open, call: Call, asked: Asked) -> Answer:
        upstream, now = self.upstreams[call.vendor], self._clock()
        if over := self._set_aside(held, call):
            return over
        query = asked.path.partition("?")[2]
        path = f"{call.path}?{query}" if query else call.path
        told = call.told()
        try:
            received = upstream.send(call.method, path, asked.headers, asked.data if told == call.body else notation.dumps(told))
            if told != call.body and received.status in (400, 422):  # a server that does not know what we added
                b"".join(received.parts)
                received = upstream.send(call.method, path, asked.headers, asked.data)
            if received.kind.startswith(streams.KIND) and received.status == 200:
                return Answer(200, self._streamed(held, call, received, now), received.kind, received.headers)
            data = b"".join(received.parts)
        except Unavailable as error:
            held.broken = str(error)
            self._book(held, call, 502, None, now)
            return _refused(call.vendor, 502, "api_error", f"{error} (said by Refinery's relay)")
        held.broken = _fault(received.status, call, upstream)
        self._book(held, call, received.status, _json(data), now)
        return Answer(received.status, data, received.kind, received.headers)

    def _streamed(self, held: Open, call: Call, received: Received, began: int) -> Iterator[bytes]:
        """The events as they come, but for those that only we asked for. The last word is booked before it is passed on."""
        events: list[Json] = []
        booked = False

        def book(*, complete: bool) -> None:
            nonlocal booked
            if not booked:
                booked = True
                try:
                    self._book(held, call, 200, whole(call, events), began, events=events, complete=complete)
                finally:
                    self._done(held)

        try:
            for came in streams.cut(received.parts):
                passed = b""
                for event in came:
                    said = streams.data(event)
                    if said is not None:
                        events.append(said)
                    if is_last(said):
                        book(complete=True)
                    if not is_usage_alone(call, said) or call.shows_usage:
                        passed += event
                yield passed
            book(complete=True)
        except Unavailable as error:
            held.broken = str(error)
            raise  # the agent's connection breaks off too
        finally:
            book(complete=False)

    # -- what it comes to

    def _set_aside(self, held: Open, call: Call) -> Answer | None:
        """Room in the budgets for a call; a refusal when there is none."""
        most = call.most
        if most is None:
            return None
        try:
            held.budget.set_aside(call.model, most)
        except BudgetSpent as spent:
            return self._over(held, call, "scenario", f"`max_cost` of {held.terms.scenario}: {spent}")
        try:
            self._budget.set_aside(call.model, most)
        except BudgetSpent as spent:
            held.budget.settle(call.model, most, None)
            self.spent = self.spent or f"`budget_usd` under [agent]: {spent}"
            return self._over(held, call, "run", self.spent)
        return None

    def _over(self, held: Open, call: Call, whose: str, says: str) -> Answer:
        held.over, held.whose = held.over or says, held.whose or whose
        return _refused(call.vendor, 402, "budget_exceeded", says)

    def _book(
        self,
        held: Open,
        call: Call,
        status: int,
        reply: Json,
        began: int,
        kept: Kept | None = None,
        events: list[Json] | None = None,
        complete: bool = True,
    ) -> None:
        """Write a call down: what it was, what it cost, and, where that is wanted, what was answered."""
        tokens = Tokens() if status >= 400 else used(call, reply) if complete else None
        most = call.most
        usd: float | None = 0.0
        if most is not None and tokens != Tokens():
            if not self._prices.known(call.model):
                self.unpriced.add(call.model)
            counted = tokens or most
            usd = self._prices.usd(call.model, tokens) if tokens else None
            item = BillItem("agent", input_tokens=counted.input, output_tokens=counted.output, usd=usd)
        else:
            item = None
        if most is not None:
            for budget in (held.budget, self._budget):
                budget.settle(call.model, most, item)
        if self.mode is Mode.RECORD and complete and not _is_fault(status) and self._recordings:
            turn = self._turn(held, call)
            shown = [event for event in events or () if not is_usage_alone(call, event) or call.shows_usage]
            try:
                self._recordings.keep(call, turn, status, reply if events is None else streams.together(shown), events is not None)
            except RefineryError as error:
                self.unkept = str(error)
        repeated = kept is not None and not kept.first_time
        held.calls.append(Relayed(call, status, reply, tokens, usd, began, self._clock(), kept is not None, repeated))

    def _done(self, held: Open) -> None:
        with self._changed:
            held.busy -= 1
            self._changed.notify_all()

    def _attempt(self, token: str) -> Open | None:
        """Whose call it is: the one that runs, where it was sent to an endpoint that all share."""
        with self._changed:
            if token in self._open:
                return self._open[token]
            sharing = [held for held in self._open.values() if held.terms.endpoint == token]
        return sharing[0] if len(sharing) == 1 else None


def _refused(vendor: str, status: int, kind: str, says: str) -> Answer:
    return Answer(status, refusal(vendor, status, kind, says), headers={"x-should-retry": "false"})


def _fault(status: int, call: Call, upstream: Upstream) -> str:
    """That the vendor could not be asked, if its answer says so."""
    if not _is_fault(status):
        return ""
    hint = f"; set {KEYS[call.vendor]}" if status == 401 and upstream.lacks_key else ""
    return f"{upstream.base} answered {status}{hint}"


def _is_fault(status: int) -> bool:
    return status >= 500 or status in BUSY


def _json(data: bytes) -> Json:
    try:
        return notation.loads(data)
    except ValueError:
        return None
