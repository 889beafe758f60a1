"""The manual says what the product does: its checks, settings, commands and links are held against the code."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml

import refinery
from adapters.trace import Json
from refinery.cli import manual
from refinery.cli.main import COMMANDS
from refinery.cli.main import refinery as group
from refinery.config import parse
from refinery.samples.billing.complaints import complaints
from refinery.suite.checks import kinds, problem
from refinery.suite.scenarios import load

DOCS = Path(refinery.__file__).parent / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def lines(language: str) -> list[tuple[str, str]]:
    return [(page.name, line) for page in PAGES for block in blocks(page, language) for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_page_is_reached_from_the_map() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert [page.name for page in DOCS.glob("*.md") if page.name != "index.md" and f"({page.name})" not in index] == []


def test_every_check_of_the_vocabulary_is_explained_and_no_other() -> None:
    assert {kind for kind, _ in checks_shown()} == set(kinds())


def test_the_checks_shown_are_well_formed() -> None:
    assert {kind: problem(kind, value) for kind, value in checks_shown() if problem(kind, value)} == {}


def test_the_scenarios_shown_can_be_read() -> None:
    shown = blocks(DOCS / "scenarios.md", "yaml")
    assert len(shown) > 3
    assert [load({"scenarios/shown.yaml": block, "shared.yaml": "variables: {}"}.get, ["scenarios/shown.yaml"]) for block in shown]


def test_the_worlds_shown_can_be_read() -> None:
    shown = blocks(DOCS / "worlds.md", "yaml")
    worlds = [block for block in shown if "calls:" in block]
    assert (len(worlds), len(shown)) == (2, 3)
    for block in shown:
        files = {"scenarios/shown.yaml": shown[0], "scenarios/price-in-euros.world.yaml": block if block in worlds else worlds[0]}
        (scenario,) = load(files.get, ["scenarios/shown.yaml"])
        assert scenario.world


def test_the_settings_shown_can_be_read() -> None:
    shown = [block for page in PAGES for block in blocks(page, "toml")]
    assert len(shown) > 3
    assert [parse(block, {}) for block in shown]


@pytest.mark.parametrize(("page", "line"), [each for each in lines("sh") if each[1].startswith("refinery ")])
def test_commands_shown_exist_with_their_options(page: str, line: str) -> None:
    words = re.split(r"\s+", re.sub(r"'[^']*'|\"[^\"]*\"", "TEXT", line))[1:]
    assert words[0] in COMMANDS
    command = group.get_command(click.Context(group), words[0])
    if isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words[1])
    assert command is not None, line
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_the_map_names_every_command() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", index)] == []


def test_the_pages_of_commands_say_what_the_commands_say() -> None:
    written = {page.name: page.read_text(encoding="utf-8") for page in manual.PAGES.glob("*.md")}
    assert written == dict(manual.pages()), "make manual writes them anew"


def test_the_tutorial_tells_of_every_complaint_and_its_trace_is_one_of_them() -> None:
    text = (DOCS / "first-fix.md").read_text(encoding="utf-8")
    assert [case.id for case in complaints() if f"| {case.id} |" not in text] == []
    (shown,) = set(re.findall(r"traces show ([0-9a-f]+)", text))
    assert [case.id for case in complaints() if case.trace.startswith(shown)] == ["refund-on-the-last-day"]


def checks_shown() -> list[tuple[str, Json]]:
    text = (DOCS / "scenarios.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| `([a-z-]+: .+?)` \|", text, re.MULTILINE)
    return [pair for cell in cells for pair in yaml.safe_load(cell).items()]
