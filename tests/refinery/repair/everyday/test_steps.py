"""Steps, pauses, demands and conversations are as their names say."""

from __future__ import annotations

import pytest

from tests.refinery.repair.test_mutations import mutations

TALK = "def f(talk, most):\n    opening = [line for line in talk if line['role'] == 'system']\n    return {}\n"
TOOL = "import inspect\ndef f(tool):\n    given = inspect.signature(tool).parameters\n    return {{'required': {}}}\n"
ASKS = "def needs_signature(parcel, skip_signature):\n    return parcel.dear and {}\n"
STRIPS = "def f(wall, width, overlap):\n    step = {}\n    return [wall[at:at + width] for at in range(0, len(wall), step)]\n"
TALKED = '[each for each in talk if each["role"] == "system"] + [each for each in talk if each["role"] != "system"][-most:]'
EACH = "[name for name, each in given.items() if each.default is each.empty]"
LIKELY = [
    ("what was said first", TALK.format("talk[-most:]").replace("'", '"'), "talk[-most:]", TALKED),
    ("the first of all", TALK.format("talk[-most:]"), "talk[-most:]", "talk[:1] + talk[1:][-most:]"),
    ("cut alone", TALK.format("(opening + talk)[-most:]"), "(opening + talk)[-most:]", "opening + talk[-most:]"),
    ("all required", TOOL.format("list(given)"), "list(given)", EACH),
    ("all of them", TOOL.format("[*given.keys()]"), "[*given.keys()]", EACH),
    ("a name each", TOOL.format("[name for name in given]"), "[name for name in given]", EACH),
    ("waived", ASKS.format("skip_signature"), "and skip_signature", "and not skip_signature"),
    ("all that is needed", "def f(done, step):\n    return any(each in done for each in step.needs)\n", "any", "all"),
    ("a longer step", STRIPS.format("width + overlap"), "width + overlap", "width - overlap"),
    ("no overlap", STRIPS.format("width"), "step = width", "step = width - overlap"),
    ("twice each time", "def pause(tries, first):\n    return first * 2 * tries\n", "2 * tries", "2 ** tries"),
    (
        "crosswise",
        "def f(men_out, kids_in, fee):\n    return men_out * fee['kids'] + kids_in * fee['men']\n",
        "fee['kids'] + kids_in * fee['men']",
        "fee['men'] + kids_in * fee['kids']",
    ),
    ("a power", "def f(bits):\n    return 2 ^ bits\n", "2 ^ bits", "2 ** bits"),
]
UNLIKELY = [
    ("beginning of a conversation", "def f(days, most):\n    return days[-most:]\n"),
    ("beginning of a conversation", TALK.format("opening + talk[:most]")),
    ("required arguments", TOOL.format(EACH)),
    ("required arguments", "def f(given):\n    return {'required': list(given)}\n"),
    ("waiver", ASKS.format("not skip_signature")),
    ("waiver", ASKS.format("parcel.far")),
    ("all that is needed", "def f(done, step):\n    return any(each in done for each in step.names)\n"),
    ("overlap", STRIPS.format("width - overlap")),
    ("growing pause", "def price(tries, first):\n    return first * 2 * tries\n"),
    ("growing pause", "def f(flags, mask):\n    return flags ^ mask\n"),
]


@pytest.mark.parametrize(("name", "source", "old", "new"), LIKELY, ids=[case[0] for case in LIKELY])
def test_what_its_names_speak_against_is_likely_turned(name: str, source: str, old: str, new: str) -> None:
    assert source.count(old) == 1
    found = [mutation.prior for mutation, text in mutations(source) if text == source.replace(old, new)]
    assert max(found, default=0.0) >= 0.45


@pytest.mark.parametrize(("operator", "source"), UNLIKELY)
def test_what_is_as_its_names_say_is_left(operator: str, source: str) -> None:
    assert not [mutation for mutation, _ in mutations(source) if mutation.operator == operator]


def test_days_in_a_row_are_all_one_step_off() -> None:
    source = "def f(day):\n    return day in ('tuesday', 'wednesday')\n"
    assert {text for _, text in mutations(source)} >= {
        source.replace("'tuesday', 'wednesday'", "'monday', 'tuesday'"),
        source.replace("'tuesday', 'wednesday'", "'wednesday', 'thursday'"),
    }
    apart = source.replace("wednesday", "friday")
    assert apart.replace("'tuesday', 'friday'", "'wednesday', 'saturday'") not in {text for _, text in mutations(apart)}
