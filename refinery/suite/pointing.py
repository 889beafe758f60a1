"""The environment variables that lead to us what an agent tells of itself, and what it asks of models."""

from __future__ import annotations

from collections.abc import Collection

from refinery.llm.upstream import NO_KEY
from refinery.llm.wires import KEYS, VARIABLES
from refinery.suite.capture import LANGSMITH, MODELS

OTLP = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_TRACES_EXPORTER")
QUIET = {"OTEL_SDK_DISABLED": "true"}
"""Where nobody listens. An exporter that cannot reach anybody tries again for seconds, at the end of every run."""


def telemetry(endpoint: str) -> dict[str, str]:
    """For exporters of OpenTelemetry, and for LangSmith's SDK under its names of today and of yesterday.

    That SDK's key is none, but it sends nothing without one.
    """
    found = {"ENDPOINT": f"{endpoint}/{LANGSMITH}", "API_KEY": NO_KEY, "PROJECT": "refinery", "TRACING": "true", "TRACING_V2": "true"}
    named = {f"{prefix}_{name}": value for prefix in ("LANGSMITH", "LANGCHAIN") for name, value in found.items()}
    return dict(zip(OTLP, (endpoint, "http/protobuf", "otlp"), strict=True)) | named


def models(endpoint: str, own: Collection[str]) -> dict[str, str]:
    """For the vendors' SDKs. `own` are the variables that the agent has been given: a key among them stays, or there is none."""
    found: dict[str, str] = {}
    for vendor, names in VARIABLES.items():
        found |= dict.fromkeys(names, f"{endpoint}/{MODELS}/{vendor}")
        if KEYS[vendor] not in own:
            found[KEYS[vendor]] = NO_KEY
    return found
