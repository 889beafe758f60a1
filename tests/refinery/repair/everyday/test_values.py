"""The everyday mistakes: for each the change is proposed where its sign is there, and is likely; without the sign it is not."""

from __future__ import annotations

import ast

import pytest

from tests.refinery.repair.test_mutations import mutations

LIKELY = 0.4

CASES = [
    ("a comma among texts", 'def f(c):\n    return c in ["oak" "elm", "ash"]\n', '"oak" "elm"', '"oak", "elm"', ""),
    ("a comma among lines", 'TREES = (\n    "oak"\n    "elm",\n    "ash",\n)\n', '"oak"\n', '"oak",\n', ""),
    ("a tuple of one", 'PORTS = ("harbour")\n', '("harbour")', '("harbour",)', ""),
    ("a tuple to look in", 'def f(x):\n    return x in ("oak")\n', '("oak")', '("oak",)', ""),
    ("arguments of a thread", "def f(run, x):\n    return Thread(target=run, args=(x))\n", "(x))", "(x,))", ""),
    ("parameters of a query", "def f(db, x):\n    return db.execute('select ?', (x))\n", "(x))", "(x,))", ""),
    ("a field to fill in", 'def f(depth):\n    return "at {depth:.1f} m"\n', '"at', 'f"at', ""),
    ("a field in the second part", 'def f(a, b):\n    return (f"{a} and "\n        "{b}")\n', '"{b}"', 'f"{b}"', ""),
    ("found at the beginning", "def f(a, b):\n    if a.find(b):\n        return 1\n", "a.find(b)", "a.find(b) != -1", ""),
    ("not found", "def f(a, b):\n    return [x for x in a if not x.find(b)]\n", "not x.find(b)", "x.find(b) == -1", ""),
    ("found beyond the first", "def f(a):\n    return a.find('@') > 0\n", "> 0", "!= -1", ""),
    ("any white space", "def f(a):\n    return a.split(' ')\n", "' '", "", ""),
    ("spaces in a row", "def f(a):\n    return a.replace('  ', ' ')\n", "a.replace('  ', ' ')", '" ".join(a.split())', ""),
    ("lines whatever their end", "def f(a):\n    return a.split('\\n')\n", "split('\\n')", "splitlines()", ""),
    ("one text in a list", "def f(x):\n    if isinstance(x, str):\n        x = list(x)\n    return x\n", "list(x)", "[x]", ""),
    ("one text in a tuple", "def f(x):\n    return tuple(x) if isinstance(x, str) else x\n", "tuple(x)", "(x,)", ""),
    ("one text as such", "def f(x):\n    if isinstance(x, str):\n        return x\n    return list(x)\n", "return x\n", "return [x]\n", ""),
    ("a text put to a list", "def f(a):\n    out = []\n    out += 'end'\n    return out\n", "'end'", "['end']", ""),
    ("a text added to a list", "def f(a):\n    a.extend('end')\n", "'end'", "['end']", ""),
    ("a line kept", "def f(p):\n    with open(p) as h:\n        return [row.upper() for row in h]\n", "row.upper", "row.strip().upper", ""),
    ("a line split", "def f(p):\n    for row in open(p):\n        yield row.split(';')\n", "row.split", 'row.rstrip("\\n").split', ""),
    ("all lines", "def f(h):\n    rows = h.readlines()\n    return rows\n", "readlines()", "read().splitlines()", ""),
    ("room for a mark", "def f(t, n):\n    return t if len(t) <= n else t[:n] + '~'\n", "[:n]", "[:n - 1]", ""),
    ("room within a formatted text", 'def f(t):\n    return f"{t[:40]}>>"\n', "40", "40 - 2", ""),
    ("versions", "def f(version, least):\n    return version < least\n", "version < least",
     'tuple(map(int, version.split("."))) < tuple(map(int, least.split(".")))', ""),
    ("as a function reads it", "def rank(s):\n    return 'LMH'.index(s)\ndef f(a, b):\n    return a >= b\n", "a >= b",
     "rank(a) >= rank(b)", ""),
    ("what bytes say", "def f(raw: bytes):\n    word = raw.strip()\n    return str(word)\n", "str(word)", "word.decode()", ""),
    ("bytes in a text", 'def f(raw: bytes):\n    return f"<{raw}>"\n', "{raw}", "{raw.decode()}", ""),
    ("a text as bytes", "def f(t):\n    return bytes(t)\n", "bytes(t)", "t.encode()", "string argument without an encoding"),
    ("yes by the known words", "ON = ('y', 'yes')\ndef f(t):\n    return bool(t.lower())\n", "bool(t.lower())", "t.lower() in ON", ""),
    ("yes from outside", "def f():\n    return bool(os.getenv('QUIET'))\n", "bool(os.getenv('QUIET'))",
     "os.getenv('QUIET').lower() in ('true',)", ""),
    ("a number as an option", "def f(p):\n    p.add_argument('--depth', default=3)\n", "'--depth'", "'--depth', type=int", ""),
    ("a switch", "def f(p):\n    p.add_argument('--dry', type=bool)\n", "type=bool", "action='store_true'", ""),
    ("a number from outside", "def f():\n    return os.environ.get('DEPTH', 3)\n", "os.environ.get('DEPTH', 3)",
     "int(os.environ.get('DEPTH', 3))", ""),
    ("near a fraction", "def f(x):\n    return x * 3 == 0.3\n", "x * 3 == 0.3", "math.isclose(x * 3, 0.3, abs_tol=1e-9)", ""),
    ("not near", "def f(a, b):\n    return sum(a) != b / 4\n", "sum(a) != b / 4", "not math.isclose(sum(a), b / 4, abs_tol=1e-9)", ""),
    ("halves of numbers", "def f(x):\n    '''Half a point counts as one.'''\n    return round(x)\n", "round(x)", "math.floor(x + 0.5)", ""),
    ("halves of decimals", "from decimal import Decimal\ndef f(x):\n    '''Halves go up.'''\n    return round(Decimal(x))\n",
     "round(Decimal(x))", 'Decimal(x).quantize(Decimal("1"), rounding=ROUND_HALF_UP)', ""),
    ("between its ends", "def f(x, lowest, highest):\n    return max(highest, min(x, lowest))\n", "max(highest, min(x, lowest))",
     "min(highest, max(x, lowest))", ""),
    ("the last box", "def boxes(n, each):\n    return n // each\n", "n // each", "(n + each - 1) // each", ""),
    ("a mean of three", "def f(a, b, c):\n    return a + b + c / 3\n", "a + b + c / 3", "(a + b + c) / 3", ""),
    ("the least so far", "def f(a):\n    low = 0\n    for x in a:\n        if x < low:\n            low = x\n    return low\n", "low = 0",
     "low = float('inf')", ""),
    ("put in and given back", "def f(a, x):\n    return a.append(x)\n", "return a.append(x)", "a.append(x)\n    return a", ""),
    ("turned round in place", "def f(a):\n    a = a.reverse()\n    return a\n", "a = a.reverse()", "a.reverse()", ""),
    ("gone through sorted", "def f(a):\n    for x in a.sort(reverse=True):\n        yield x\n", "a.sort(reverse=True)",
     "sorted(a, reverse=True)", ""),
    ("shuffled", "def f(a):\n    a = random.shuffle(a)\n    return a\n", "a = random.shuffle(a)", "random.shuffle(a)", ""),
    ("each once in order", "def f(a):\n    return tuple(set(a))\n", "set(a)", "dict.fromkeys(a)", ""),
    ("each made once in order", "def f(a):\n    return ' '.join({x.name for x in a})\n", "{x.name for x in a}",
     "dict.fromkeys(x.name for x in a)", ""),
    ("gone through once in order", "def f(a):\n    for x in set(a):\n        yield x\n", "set(a)", "dict.fromkeys(a)", ""),
    ("the place of each", "def f(a):\n    for x in a:\n        print(a.index(x), x)\n", "for x in a:\n        print(a.index(x), x)",
     "for index, x in enumerate(a):\n        print(index, x)", ""),
    ("the place of each in a list", "def f(a, b):\n    return [a.index(x) for x in a if x in b]\n", "[a.index(x) for x in a if x in b]",
     "[index for index, x in enumerate(a) if x in b]", ""),
    ("the most of a count", "def f(a):\n    seen = Counter(a)\n    return max(seen)\n", "max(seen)", "max(seen, key=seen.get)", ""),
    ("the least of pairs", "def f(a):\n    return min(a.items())\n", "a.items()", "a.items(), key=lambda item: item[1]", ""),
    ("given before default", "def f(own, defaults):\n    return own | defaults\n", "own | defaults", "defaults | own", ""),
    ("nought is given", "def f(row):\n    return row.get('width') or 80\n", "get('width') or 80", "get('width', 80)", ""),
    ("each its own", "class Nest:\n    eggs = []\n    def lay(self, egg):\n        self.eggs.append(egg)\n", "eggs = []",
     "def __init__(self):\n        self.eggs = []", ""),
    ("each its own at the beginning",
     "class Nest:\n    eggs = {}\n\n    def __init__(self, a):\n        self.a = a\n\n    def lay(self, k):\n"
     "        self.eggs[k] = 1\n", "eggs = {}\n\n    def __init__(self, a):\n        self.a = a\n",
     "def __init__(self, a):\n        self.a = a\n        self.eggs = {}\n", ""),
    ("each its own in a record", "@dataclass\nclass Nest:\n    eggs: list = []\n", "[]", "field(default_factory=list)", ""),
    ("a copy put away", "class N:\n    def f(self):\n        self.old.append(self.eggs)\n        self.eggs.clear()\n", "(self.eggs)",
     "(list(self.eggs))", ""),
    ("none given, none made", "def f(x, seen={}):\n    if seen is None:\n        seen = {}\n    return seen\n", "seen={}", "seen=None", ""),
    ("the month before", "def f(day):\n    return date(day.year, day.month + 1, 1)\n", "day.year, day.month + 1",
     "day.year + day.month // 12, day.month % 12 + 1", ""),
    ("months on", "def f(day, n):\n    return day.replace(month=day.month + n)\n", "day.month + n",
     "(day.month - 1 + n) % 12 + 1, year=day.year + (day.month - 1 + n) // 12", ""),
    ("a day there is", "def f(y, m, n):\n    d = n\n    return date(y, m, d)\n", "m, d)", "m, min(d, calendar.monthrange(y, m)[1]))",
     "day is out of range"),
    ("full years", "def f(a, b):\n    return b.year - a.year\n", "b.year - a.year",
     "b.year - a.year - ((b.month, b.day) < (a.month, a.day))", ""),
    ("full years by days", "def f(a, b):\n    return (b - a).days // 365\n", "(b - a).days // 365",
     "b.year - a.year - ((b.month, b.day) < (a.month, a.day))", ""),
    ("the end of the week", "def f(d):\n    return d.weekday() in (6, 7)\n", "(6, 7)", "(5, 6)", ""),
    ("days of work", "def f(d):\n    return d.isoweekday() < 5\n", "< 5", "< 6", ""),
    ("a day by its name", "FRIDAY = 5\ndef f(d):\n    return d.weekday() == FRIDAY\n", "= 5", "= 4", ""),
    ("minutes of an hour", "def f(d):\n    return d.strftime('%H:%m')\n", "%m", "%M", ""),
    ("half a day", "def f(d):\n    return d.strftime('%I:%M')\n", "%I", "%H", ""),
    ("an end of words", "def f(a):\n    return a.rstrip(' km')\n", "rstrip", "removesuffix", ""),
    ("a beginning by name", "def f(a, prefix):\n    return a.lstrip(prefix)\n", "lstrip", "removeprefix", ""),
    ("whatever the case", "def f(a):\n    '''In alphabetical order.'''\n    return sorted(x.name for x in a)\n", "x.name for x in a",
     "(x.name for x in a), key=str.lower", ""),
    ("rooms by number", "def f(a):\n    return sorted(x for x in a)\n", "(x for x in a)", "((x for x in a), key=int)", "got ['12', '7']"),
    ("as many parts as are taken", "def f(x):\n    a, b, c = x.split(':')\n    return a, b, c\n", "':'", "':', 2",
     "too many values to unpack"),
    ("all of some", "def f(a):\n    return all(x.ripe for x in a)\n", "all(", "bool(a) and all(", ""),
    ("here but not there", "def f(a, b):\n    return a - b, a - b\n", ", a - b", ", b - a", ""),
    ("all of each", "def f(a):\n    out = []\n    for x in a:\n        out.append(x)\n    return out\n", "append", "extend", ""),
    ("thousandths", "def f(wait_ms):\n    return timedelta(seconds=wait_ms)\n", "seconds", "milliseconds", ""),
    ("thousandths by the function", "def from_ms(x):\n    return timedelta(seconds=x)\n", "seconds", "milliseconds", ""),
    ("thousandths to sleep", "def f(wait_ms):\n    time.sleep(wait_ms)\n", "sleep(wait_ms)", "sleep(wait_ms / 1000)", ""),
    ("the case of the one asked for", "def f(a, x):\n    x = x.strip().upper()\n    return [y for y in a if y.code == x]\n", "y.code",
     "y.code.upper()", ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_an_everyday_mistake_is_likely_where_the_code_shows_it(source: str, old: str, new: str, said: str) -> None:
    assert likelihood(source, source.replace(old, new, 1), said) >= LIKELY


INNOCENT = [
    ("a long text in parts", 'TEXT = ["once upon a "\n    "time", "the end"]\n', '"once upon a "', '"once upon a ",'),
    ("a pattern in parts", 'WORD = re.compile(r"(?:oak"\n    r"|elm)")\n', 'r"(?:oak"', 'r"(?:oak",'),
    ("paths of files", "def f(files):\n    return [x.upper() for x in files]\n", "x.upper", "x.strip().upper"),
    ("amounts", "def near(x):\n    return int(x)\ndef f(row, y):\n    return row.a < y\n", "row.a < y", "near(row.a) < near(y)"),
    ("brackets that group", "def f(a, b):\n    return (a) + b\n", "(a)", "(a,)"),
    ("brackets of a call", "def f(x):\n    return g(x)\n", "g(x)", "g((x,))"),
    ("a text that is filled in later", "def f(n):\n    text = 'no {n}'\n    return text.format(n=n)\n", "'no {n}'", "f'no {n}'"),
    ("a prompt", "def f(n):\n    return Template.from_messages([('a', 'no {n}')])\n", "'no {n}'", "f'no {n}'"),
    ("braces of names that are nowhere", "def f(n):\n    return 'no {m}'\n", "'no {m}'", "f'no {m}'"),
    ("a place that is counted with", "def f(a):\n    at = a.find('x')\n    return at\n", "a.find('x')", "a.find('x') != -1"),
    ("a list of what may be a list", "def f(x):\n    return list(x)\n", "list(x)", "[x]"),
    ("lines of a poem", "def f(poem):\n    return [line.upper() for line in poem]\n", "line.upper", "line.strip().upper"),
    ("a line that is stripped", "def f(p):\n    return [x.lower().strip() for x in open(p)]\n", "x.lower", "x.strip().lower"),
    ("numbers", "def f(a, b):\n    return a < b\n", "a < b", 'tuple(map(int, a.split("."))) < tuple(map(int, b.split(".")))'),
    ("a number as text", "def f(n):\n    return str(n)\n", "str(n)", "n.decode()"),
    ("whether there is any", "def f(a):\n    return bool(a)\n", "bool(a)", 'a.lower() in ("true",)'),
    ("an option that is read", "def f(p):\n    p.add_argument('--n', default=3, type=int)\n", "'--n'", "'--n', type=int"),
    ("whole numbers", "def f(a, b):\n    return a == b\n", "a == b", "math.isclose(a, b, abs_tol=1e-9)"),
    ("within its ends", "def f(x, low, high):\n    return max(low, min(x, high))\n", "max(low, min(x, high))", "min(low, max(x, high))"),
    ("a part of another size", "def f(a, b):\n    return a + b / 3\n", "a + b / 3", "(a + b) / 3"),
    ("a method that gives something", "class P:\n    def add(self, x):\n        return P()\ndef f(a, x):\n    a = a.add(x)\n    return a\n",
     "a = a.add", "a.add"),
    ("a set that is asked", "def f(a, x):\n    return x in set(a)\n", "set(a)", "dict.fromkeys(a)"),
    ("the place in another list", "def f(a, b):\n    for x in a:\n        print(b.index(x))\n", "for x in a:\n        print(b.index(x))",
     "for index, x in enumerate(a):\n        print(index)"),
    ("the most of numbers", "def f(a):\n    return max(a)\n", "max(a)", "max(a, key=a.get)"),
    ("defaults first", "def f(own):\n    return {**DEFAULTS, **own}\n", "**DEFAULTS, **own", "**own, **DEFAULTS"),
    ("constants of a class", "class Nest:\n    kinds = []\n    def f(self):\n        return self.kinds\n", "kinds = []",
     "def __init__(self):\n        self.kinds = []"),
    ("years with their months", "def f(a, b):\n    return b.year - a.year + (b.month - a.month)\n", "b.year - a.year",
     "(b.year - a.year - ((b.month, b.day) < (a.month, a.day)))"),
    ("days of the week", "def f(d):\n    return d.weekday() >= 5\n", "5", "6"),
    ("all parts", "def f(x):\n    a = x.split(':')\n    return a\n", "':'", "':', 1"),
    ("all of a count", "def f(n):\n    return all(x for x in range(n))\n", "all(", "bool(range(n)) and all("),
    ("a difference once", "def f(a, b):\n    return a - b, b - c\n", "a - b", "b - a"),
    ("some of each", "def f(a):\n    out = []\n    for x in a:\n        y = x\n        out.append(y)\n    return out\n", "append",
     "extend"),
    ("seconds to sleep", "def f(wait_s):\n    time.sleep(wait_s)\n", "sleep(wait_s)", "sleep(wait_s / 1000)"),
    ("signs in any order", "def f(a):\n    return a.rstrip(' .')\n", "rstrip", "removesuffix"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new"), [case[1:] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_nothing_is_likely_where_the_code_does_not_show_it(source: str, old: str, new: str) -> None:
    assert likelihood(source, source.replace(old, new, 1)) < LIKELY


def likelihood(source: str, wanted: str, said: str = "") -> float:
    """How likely the change is held to be that leads to what is wanted; nought where it is not proposed."""
    tree = ast.dump(ast.parse(wanted))
    return max((mutation.prior for mutation, text in mutations(source, said) if _same(text, tree)), default=0.0)


def _same(text: str, tree: str) -> bool:
    try:
        return ast.dump(ast.parse(text)) == tree
    except SyntaxError:
        return False
