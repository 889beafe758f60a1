"""What the relay adds to a model call: processor time and latency, live, recorded and replayed, against the same calls without it.

    python -m benchmarks.relay [CALLS]

The vendor is a server in a process of its own that answers at once; the caller keeps one connection open. Processor time is that of
the process with caller and relay in it, less what the caller takes when it asks the vendor itself.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from refinery.llm.prices import load_prices
from refinery.llm.recordings import Recordings
from refinery.llm.upstream import Upstream
from refinery.suite.capture import Capture
from refinery.suite.relay import Mode, Relay, Terms

CALLS = 400
VENDOR = """
import time
from tests.fakes.models import ModelServer
with ModelServer() as server:
    print(server.url, flush=True)
    time.sleep(3600)
"""


def asked(url: str, calls: int, stream: bool) -> tuple[float, float]:
    """Processor time of this process per call, and the median of the time a call took, both in milliseconds."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    took = []
    began = time.process_time()
    for number in range(calls):
        history = [{"role": "user", "content": f"question {number}: " + "words " * 300}]
        body = json.dumps({"model": "claude-haiku-5-5", "max_tokens": 100, "stream": stream, "messages": history})
        start = time.perf_counter()
        connection.request("POST", f"{parts.path}/v1/messages", body, {"Content-Type": "application/json", "x-api-key": "refinery"})
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 200
        took.append(time.perf_counter() - start)
    spent = time.process_time() - began
    connection.close()
    return 1000 * spent / calls, 1000 * median(took)


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    vendor = subprocess.Popen([sys.executable, "-c", VENDOR], stdout=subprocess.PIPE, text=True)
    assert vendor.stdout is not None
    url = vendor.stdout.readline().strip()
    print(f"{calls} calls of 1.9 kB each; milliseconds a call\n")
    print(f"{'':10}{'answer':10}{'CPU':>8}{'of it the relay':>18}{'latency':>10}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            for stream in (False, True):
                form = "streamed" if stream else "whole"
                asked(url, 20, stream)
                bare, latency = asked(url, calls, stream)
                print(f"{'direct':10}{form:10}{bare:8.2f}{'':18}{latency:10.2f}")
                for mode in Mode:
                    recordings = Recordings(Path(folder) / form, lambda _: ())
                    relay = Relay(mode, {"anthropic": Upstream("anthropic", url, "key")}, load_prices(), 100.0, recordings)
                    with Capture(relay=relay) as capture:
                        relay.begin("one", Terms("a", 0))
                        endpoint = f"{capture.endpoint('one')}/models/anthropic"
                        if mode is not Mode.REPLAY:
                            asked(endpoint, 20, stream)
                        cpu, latency = asked(endpoint, calls, stream)
                        relay.end("one")
                    relay.close()
                    print(f"{mode:10}{form:10}{cpu:8.2f}{cpu - bare:18.2f}{latency:10.2f}")
    finally:
        vendor.kill()
        vendor.wait()


if __name__ == "__main__":
    main()
