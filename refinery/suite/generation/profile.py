"""The capability profile: what job an agent is hired to do, what it can do, what has to be true for that, and what it leans on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, get_args, get_type_hints

from adapters.trace import Json
from refinery.errors import ConfigError
from refinery.suite.notation import Notation, nearest


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is so, and where it was read."""

    says: str
    where: str = ""
    """`path:line`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a tool takes."""

    name: str
    kind: str = ""
    required: bool = True
    options: tuple[str, ...] = ()
    """The values that are allowed, where they are few and named."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the agent may call."""

    name: str
    says: str = ""
    parameters: tuple[Parameter, ...] = ()
    changes: bool = False
    """Whether, by its name, it does something in the world beyond looking."""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A part of what the agent is given."""

    name: str
    """Empty when the input is nothing but this."""
    kind: str
    """`text`, `id`, `date`, `time`, `number`, `choice`, `flag`, `list` or `object`."""
    required: bool = True
    examples: tuple[Json, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """A value in a configuration file."""

    name: str
    """Keys with dots in between."""
    value: Json
    where: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Something that the agent's documents say, with the figure in it left out."""

    subject: str
    sentence: str
    """With `...` where the figure stood."""
    value: str
    before: str = ""
    """The figure in an older version of the document; empty when there is none."""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """All of it. It can be written to a file, corrected by hand, and used from there."""

    job: Fact = Fact("")
    capabilities: tuple[Fact, ...] = ()
    assumptions: tuple[Fact, ...] = ()
    dependencies: tuple[Fact, ...] = ()
    rules: tuple[Fact, ...] = ()
    """What prompts tell it to do, always or never."""
    tools: tuple[Tool, ...] = ()
    inputs: tuple[Field, ...] = ()
    settings: tuple[Setting, ...] = ()
    known: tuple[Known, ...] = ()
    notes: tuple[str, ...] = ()
    """What was not read, or could not be found out."""

    @property
    def words(self) -> frozenset[str]:
        """The words it is described in; what speaks of none of them has little to do with this agent."""
        said = [self.job.says, *(each.says for each in (*self.capabilities, *self.assumptions, *self.rules))]
        said += [f"{tool.name} {tool.says} {' '.join(each.name for each in tool.parameters)}" for tool in self.tools]
        said += [f"{field.name} {' '.join(map(str, field.examples))}" for field in self.inputs]
        said += [setting.name for setting in self.settings]
        return words(" ".join(said))


def words(text: str) -> frozenset[str]:
    """The words of a text that carry meaning, in lower case; `look_up` is two of them."""
    split = "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()
    return frozenset(word for word in split if len(word) > 3)


def as_json(profile: Profile) -> dict[str, Json]:
    """The profile as plain data; what is empty is left out of its parts."""
    whole: dict[str, Json] = {}
    for name, value in asdict(profile).items():
        whole[name] = _slim(value)
    return whole


def write_profile(profile: Profile) -> str:
    """The profile as a YAML file that people can correct."""
    import yaml

    head = "# What this agent is taken to be, for `refinery suite generate --profile FILE`. Correct what is wrong, add what is missing.\n"
    shape = {name: value for name, value in as_json(profile).items() if value}
    return head + yaml.safe_dump(shape, sort_keys=False, allow_unicode=True, width=110)


def read_profile(path: str, text: str) -> Profile:
    """A profile from such a file. Raises ConfigError, which names the place."""
    notation = Notation(path, text)
    root = notation.root()
    value = notation.json(root) if root is not None else {}
    made = _read(path, "the profile", value, Profile)
    assert isinstance(made, Profile)
    return made


def _slim(value: Any) -> Json:
    if isinstance(value, Mapping):
        return {str(key): _slim(each) for key, each in value.items() if each not in ("", (), None)}
    if isinstance(value, list | tuple):
        return [_slim(each) for each in value]
    return value  # type: ignore[no-any-return]


def _read(path: str, what: str, value: Json, kind: Any) -> object:
    """A value of plain data as the noun that is wanted, strictly."""
    if is_dataclass(kind):
        if isinstance(value, str) and kind is Fact:
            return Fact(value)  # people write a sentence, and no place
        if not isinstance(value, dict):
            raise ConfigError(f"{path}: {what} is a mapping", hint=f"of {', '.join(_names(kind))}")
        hints = get_type_hints(kind)
        for key in value:
            if key not in hints:
                raise ConfigError(f"{path}: {what} has no `{key}`", hint=nearest(key, _names(kind)))
        read = {key: _read(path, f"`{key}`", each, hints[key]) for key, each in value.items()}
        try:
            made: object = kind(**read)  # type: ignore[operator]  # `kind` is the class of a noun
            return made
        except TypeError as error:
            raise ConfigError(f"{path}: {what} lacks something: {str(error).partition('() ')[2]}") from error
    if getattr(kind, "__origin__", None) is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{path}: {what} is a list")
        return tuple(_read(path, f"an entry of {what}", each, get_args(kind)[0]) for each in value)
    if kind in (str, bool) and not isinstance(value, kind):
        if kind is str and isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise ConfigError(f"{path}: {what} is {'a text' if kind is str else 'true or false'}, not {value!r}")
    return value


def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def distinct(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each sentence once, where it was read first."""
    found: dict[str, Fact] = {}
    for each in facts:
        if each.says.strip():
            found.setdefault(" ".join(each.says.split()).casefold(), each)
    return tuple(found.values())
