"""The names under which recorders of the OpenTelemetry family write things down, and what they stand for: tables, no code."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.trace import Kind, Status

NAMES: Mapping[str, tuple[str, ...]] = {
    "agent": ("gen_ai.agent.name", "agent.name", "ai.agent.name", "agent_name", "agent"),
    "tool": ("gen_ai.tool.name", "tool.name", "ai.toolCall.name", "mcp.tool.name", "tool_name"),
    "model": (
        "gen_ai.response.model",
        "ai.response.model",
        "llm.response.model",
        "gen_ai.request.model",
        "llm.model_name",
        "ai.model.id",
        "embedding.model_name",
        "reranker.model_name",
        "mlflow.llm.model",
        "langfuse.observation.model.name",
        "llm.request.model",
    ),
    "input": (
        "input.value",
        "gen_ai.tool.call.arguments",
        "ai.toolCall.args",
        "ai.toolCall.input",
        "traceloop.entity.input",
        "mlflow.spanInputs",
        "langfuse.observation.input",
        "gen_ai.retrieval.query.text",
        "reranker.query",
        "ai.prompt",
        "ai.value",
        "ai.values",
        "gen_ai.prompt",
        "input",
    ),
    "output": (
        "output.value",
        "gen_ai.tool.call.result",
        "ai.toolCall.result",
        "ai.toolCall.output",
        "traceloop.entity.output",
        "mlflow.spanOutputs",
        "langfuse.observation.output",
        "ai.response.text",
        "ai.result.text",
        "ai.response.object",
        "ai.result.object",
        "gen_ai.completion",
        "output",
    ),
    "tokens_in": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "ai.usage.inputTokens",
        "ai.usage.promptTokens",
        "llm.usage.prompt_tokens",
    ),
    "tokens_out": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "ai.usage.outputTokens",
        "ai.usage.completionTokens",
        "llm.usage.completion_tokens",
    ),
    "cost": ("llm.cost.total", "gen_ai.usage.cost", "gen_ai.usage.total_cost", "gen_ai.cost.total_cost", "operation.cost"),
    "usage": ("mlflow.chat.tokenUsage", "langfuse.observation.usage_details"),
    "costs": ("mlflow.llm.cost", "langfuse.observation.cost_details"),
    "messages_in": ("gen_ai.input.messages", "ai.prompt.messages"),
    "messages_out": ("gen_ai.output.messages",),
    "instructions": ("gen_ai.system_instructions",),
    "calls": ("ai.response.toolCalls", "ai.result.toolCalls"),
    "documents": ("gen_ai.retrieval.documents",),
    "error_type": ("exception.type", "error.type"),
    "error_message": ("exception.message", "error.message"),
    "error_stack": ("exception.stacktrace",),
}
"""A field of ours by the names it is recorded under, the most trustworthy first. Others that say something else stay attributes."""

SUMS: Mapping[str, tuple[str, ...]] = {
    "tokens_in": ("input_tokens", "prompt_tokens", "input"),
    "tokens_out": ("output_tokens", "completion_tokens", "output"),
    "cost": ("total_cost", "total"),
}
"""What the figures are called where they stand in one object."""

NAMED = frozenset({"agent", "tool", "model"})
"""Fields that only a text can fill."""

FIELDS = {name: (ours, rank) for ours, names in NAMES.items() for rank, name in enumerate(names)}

NUMBERED = {
    "llm.input_messages.": "messages_in",
    "llm.output_messages.": "messages_out",
    "gen_ai.prompt.": "messages_in",
    "gen_ai.completion.": "messages_out",
    "retrieval.documents.": "documents",
    "reranker.output_documents.": "documents",
}
"""Lists that are recorded one attribute an entry, as `llm.input_messages.0.message.role`."""
PREFIXES = tuple(NUMBERED)

KINDS: Mapping[str, Mapping[str, Kind]] = {
    "openinference.span.kind": {kind.upper(): kind for kind in Kind},
    "traceloop.span.kind": {"workflow": Kind.CHAIN, "task": Kind.CHAIN, "agent": Kind.AGENT, "tool": Kind.TOOL},
    "gen_ai.operation.name": {
        "chat": Kind.LLM,
        "text_completion": Kind.LLM,
        "generate_content": Kind.LLM,
        "completion": Kind.LLM,
        "embeddings": Kind.EMBEDDING,
        "retrieval": Kind.RETRIEVER,
        "create_agent": Kind.AGENT,
        "invoke_agent": Kind.AGENT,
        "execute_tool": Kind.TOOL,
        "invoke_workflow": Kind.CHAIN,
    },
    "ai.operationId": {
        "ai.generateText": Kind.CHAIN,
        "ai.streamText": Kind.CHAIN,
        "ai.generateObject": Kind.CHAIN,
        "ai.streamObject": Kind.CHAIN,
        "ai.generateText.doGenerate": Kind.LLM,
        "ai.streamText.doStream": Kind.LLM,
        "ai.generateObject.doGenerate": Kind.LLM,
        "ai.streamObject.doStream": Kind.LLM,
        "ai.toolCall": Kind.TOOL,
        "ai.embed": Kind.CHAIN,
        "ai.embedMany": Kind.CHAIN,
        "ai.embed.doEmbed": Kind.EMBEDDING,
        "ai.embedMany.doEmbed": Kind.EMBEDDING,
        "ai.rerank.doRerank": Kind.RERANKER,
    },
    "llm.request.type": {"chat": Kind.LLM, "completion": Kind.LLM, "embedding": Kind.EMBEDDING, "rerank": Kind.RERANKER},
    "langfuse.observation.type": {"generation": Kind.LLM, **{kind.value: kind for kind in Kind}},
    "mlflow.spanType": {"CHAT_MODEL": Kind.LLM, **{kind.upper(): kind for kind in Kind}},
    "langsmith.span.kind": {kind.value: kind for kind in Kind},
}
"""What a span is, by the attribute that says so, asked in this order."""

TELLING = frozenset({*KINDS, "gen_ai.system", "gen_ai.provider.name", "llm.model_name", "ai.model.id"})
"""A bare set of attributes that has one of these was part of a span."""

STATUSES = {
    0: Status.UNSET,
    1: Status.OK,
    2: Status.ERROR,
    "STATUS_CODE_UNSET": Status.UNSET,
    "STATUS_CODE_OK": Status.OK,
    "STATUS_CODE_ERROR": Status.ERROR,
    "UNSET": Status.UNSET,
    "OK": Status.OK,
    "ERROR": Status.ERROR,
}


ROLES = {2: "server", 3: "client", 4: "producer", 5: "consumer"}
"""What a span is to other services; internal (1) and unsaid (0) are not worth an attribute."""
