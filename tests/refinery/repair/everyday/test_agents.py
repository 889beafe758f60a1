"""Everyday slips are thought of as likely where the code shows them, and not where it does not."""

from __future__ import annotations

import pytest

from refinery.repair.everyday.replacements import in_order
from tests.refinery.repair.test_mutations import mutations, prior

HEAP = (
    "import heapq\nimport itertools\nturn = itertools.count()\ndef f(line, patient, grade):\n    heapq.heappush(line, (grade, patient))\n"
)
PAGES = "def f(shop, most):\n    skip, found = 0, []\n    while found is not None:\n        some = shop.read({given})\n        skip += 1\n"
LOAD = (
    "def f(crates, most):\n    load, on = 0, []\n    for crate in crates:\n        weight = crate.kg\n"
    "        if load {sign} most:\n            {first}\n        {then}load += weight\n    return on\n"
)
LEFT = (
    "def f(tap):\n    drops, mark = [], ''\n    while True:\n        jug = tap(mark)\n        mark = jug.mark\n"
    "        if not {asked}:\n            break\n        drops.extend(jug.drops)\n    return drops\n"
)
TIMES = "from datetime import timedelta\nfrom zoneinfo import ZoneInfo\n"
LIKELY = [
    ("a page further", PAGES.format(given="skip, most"), "skip += 1", "skip += most", ""),
    ("by name", PAGES.format(given="start=skip, count=most"), "skip += 1", "skip += most", ""),
    ("where a slice ends", "def f(a, n):\n    i = 0\n    while a[i:i + n]:\n        b = a[i:i + n]\n        i += 1\n", "+= 1", "+= n", ""),
    ("the last too", LEFT.format(asked="mark"),
     "        mark = jug.mark\n        if not mark:\n            break\n        drops.extend(jug.drops)\n",
     "        drops.extend(jug.drops)\n        mark = jug.mark\n        if not mark:\n            break\n", ""),
    ("too late", LOAD.format(sign=">", first="break", then=""), "load > most", "load + weight > most", ""),
    ("still room", LOAD.format(sign="<", first="on.append(crate)", then="    "), "load < most", "load + weight <= most", ""),
    ("begun", "def f(a, n):\n    for i in range(len(a) // n):\n        yield a[i * n:i * n + n]\n", "len(a) // n", "-(-len(a) // n)", ""),
    ("shorter", "def f(a, n):\n    for i in range(0, len(a) - n + 1, n):\n        yield a[i:i + n]\n", "len(a) - n + 1", "len(a)", ""),
    ("new as it is", "import re\ndef f(p, new, old):\n    return p.sub(new, old)\n", "sub(new", "sub(lambda _: new", ""),
    ("a name as it is", "import re\ndef f(city, s):\n    return re.search(rf'\\b{city}\\b', s)\n", "{city}", "{re.escape(city)}", ""),
    ("put behind", "import re\ndef f(city, s):\n    return re.search(r'^' + city, s)\n", "+ city", "+ re.escape(city)", ""),
    ("each as it is", "import re\ndef f(towns, s):\n    p = r'\\b(?:' + '|'.join(towns) + ')'\n    return re.findall(p, s)\n",
     "join(towns)", "join(map(re.escape, towns))", ""),
    ("filled in once", "def f(s, a, b):\n    s = s.replace('{who}', a)\n    return s.format(day=b)\n",
     "s = s.replace('{who}', a)\n    return s.format(day=b)", "return s.format(who=a, day=b)", ""),
    ("in one go", "def f(s, a, b):\n    return s.replace('{who}', a).format(day=b)\n",
     "s.replace('{who}', a).format(day=b)", "s.format(who=a, day=b)", ""),
    ("the stroke first", "def f(s):\n    return s.replace('|', '\\\\|').replace('\\\\', '/\\\\')\n",
     "s.replace('|', '\\\\|').replace('\\\\', '/\\\\')", "s.replace('\\\\', '/\\\\').replace('|', '\\\\|')", ""),
    ("the longer first", "def f(s):\n    s = s.replace('sun', 'star')\n    s = s.replace('sunset', 'dusk')\n    return s\n",
     "'sun', 'star')\n    s = s.replace('sunset', 'dusk')", "'sunset', 'dusk')\n    s = s.replace('sun', 'star')", ""),
    ("in a table",
     "WORDS = {'e': 'ai', 'a': 'o'}\ndef f(s):\n    for a, b in WORDS.items():\n        s = s.replace(a, b)\n    return s\n",
     "'e': 'ai', 'a': 'o'", "'a': 'o', 'e': 'ai'", ""),
    ("no truth", "def f(age):\n    return isinstance(age, int)\n", "isinstance(age, int)",
     "isinstance(age, int) and not isinstance(age, bool)", "true is no age"),
    ("of a table", "KINDS = {'n': int, 'f': bool}\ndef f(x, k):\n    return isinstance(x, KINDS[k])\n", "isinstance(x, KINDS[k])",
     "isinstance(x, KINDS[k]) and isinstance(x, bool) == (KINDS[k] is bool)", ""),
    ("as written", "from decimal import Decimal\ndef f(x):\n    return Decimal(x)\n", "Decimal(x)", "Decimal(str(x))", ""),
    ("a fraction as text", "from decimal import Decimal\nVAT = Decimal(2.7)\n", "2.7", '"2.7"', ""),
    ("null", "def f(d):\n    return d.get('size', 9) * 2\n", "d.get('size', 9)", "(d.get('size') or 9)", "got None"),
    ("as JSON", "import json\ndef f(d):\n    return str(d)\n", "str(d)", "json.dumps(d)", ""),
    ("in a text as JSON", "def f(d):\n    return f'{d}!'\n", "{d}", "{json.dumps(d)}", "got {'a': 1}!"),
    ("letters as they are", "import json\ndef f(d):\n    return json.dumps(d)\n", "(d)\n", "(d, ensure_ascii=False)\n", "got \\u00fc"),
    ("one form", "import unicodedata\ndef f(s):\n    return s.lower()\n", "s.lower()", 'unicodedata.normalize("NFC", s).lower()', ""),
    ("the next hour", TIMES + "def f(t):\n    return t.replace(hour=t.hour + 1)\n", "t.replace(hour=t.hour + 1)",
     "t + timedelta(hours=1)", ""),
    ("the day before", TIMES + "def f(t):\n    return date(t.year, t.month, t.day - 1)\n", "date(t.year, t.month, t.day - 1)",
     "t - timedelta(days=1)", ""),
    ("whose day", TIMES + "def f(t, tz):\n    return t.weekday()\n", "t.week", "t.astimezone(ZoneInfo(tz)).week", ""),
    ("errors too", "async def f(a):\n    found = await asyncio.gather(*a)\n    return [x for x in found if not isinstance(x, Exception)]\n",
     "(*a)", "(*a, return_exceptions=True)", ""),
    ("no comparison", HEAP, "(grade, patient)", "(grade, next(turn), patient)", ""),
    ("by rank alone", "def f(a):\n    return sorted(a)\n", "(a)\n", "(a, key=lambda pair: pair[0])\n",
     "'<' not supported between instances of 'dict' and 'dict'"),
    ("from 1 on", "def f(a, k):\n    for i, x in enumerate(a, 1):\n        print(i, x)\n    return a[k] if k < len(a) else None\n",
     "a[k] if k < len(a)", "a[k - 1] if 1 <= k <= len(a)", ""),
    ("or beyond", "def f(a, k):\n    print(f'{k + 1}')\n    if k >= len(a):\n        return None\n    return a[k]\n",
     "k >= len(a):\n        return None\n    return a[k]",
     "not 1 <= k <= len(a):\n        return None\n    return a[k - 1]", ""),
    ("all of a key", "def key(town, unit, day):\n    return (town, day)\n", "(town, day)\n", "(town, unit, day)\n", ""),
    ("of a text", "def key(town, unit):\n    return f'{town}'\n", "f'{town}'", "f'{unit}:{town}'", ""),
    ("what it was made of",
     "def f(kept, town, unit):\n    if town not in kept:\n        kept[town] = ask(town, unit)\n    return kept[town]\n",
     "if town not in kept:\n        kept[town] = ask(town, unit)\n    return kept[town]",
     "if (town, unit) not in kept:\n        kept[(town, unit)] = ask(town, unit)\n    return kept[(town, unit)]", ""),
    ("with a name",
     "def f(kept, town, unit):\n    k = (town,)\n    if k not in kept:\n        kept[k] = ask(town, unit)\n    return kept[k]\n",
     "(town,)", "(town, unit,)", ""),
    ("through a variable",
     "def f(kept, town, unit):\n    at = kept.get(town)\n    if at is None:\n        at = ask(town, unit)\n        kept[town] = at\n",
     "kept.get(town)\n    if at is None:\n        at = ask(town, unit)\n        kept[town] = at",
     "kept.get((town, unit))\n    if at is None:\n        at = ask(town, unit)\n        kept[(town, unit)] = at", ""),
    ("a field more", "def f(town, unit):\n    return {'town': town}\n", "town}", "town, \"unit\": unit}", ""),
    ("not thrown away", "def f(d, x):\n    d.get(x.k, []).append(x)\n", ".get(", ".setdefault(", ""),
    ("that end", "from collections import deque\ndef f(q, t):\n    while q[0] < t:\n        q.pop()\n", "pop()", "popleft()", ""),
    ("as a whole", "def f(s):\n    return s.strip('<em>')\n", "s.strip('<em>')", 's.removeprefix("<em>").removesuffix("<em>")', ""),
    ("a fence", "def f(s):\n    return s.strip('`yaml')\n", "s.strip('`yaml')", 's.removeprefix("```yaml").removesuffix("```")', ""),
    ("a folder", "def f(a, b):\n    return str(a).startswith(str(b))\n", "str(a).startswith(str(b))", "a.is_relative_to(b)", ""),
    ("two of them", "def f(s):\n    return s.split('=')[:2]\n", "'=')", "'=', 1)", ""),
    ("whether it is a word", "def f(w, s):\n    s = s.lower()\n    return w in s\n", "w in s",
     're.search(rf"\\b{re.escape(w)}\\b", s) is not None', ""),
]  # fmt: skip
UNLIKELY = [
    ("step of pages", PAGES.format(given="page=skip, count=most"), ""),
    ("last page", LEFT.format(asked="jug.drops"), ""),
    (
        "last page",
        LEFT.format(asked="jug.more").replace("drops.ex", "mark = jug.drops\n        mark.ex").replace("(jug.drops)", "(drops)"),
        "",
    ),
    ("part of a key", "def f(kept, town, unit):\n    kept[town] = unit\n    return kept[town]\n", ""),
    ("null for a value", "def f(d):\n    return d.get('size', None)\n", "got None"),
    ("limit asked too late", LOAD.format(sign=">", first="load = 0", then=""), ""),
    ("taken literally", "import re\ndef f(p, pattern, NAME, s):\n    return re.search(rf'\\b{pattern} {NAME}', s)\n", ""),
    ("filled in once", "def f(s, a, b):\n    return s.replace('who', a).format(day=b)\n", ""),
    ("order of replacements", "def f(s):\n    return s.replace('--', '-').replace('-', '+')\n", ""),
    ("truth value as number", "def f(x):\n    if isinstance(x, bool):\n        return 0\n    return isinstance(x, int)\n", ""),
    ("exact decimal", "from decimal import Decimal\nA = Decimal(str(x)), Decimal('1.5'), Decimal(2)\n", ""),
    ("null for a value", "def f(d):\n    return d.get('size', 9)\n", ""),
    ("text of a record", "def f(d):\n    return f'{d}' + str(d)\n", ""),
    ("form of letters", "def f(s):\n    return s.lower()\n", ""),
    ("step of time", "def f(t, u):\n    return t.replace(day=u.day + 1), t.replace(hour=t.minute + 1)\n", ""),
    ("ties", "def f(a):\n    return sorted(a)\n", ""),
    (
        "part of a key",
        "def f(kept, town, unit):\n    if town not in kept:\n        kept[town] = ask(town)\n    return kept[town], unit\n",
        "",
    ),
    ("thrown away", "def f(d, x):\n    return d.get(x.k, []).index(x)\n", ""),
    ("end that was looked at", "def f(q, t):\n    while q[-1] < t:\n        q.pop()\n", ""),
]


@pytest.mark.parametrize(("name", "source", "old", "new", "said"), LIKELY, ids=[case[0] for case in LIKELY])
def test_what_the_code_shows_to_be_a_slip_is_likely_mended(name: str, source: str, old: str, new: str, said: str) -> None:
    assert source.count(old) == 1
    found = [mutation.prior for mutation, text in mutations(source, said) if text == source.replace(old, new)]
    assert max(found, default=0.0) >= 0.4


@pytest.mark.parametrize(("operator", "source", "said"), UNLIKELY, ids=[case[0] for case in UNLIKELY])
def test_what_shows_no_slip_is_left(operator: str, source: str, said: str) -> None:
    assert not [mutation for mutation, _ in mutations(source, said) if mutation.operator == operator]


def test_replacements_come_in_an_order_in_which_none_meets_another() -> None:
    assert in_order([("a", "b c"), ("b", "d")]) == [1, 0]
    assert in_order([("--", "-"), ("-", "+"), ("x", "y")]) == [0, 1, 2]


def test_a_product_is_more_likely_rounded_than_another_number() -> None:
    product, plain = "def f(x):\n    return int(x * 1000)\n", "def f(x):\n    return int(x)\n"
    assert prior(product, product.replace("int(", "round(")) > prior(plain, plain.replace("int(", "round("))


def test_folders_beside_others_and_lists_of_letters_are_left() -> None:
    kinds = {mutation.says for mutation, _ in mutations("def f(s, a):\n    return s.strip('aeiou'), s.strip('.,!'), s.startswith(a)\n")}
    assert not [each for each in kinds if "as a whole" in each or "by its parts" in each]
