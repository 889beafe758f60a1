"""Run by the environment of `make test-live`: Langfuse's own client reads what our fake server says, by its own types."""

from __future__ import annotations

import json
import sys

from langfuse.api.client import LangfuseAPI  # type: ignore[import-not-found]


def main() -> None:
    url, public, secret, trace = sys.argv[1:]
    client = LangfuseAPI(base_url=url, username=public, password=secret, x_langfuse_public_key=public)
    observations, cursor = [], None
    while True:
        page = client.observations.get_many(
            trace_id=trace, fields="core,basic,time,io,usage,model,metrics,trace_context", limit=2, cursor=cursor
        )
        observations += page.data
        cursor = page.meta.cursor
        if not cursor:
            break
    scores = client.scores.get_many(trace_id=trace, fields="subject,details").data
    projects = client.projects.get().data
    found = {
        "observations": [[each.id, each.type, each.name, each.usage_details] for each in observations],
        "scores": [[each.name, each.value, each.subject.kind, each.subject.id] for each in scores],
        "projects": [each.name for each in projects],
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
