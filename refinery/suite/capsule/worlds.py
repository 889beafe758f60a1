"""A recorded world as it stands in a file, or in a scenario: read with file and line in every complaint, written for people to edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from adapters.trace import Json
from refinery.domain import Outside, Profile, Recording, World
from refinery.duration import FORMS, seconds
from refinery.suite.notation import Notation

if TYPE_CHECKING:
    import yaml

KEYS = ("trace", "outside", "again", "pace", "masked", "ignore", "profiles", "calls")
CALL = ("tool", "arguments", "result", "error", "seconds", "span")
PROFILE = ("latency", "error-rate", "error", "seed", "stale", "result")
ALL = "*"


def is_world(node: yaml.Node | None) -> bool:
    """Whether a file holds a world and no scenarios."""
    import yaml

    return isinstance(node, yaml.MappingNode) and "calls" in {str(key.value) for key, _ in node.value}


def world_of(notation: Notation, node: yaml.Node, path: str = "") -> World:
    """The world that a node describes. Raises ConfigError."""
    import yaml

    if not isinstance(node, yaml.MappingNode):
        raise notation.wrong(node, "a world is a mapping", "with `calls`, a list of {tool, arguments, result}")
    fields = notation.fields(node, KEYS, "a world")
    if "calls" not in fields:
        raise notation.wrong(node, "the world has no `calls`", "a list of {tool, arguments, result}; it may be empty")
    return World(
        calls=_calls(notation, fields["calls"]),
        outside=Outside(_one_of(notation, fields, "outside", [*Outside], Outside.FAIL)),
        again=_one_of(notation, fields, "again", ["last", "outside"], "last") == "last",
        paced=_one_of(notation, fields, "pace", ["none", "recorded"], "none") == "recorded",
        masked=_truth(notation, fields, "masked", otherwise=False),
        ignore=_ignored(notation, fields["ignore"]) if "ignore" in fields else {},
        profiles=_profiles(notation, fields["profiles"]) if "profiles" in fields else {},
        trace=_text(notation, fields, "trace"),
        path=path,
    )


def shape_of(world: World) -> dict[str, Json]:
    """The same world, as it is written down."""
    shape: dict[str, Json] = {"trace": world.trace} if world.trace else {}
    shape["outside"] = str(world.outside)
    shape |= {} if world.again else {"again": "outside"}
    shape |= {"pace": "recorded"} if world.paced else {}
    shape |= {"masked": True} if world.masked else {}
    shape |= {"ignore": {tool: [*paths] for tool, paths in world.ignore.items()}} if world.ignore else {}
    shape |= {"profiles": {tool: _profile_shape(each) for tool, each in world.profiles.items()}} if world.profiles else {}
    shape["calls"] = [call_shape(each) for each in world.calls]
    return shape


def call_shape(call: Recording) -> dict[str, Json]:
    """One call, as it is written down."""
    shape: dict[str, Json] = {"tool": call.tool}
    shape |= {} if call.any_arguments else {"arguments": call.arguments}
    shape |= {"error": call.error} if call.error else {"result": call.result}
    shape |= {"seconds": call.seconds} if call.seconds is not None else {}
    return shape | ({"span": call.span_id} if call.span_id else {})


def profile_told(profile: Profile) -> dict[str, Json]:
    """A profile in plain figures."""
    found: dict[str, Json] = {"latency": profile.latency_s, "error-rate": profile.error_rate, "error": profile.error}
    return found | {"seed": profile.seed, "stale": profile.stale} | ({"result": profile.result} if profile.has_result else {})


def _profile_shape(profile: Profile) -> dict[str, Json]:
    usual = profile_told(Profile())
    return {key: value for key, value in profile_told(profile).items() if key == "result" or value != usual[key]}


def _calls(notation: Notation, node: yaml.Node) -> tuple[Recording, ...]:
    import yaml

    if not isinstance(node, yaml.SequenceNode):
        raise notation.wrong(
            node, "`calls` is a list of calls", "for instance `- {tool: lookup_price, arguments: {plan: pro}, result: 45}`"
        )
    found = []
    for each in node.value:
        if not isinstance(each, yaml.MappingNode):
            raise notation.wrong(each, "a call is a mapping", "for instance {tool: lookup_price, arguments: {plan: pro}, result: 45}")
        fields = notation.fields(each, CALL, "a call")
        tool = _text(notation, fields, "tool")
        if not tool:
            raise notation.wrong(each, "the call has no `tool`", "add `tool: its-name`")
        if ("result" in fields) == ("error" in fields):
            raise notation.wrong(each, f"the call of {tool} needs a `result` or an `error`", "one of them, for it ended in one way")
        found.append(
            Recording(
                tool=tool,
                arguments=notation.json(fields["arguments"]) if "arguments" in fields else None,
                any_arguments="arguments" not in fields,
                result=notation.json(fields["result"]) if "result" in fields else None,
                error=_text(notation, fields, "error"),
                seconds=_seconds(notation, fields["seconds"]) if "seconds" in fields else None,
                span_id=_text(notation, fields, "span"),
            )
        )
    return tuple(found)


def _profiles(notation: Notation, node: yaml.Node) -> Mapping[str, Profile]:
    import yaml

    if not isinstance(node, yaml.MappingNode):
        raise notation.wrong(node, "`profiles` is a mapping", "for instance {lookup_price: {latency: 200ms, error-rate: 0.1}}")
    found = {}
    for key, value in node.value:
        if not isinstance(value, yaml.MappingNode):
            raise notation.wrong(value, "a profile is a mapping", "for instance {latency: 200ms, error-rate: 0.1}")
        fields = notation.fields(value, PROFILE, "a profile")
        rate = notation.json(fields["error-rate"]) if "error-rate" in fields else 0.0
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 1:
            raise notation.wrong(fields["error-rate"], "`error-rate` lies between 0 and 1")
        seed = notation.json(fields["seed"]) if "seed" in fields else 0
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise notation.wrong(fields["seed"], "`seed` is a whole number")
        found[str(key.value)] = Profile(
            latency_s=_seconds(notation, fields["latency"]) if "latency" in fields else 0.0,
            error_rate=float(rate),
            error=_text(notation, fields, "error"),
            seed=seed,
            stale=_truth(notation, fields, "stale", otherwise=True),
            result=notation.json(fields["result"]) if "result" in fields else None,
            has_result="result" in fields,
        )
    return found


def _ignored(notation: Notation, node: yaml.Node) -> Mapping[str, tuple[str, ...]]:
    """By tool; a plain list holds for all of them."""
    value = notation.json(node)
    table = {ALL: value} if isinstance(value, list) else value
    if not isinstance(table, dict):
        raise notation.wrong(node, "`ignore` names arguments, by tool", "for instance {lookup_price: [request_id]}")
    found = {}
    for tool, paths in table.items():
        listed = paths if isinstance(paths, list) else [paths]
        if not all(isinstance(each, str) and each for each in listed):
            raise notation.wrong(node, f"what is ignored of {tool} is a list of arguments", "for instance [request_id, meta.sent_at]")
        found[tool] = tuple(str(each) for each in listed)
    return found


def _one_of(notation: Notation, fields: Mapping[str, yaml.Node], key: str, known: list[str], otherwise: str) -> str:
    if key not in fields:
        return otherwise
    value = str(fields[key].value)
    if value not in known:
        raise notation.wrong(fields[key], f"`{key}` is one of {', '.join(known)}")
    return value


def _truth(notation: Notation, fields: Mapping[str, yaml.Node], key: str, *, otherwise: bool) -> bool:
    value = notation.json(fields[key]) if key in fields else otherwise
    if not isinstance(value, bool):
        raise notation.wrong(fields[key], f"`{key}` is true or false")
    return value


def _text(notation: Notation, fields: Mapping[str, yaml.Node], key: str) -> str:
    value = notation.json(fields[key]) if key in fields else ""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise notation.wrong(fields[key], f"`{key}` is a text", "write it in quotes")
    return str(value)


def _seconds(notation: Notation, node: yaml.Node) -> float:
    value = notation.json(node)
    found = seconds(value) if isinstance(value, str | int | float) else None
    if found is None or found < 0:
        raise notation.wrong(node, f"{str(node.value)!r} is not a duration: write {FORMS}")
    return found
