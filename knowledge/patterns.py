"""The ways in which agents are known to fail, read from the library's data files."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable

from knowledge.errors import KnowledgeError
from knowledge.passage import Passage, Pattern

FIELDS = ("name", "symptom", "mechanism", "typical_fix", "scenario")


def load_patterns(folder: Traversable | None = None) -> tuple[Pattern, ...]:
    """Every pattern of a folder of YAML files, one file a category; without a folder, those that come with Refinery."""
    folder = folder or resources.files("knowledge").joinpath("library/patterns")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return tuple(pattern for file in files for pattern in _patterns(file))


def as_passage(pattern: Pattern) -> Passage:
    """The pattern as a passage, so that it is found and cited as guides are."""
    parts = (
        f"Symptom: {pattern.symptom}",
        f"Mechanism: {pattern.mechanism}",
        f"Typical fix: {pattern.typical_fix}",
        f"Scenario that shows it: {pattern.scenario}",
    )
    title = f"Failure pattern: {pattern.name.replace('-', ' ')}"
    return Passage(f"pattern-{pattern.name}", title, "\n\n".join(parts), f"library/patterns, {pattern.category}")


def _patterns(file: Traversable) -> Iterator[Pattern]:
    import yaml

    try:
        data = yaml.load(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{file.name} is not YAML: {error}", hint="mend the file at the place named") from error
    category, entries = (data.get("category"), data.get("patterns")) if isinstance(data, dict) else (None, None)
    if not isinstance(category, str) or not isinstance(entries, list):
        raise KnowledgeError(f"{file.name} has no `category` with a list of `patterns`", hint="compare it with the library's files")
    for number, entry in enumerate(entries, 1):
        values = {field: entry.get(field) for field in FIELDS} if isinstance(entry, dict) else {}
        missing = [field for field in FIELDS if not isinstance(values.get(field), str)]
        if missing:
            raise KnowledgeError(
                f"{file.name}: pattern {number} has no text for {', '.join(missing)}", hint="every pattern has all five fields"
            )
        yield Pattern(category=category, **{field: " ".join(str(value).split()) for field, value in values.items()})
