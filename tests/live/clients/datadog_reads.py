"""Run by the environment of `make test-live`: Datadog's own client reads what our fake server says, by its own types."""

from __future__ import annotations

import json
import sys

from datadog_api_client import ApiClient, Configuration  # type: ignore[import-not-found]
from datadog_api_client.v2.api.agent_observability_api import AgentObservabilityApi  # type: ignore[import-not-found]
from datadog_api_client.v2.model.llm_obs_search_spans_request import LLMObsSearchSpansRequest  # type: ignore[import-not-found]
from datadog_api_client.v2.model.llm_obs_search_spans_request_attributes import (  # type: ignore[import-not-found]
    LLMObsSearchSpansRequestAttributes,
)
from datadog_api_client.v2.model.llm_obs_search_spans_request_data import LLMObsSearchSpansRequestData  # type: ignore[import-not-found]
from datadog_api_client.v2.model.llm_obs_search_spans_request_type import LLMObsSearchSpansRequestType  # type: ignore[import-not-found]
from datadog_api_client.v2.model.llm_obs_span_filter import LLMObsSpanFilter  # type: ignore[import-not-found]
from datadog_api_client.v2.model.llm_obs_span_page_query import LLMObsSpanPageQuery  # type: ignore[import-not-found]


def main() -> None:
    url, key, application, trace = sys.argv[1:]
    configuration = Configuration(host=url)
    configuration.api_key = {"apiKeyAuth": key, "appKeyAuth": application}
    configuration.server_index = None
    configuration.unstable_operations["search_llm_obs_spans"] = True
    spans, cursor = [], ""
    with ApiClient(configuration) as client:
        api = AgentObservabilityApi(client)
        while True:
            page = LLMObsSpanPageQuery(limit=2, cursor=cursor) if cursor else LLMObsSpanPageQuery(limit=2)
            conditions = LLMObsSpanFilter(trace_id=trace, _from="2020-01-01T00:00:00Z")
            attributes = LLMObsSearchSpansRequestAttributes(filter=conditions, page=page, sort="timestamp")
            body = LLMObsSearchSpansRequest(LLMObsSearchSpansRequestData(attributes, LLMObsSearchSpansRequestType.SPANS))
            answer = api.search_llm_obs_spans(body=body)
            spans += answer.data
            cursor = answer.meta.page.to_dict().get("after", "")
            if not cursor:
                break
    kinds = [[each.attributes.span_id, each.attributes.span_kind, each.attributes.name, each.attributes.status] for each in spans]
    sys.stdout.write(json.dumps({"spans": kinds}))


if __name__ == "__main__":
    main()
