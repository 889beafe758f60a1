"""What runs left over becomes an edit of the expression in whose place it may stand."""

from __future__ import annotations

import ast

import pytest

from refinery.domain import Diagnosis, Layer
from refinery.repair.clues import clues
from refinery.repair.module import Module, Statement
from refinery.repair.mutation import Mutation, Site
from refinery.repair.synthesis import family
from refinery.repair.synthesis.places import span_of
from refinery.repair.synthesis.refinery_terms import OWN, SIDES
from refinery.repair.synthesis.terms import Term
from refinery.repair.world import survey

CODE = """\
def fare(rider, rules, top):
    price = rider["zones"] * rules["zone"] + 1
    return price if rider["since"] < rules["until"] else 0
"""


def made(old: str, *terms: tuple[str, str, str]) -> list[tuple[str, float]]:
    """What the line becomes, with how likely, the likeliest first: of terms for the expression that is written so."""
    module, statement, found = proposed(old, *terms)
    texts = [module.text[: each.start] + each.new + module.text[each.end :] for each in found]
    return [(text.split("\n")[statement.first - 1].strip(), each.prior) for text, each in zip(texts, found, strict=True)]


def proposed(old: str, *terms: tuple[str, str, str]) -> tuple[Module, Statement, list[Mutation]]:
    module = Module("m.py", CODE)
    world = survey([module])
    statement, node = next((each, node) for each in module.statements for node in each.nodes if module.source(node) == old)
    world.synthesised = {("m.py", statement.first): [Term(span_of(node), kind, text, atom, 1.0) for kind, text, atom in terms]}
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [], None)
    return module, statement, list(family.propose(Site(module, statement, world, told)))


def test_what_stands_there_is_put_in_brackets_where_its_meaning_hangs_on_them() -> None:
    [(sum_of_two, _)] = made('rider["zones"]', ("sum", f"{OWN} + top", "top"))
    assert sum_of_two == 'price = (rider["zones"] + top) * rules["zone"] + 1'
    [(least, _)] = made('rider["zones"] * rules["zone"] + 1', ("bound", f"min({OWN}, top)", "top"))
    assert least == 'price = min((rider["zones"] * rules["zone"] + 1), top)'


def test_both_sides_of_a_comparison_take_the_same_step() -> None:
    [(line, _)] = made('rider["since"] < rules["until"]', ("sides", f"{SIDES}minutes({{}})", "minutes"))
    assert line == 'return price if minutes(rider["since"]) < minutes(rules["until"]) else 0'


@pytest.mark.parametrize(
    ("likelier", "other"),
    [
        (("bound", f"min({OWN}, top)", "top"), ("bound", f"min({OWN}, rider)", "rider")),
        (("bound", f'min({OWN}, rules["zone_most"])', 'rules["zone_most"]'), ("bound", f'min({OWN}, rules["zone"])', 'rules["zone"]')),
        (("bound", f'min({OWN}, rider["since"])', 'rider["since"]'), ("bound", f'min({OWN}, rules["until"])', 'rules["until"]')),
    ],
)
def test_what_nothing_reads_or_a_field_of_the_same_record_is_likelier(likelier: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    first, second = made('rider["zones"]', other, likelier)
    assert likelier[2] in first[0]
    assert first[1] > second[1]


def test_of_one_expression_the_likeliest_are_tried() -> None:
    many = [("other text", f"name{number}", f"name{number}") for number in range(20)]
    found = made('rider["since"]', *many, ("text", f"{OWN}.strip()", ""))
    assert len(found) == family.MOST
    assert 'rider["since"].strip()' in found[0][0]


@pytest.mark.parametrize(
    ("term", "operator"),
    [
        (("sum", f"{OWN} + top", "top"), family.OPERATOR),
        (("sum", f'{OWN} + rules["zone"]', 'rules["zone"]'), family.AT_HAND),
        (("bound", f'min({OWN}, rules["zone"])', 'rules["zone"]'), family.OPERATOR),
    ],
)
def test_what_fits_almost_everywhere_and_is_read_elsewhere_is_of_a_kind_of_its_own(term: tuple[str, str, str], operator: str) -> None:
    _, _, found = proposed('rider["zones"]', term)
    assert [each.operator for each in found] == [operator]


@pytest.mark.parametrize(
    ("helper", "wrapped"), [("return word.title()", False), ("return word.title() if word else ''", True), ("return word is None", True)]
)
def test_a_helper_is_put_around_nothing_only_where_it_asks_for_it(helper: str, wrapped: bool) -> None:
    module = Module("m.py", f"def dress(word):\n    {helper}\n\ndef f(hit):\n    return hit.word if hit else None\n")
    world, statement = survey([module]), module.statements[-1]
    choice = next(node for node in statement.nodes if isinstance(node, ast.IfExp))
    world.synthesised = {("m.py", statement.first): [Term(span_of(choice), "helper", f"dress({OWN})", "dress", 1.0)]}
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [], None)
    assert bool(list(family.propose(Site(module, statement, world, told)))) is wrapped
