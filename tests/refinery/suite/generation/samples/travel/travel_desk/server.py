"""The desk behind its address: a small stand-in for a model that calls tools."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FARES = {("BER", "LIS"): ("NW 412", 184), ("BER", "OSL"): ("NW 77", 131)}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What the desk says to a conversation."""
    said = str(request["messages"][-1]["content"])
    passengers = int(request.get("passengers", 1))
    airports = re.findall(r"\b[A-Z]{3}\b", said)
    if len(airports) < 2:
        return {"text": "Between which airports do you want to fly?", "status": "asking"}
    found = FARES.get((airports[0], airports[1]))
    if found is None:
        return {"text": f"There is no flight from {airports[0]} to {airports[1]}.", "status": "none"}
    flight, price = found
    return {"text": f"{flight} costs {price * passengers} EUR. Shall I book it?", "status": "offered"}


class Desk(BaseHTTPRequestHandler):
    """Answers one conversation a request."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = json.dumps(answer(asked)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(said)


def main() -> None:
    ThreadingHTTPServer(("127.0.0.1", 8808), Desk).serve_forever()


if __name__ == "__main__":
    main()
