"""The schemas of the manual, as they stand and in a strict reading that knows no key but those described."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012, Schema

import refinery
from adapters.trace import Json

FOLDER = Path(refinery.__file__).parent / "docs" / "schemas"
COMMON = "common.schema.json"
SCHEMAS: dict[str, dict[str, Json]] = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.iterdir())}


def strict(node: Json) -> Json:
    """The schema with every key refused that it does not describe, but where it says that any may stand."""
    if isinstance(node, list):
        return [strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {key: strict(each) for key, each in node.items()}
    return {"additionalProperties": False, **closed} if "properties" in node and node.get("type") == "object" else closed


STRICT: Registry[Schema] = Registry().with_resources(
    (name, Resource.from_contents(strict(schema), default_specification=DRAFT202012)) for name, schema in SCHEMAS.items()
)


def objections(schema: str, shape: Json) -> list[str]:
    """What speaks against a shape: a file's name, with `#/$defs/...` where a part of it is meant."""
    found = Draft202012Validator({"$ref": schema}, registry=STRICT).iter_errors(shape)
    return [f"{each.json_path}: {each.message}" for error in found for each in error.context or [error]]
