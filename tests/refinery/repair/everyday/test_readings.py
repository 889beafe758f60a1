"""What is read from texts, paths, counts and records is what it is taken for, or is made so."""

from __future__ import annotations

import pytest

from tests.refinery.repair.test_mutations import mutations

COUNT = "from collections import Counter\ndef f(birds):\n    seen = Counter(birds)\n    return {}\n"
POST = "import json\ndef f(event):\n    body = event['body']{}\n    return body['city']\n"
YARD = (
    "from pathlib import {kind}\nYARD = {kind}('/yard')\ndef place(name):\n    return {given}\n"
    "def inside(name):\n    return place(name).is_relative_to(YARD)\n"
)
MARK = "SONGS = []\ndef song(played):\n    SONGS.append(played){}\n@song\ndef waltz(bars):\n    return bars * 3\n"
WRAP = "def song(played):\n    def twice(bars):\n        return 2 * played(bars){}\n@song\ndef waltz(bars):\n    return bars * 3\n"
CATCH = "def f(shelf, book):\n    try:\n        return shelf[book]\n    except KeyError as lost:\n        return {}\n"
ENV = "YES = {{'yes', 'true'}}\ndef f(settings, env):\n    loud = {}\n    return bool(loud)\n"
LIKELY = [
    ("the one, not its count", COUNT.format("seen.most_common(1)[0]"), "[0]", "[0][0]", ""),
    ("the key", "def f(birds):\n    return max(birds.items(), key=len)\n", "key=len)", "key=len)[0]", "got ('wren', 3)"),
    ("all without counts", COUNT.format("seen.most_common(2)"), "seen.most_common(2)", "[each for each, _ in seen.most_common(2)]",
     "got [('wren', 3)]"),
    ("sent as text", POST.format(""), "event['body']", "json.loads(event['body'])", ""),
    ("or nothing", POST.format(" or {}"), "event['body'] or {}", "json.loads(event['body'] or \"{}\")", ""),
    ("got or nothing", "import json\ndef f(e):\n    return e.get('params', {})\n", "e.get('params', {})",
     "json.loads(e.get('params', \"{}\"))", ""),
    ("followed", YARD.format(kind="Path", given="YARD / name"), "YARD / name", "(YARD / name).resolve()", ""),
    ("followed by its text", YARD.format(kind="PurePosixPath", given="YARD / name").replace("from", "import posixpath\nfrom", 1),
     "YARD / name", "PurePosixPath(posixpath.normpath(YARD / name))", ""),
    ("joined", "import os\ndef f(yard, name):\n    return os.path.join(yard, name).startswith(yard)\n", "os.path.join(yard, name)",
     "os.path.normpath(os.path.join(yard, name))", ""),
    ("in a folder", "def f(file, folder):\n    return file.startswith(folder)\n", "file.startswith(folder)",
     'file == folder or file.startswith(folder + "/")', ""),
    ("below a folder", "def f(file, folder):\n    return file.startswith(folder)\n", "(folder)", '(folder + "/")', ""),
    ("the name stays", MARK.format(""), "SONGS.append(played)", "SONGS.append(played)\n    return played", "'NoneType' is not callable"),
    ("the wrapper", WRAP.format(""), "played(bars)", "played(bars)\n    return twice", "'NoneType' is not callable"),
    ("whatever it is", CATCH.format("f'{type(lost).__name__}'"), "KeyError", "Exception", "ValueError: no"),
    ("a text is always true", ENV.format("env.get('LOUD')"), "bool(loud)", "loud.lower() in YES", ""),
    ("the rest to the last", "def f(row):\n    day, note = row.split(';')[1:3]\n    return day, note\n", "';'", "';', 2", ""),
    ("lines too", "import re\nCODE = re.compile(r'<poem>(.*?)</poem>')\ndef f(s):\n    return CODE.search(s)\n", "</poem>'",
     "</poem>', flags=re.DOTALL", ""),
    ("behind a comma", "def f(birds):\n    return sorted(\n        birds,\n        key=len,\n    )\n", "key=len,",
     "key=len, reverse=True", ""),
]  # fmt: skip
UNLIKELY = [
    ("pair for a thing", COUNT.format("seen.most_common(1)[0][0]"), ""),
    ("pair for a thing", "def f(birds):\n    bird, times = max(birds.items())\n    return bird\n", ""),
    ("text of a record", POST.format("").replace("import json\n", ""), ""),
    ("text of a record", POST.format("").replace("event['body']", "json.loads(event['body'])"), ""),
    ("path not followed", YARD.format(kind="Path", given="(YARD / name).resolve()"), ""),
    ("path not followed", "from pathlib import Path\ndef f(yard, name):\n    return Path(yard) / name\n", ""),
    ("decorator", MARK.format("\n    return played"), "'NoneType' is not callable"),
    ("decorator", WRAP.format("\n    return twice"), "'NoneType' is not callable"),
    ("error caught", CATCH.format("''"), ""),
    ("what comes in", ENV.format("settings.size"), ""),
]


@pytest.mark.parametrize(("name", "source", "old", "new", "said"), LIKELY, ids=[case[0] for case in LIKELY])
def test_what_the_code_shows_to_be_misread_is_likely_read_right(name: str, source: str, old: str, new: str, said: str) -> None:
    assert source.count(old) == 1
    found = [mutation.prior for mutation, text in mutations(source, said) if text == source.replace(old, new)]
    assert max(found, default=0.0) >= 0.45


@pytest.mark.parametrize(("operator", "source", "said"), UNLIKELY)
def test_what_is_read_right_is_left(operator: str, source: str, said: str) -> None:
    assert not [mutation for mutation, _ in mutations(source, said) if mutation.operator == operator]
