"""How well credentials are told from what only looks like one, line by line, beside public detectors on the same lines."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from safety.rules.secret_scan import scan


class Line(NamedTuple):
    """One text with what is right."""

    text: str
    secret: bool


def compare(cases: Path, detectors: list[Path]) -> None:
    """Prints recall, precision and pace, ours first."""
    rows = [json.loads(line) for line in cases.read_text().splitlines() if line.strip()]
    lines = [Line(base64.b64decode(row["text_b64"]).decode("utf-8", "surrogateescape"), row["label"] == "secret") for row in rows]
    start = time.process_time()
    ours = [bool(scan(line.text)) for line in lines]
    pace = len(lines) / (time.process_time() - start)
    print(f"secret lines, this guard: {_figures(ours, lines)}; {pace:,.0f} lines per second of processor time")
    for detector in detectors:
        start = time.monotonic()
        flagged = _flagged(detector, lines)
        pace = len(lines) / (time.monotonic() - start)
        theirs = [number in flagged for number in range(len(lines))]
        print(f"secret lines, {detector.name}: {_figures(theirs, lines)}; {pace:,.0f} lines per second, its start included")


def _flagged(detector: Path, lines: list[Line]) -> set[int]:
    """The lines that a detector takes for secret; each is given to it as a file of its own."""
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder, "texts")
        texts.mkdir()
        for number, line in enumerate(lines):
            (texts / f"{number}.txt").write_text(line.text, "utf-8", "surrogateescape")
        if detector.name == "credsweeper":
            report = Path(folder, "report.json")
            command = [str(detector), "--path", str(texts), "--save-json", str(report), "--no-stdout"]
            subprocess.run(command, capture_output=True, check=True)
            names = [data["path"] for found in json.loads(report.read_text()) for data in found["line_data_list"]]
        else:
            command = [str(detector), "scan", "--all-files", "--no-verify", "."]
            answer = subprocess.run(command, cwd=texts, capture_output=True, text=True, check=True)
            names = list(json.loads(answer.stdout)["results"])
    return {int(Path(name).stem) for name in names}


def _figures(flagged: list[bool], lines: list[Line]) -> str:
    right = sum(found and line.secret for found, line in zip(flagged, lines, strict=True))
    secrets = sum(line.secret for line in lines)
    recall = f"recall {_percent(right, secrets)} ({right} of {secrets})"
    return f"{recall}, precision {_percent(right, sum(flagged))} ({right} of {sum(flagged)} flagged)"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"
