"""Mistakes that a reviewer sees every month: mended where the code shows them, and nothing proposed where it does not."""

from __future__ import annotations

import ast

import pytest

from tests.refinery.repair.test_mutations import mutations

SHOWN = [
    ("each alternative", "def f(c):\n    return c == 'red' or 'blue'\n", "or 'blue'", "or c == 'blue'", ""),
    ("none of these", "def f(c):\n    if c != 'red' and 'blue':\n        return 1\n", "and 'blue'", "and c != 'blue'", ""),
    ("each of these", "def f(c):\n    return c.endswith('a' or 'b')\n", "'a' or 'b'", "('a', 'b')", ""),
    ("any of these", "def f(c):\n    return c == ('red' or 'blue')\n", "== ('red' or 'blue')", "in ('red', 'blue')", ""),
    ("either way round", "def f(t):\n    return 'a' or 'b' in t\n", "'a' or", "'a' in t or", ""),
    ("in either case", "def f(a):\n    return a.k == 1 or a.k == 2 and a.on\n", "a.k == 1 or a.k == 2", "(a.k == 1 or a.k == 2)", ""),
    ("higher first", "def f(a):\n    if a >= 1:\n        return 'x'\n    elif a >= 9:\n        return 'y'\n    return 'z'\n",
     "a >= 1:\n        return 'x'\n    elif a >= 9:\n        return 'y'",
     "a >= 9:\n        return 'y'\n    elif a >= 1:\n        return 'x'", ""),
    ("lower first", "LOW = 3\ndef f(a):\n    if a < 8:\n        return 'x'\n    if a < LOW:\n        return 'y'\n    return 'z'\n",
     "a < 8:\n        return 'x'\n    if a < LOW:\n        return 'y'", "a < LOW:\n        return 'y'\n    if a < 8:\n        return 'x'",
     ""),
    ("multiples first", "def f(a):\n    if a % 2 == 0:\n        b = 'x'\n    elif a % 6 == 0:\n        b = 'y'\n    return b\n",
     "a % 2 == 0:\n        b = 'x'\n    elif a % 6 == 0:\n        b = 'y'",
     "a % 6 == 0:\n        b = 'y'\n    elif a % 2 == 0:\n        b = 'x'", ""),
    ("kinds of kinds",
     "def f(a):\n    if isinstance(a, int):\n        return 1\n    if isinstance(a, bool):\n        return 2\n    return 3\n",
     "int):\n        return 1\n    if isinstance(a, bool):\n        return 2",
     "bool):\n        return 2\n    if isinstance(a, int):\n        return 1", ""),
    ("narrow errors first",
     "class Full(OSError):\n    pass\ndef f(g):\n    try:\n        g()\n    except OSError:\n        return 1\n"
     "    except Full:\n        return 2\n", "OSError:\n        return 1\n    except Full:\n        return 2",
     "Full:\n        return 2\n    except OSError:\n        return 1", ""),
    ("raised", "def f(a):\n    if a < 0:\n        ValueError('below nought')\n    return a\n", "ValueError", "raise ValueError", ""),
    ("own error raised", "class Full(ValueError):\n    pass\ndef f(a):\n    Full(a)\n", "    Full(a)", "    raise Full(a)", ""),
    ("past finally", "def f(g, a):\n    b = 0\n    try:\n        b = g()\n    finally:\n        a.close()\n        return b\n",
     "        return b", "    return b", ""),
    ("past finally alone",
     "def f(g):\n    b = 0\n    try:\n        b = g()\n    except OSError:\n        b = 1\n    finally:\n        return b\n",
     "    finally:\n        return b", "    return b", ""),
    ("the last error",
     "def f(g, n):\n    for i in range(n):\n        try:\n            return g()\n        except OSError:\n"
     "            sleep(1)\n", "            sleep", "            if i == n - 1:\n                raise\n            sleep", ""),
    ("the last of unnamed tries",
     "def f(g):\n    for _ in range(4):\n        try:\n            return g()\n        except OSError:\n            pass\n",
     "_ in range(4):\n        try:\n            return g()\n        except OSError:\n",
     "attempt in range(4):\n        try:\n            return g()\n        except OSError:\n            if attempt == 3:\n"
     "                raise\n", ""),
    ("tidied up", "@contextmanager\ndef f(a):\n    a.open()\n    yield a\n    a.close()\n", "    yield a\n    a.close()",
     "    try:\n        yield a\n    finally:\n        a.close()", ""),
    ("given free", "def f(a, g):\n    a.acquire()\n    b = g()\n    a.release()\n    return b\n", "    b = g()\n    a.release()",
     "    try:\n        b = g()\n    finally:\n        a.release()", ""),
    ("put back", "def f(a, g):\n    old = a.level\n    a.level = 3\n    g()\n    a.level = old\n", "    g()\n    a.level = old",
     "    try:\n        g()\n    finally:\n        a.level = old", ""),
    ("own name", "import functools\ndef deco(g):\n    def inner(*a):\n        return g(*a)\n    return inner\n", "    def inner",
     "    @functools.wraps(g)\n    def inner", ""),
    ("result of a wrapper", "def deco(g):\n    def inner(*a):\n        g(*a)\n    return inner\n", "        g(", "        return g(", ""),
    ("result of what is wrapped",
     "def deco(g):\n    def inner(*a):\n        log('in')\n        g(*a)\n        log('out')\n    return inner\n",
     "        g(*a)\n        log('out')\n", "        result = g(*a)\n        log('out')\n        return result\n", ""),
    ("value of the round", "def f(ds):\n    gs = []\n    for d in ds:\n        gs.append(lambda: d + 1)\n    return gs\n", "lambda:",
     "lambda d=d:", ""),
    ("value in a comprehension", "def f(ds):\n    return [lambda x: x - d for d in ds]\n", "lambda x:", "lambda x, d=d:", ""),
    ("function of the round",
     "def f(ds):\n    gs = {}\n    for d in ds:\n        def g(x):\n            return x - d\n        gs[d] = g\n"
     "    return gs\n", "def g(x)", "def g(x, d=d)", ""),
    ("read twice", "def f(ws):\n    ls = (len(w) for w in ws)\n    return max(ls) - min(ls)\n", "(len(w) for w in ws)",
     "[len(w) for w in ws]", ""),
    ("given twice", "def lens(ws):\n    return map(len, ws)\ndef f(ws):\n    ls = lens(ws)\n    return max(ls) - min(ls)\n",
     "return map(len, ws)", "return list(map(len, ws))", ""),
    ("asked for truth", "def f(ws):\n    ls = filter(None, ws)\n    if ls:\n        return 1\n", "filter(None, ws)",
     "list(filter(None, ws))", ""),
    ("measured", "def f(a, b):\n    return len(zip(a, b))\n", "zip(a, b)", "list(zip(a, b))", ""),
    ("kept in a cache", "@lru_cache\ndef rows(n):\n    return [n]\ndef f(n):\n    r = rows(n)\n    r.append(0)\n    return r\n",
     "= rows(n)", "= list(rows(n))", ""),
    ("new in place of old", "BASE = ['a']\ndef f(more):\n    names = BASE\n    names += more\n    return names\n", "names += more",
     "names = names + more", ""),
    ("set up",
     "class A:\n    def __init__(self, w):\n        self.w = w\nclass B(A):\n    def __init__(self, w, h):\n"
     "        self.h = h\n", "        self.h", "        super().__init__(w)\n        self.h", ""),
    ("called", "class A:\n    def ready(self):\n        return 1\ndef f(a):\n    if a.ready:\n        return 2\n", "a.ready:",
     "a.ready():", ""),
    ("called of a text", "def f(a):\n    return a.lower == 'x'\n", "a.lower", "a.lower()", ""),
    ("of the file", "count = 0\ndef f():\n    count += 1\n    return count\n", "    count += 1", "    global count\n    count += 1", ""),
    ("of the function around", "def f():\n    n = 0\n    def g():\n        n += 1\n        return n\n    return g\n", "        n += 1",
     "        nonlocal n\n        n += 1", ""),
    ("read before", "last = None\ndef f(a):\n    if last is None:\n        last = a\n    return last\n", "    if last",
     "    global last\n    if last", ""),
    ("begun anew",
     "def f(gs):\n    out = []\n    bad = False\n    for g in gs:\n        for x in g:\n            if x < 0:\n"
     "                bad = True\n        if not bad:\n            out.append(g)\n    return out\n",
     "    bad = False\n    for g in gs:\n", "    for g in gs:\n        bad = False\n", ""),
    ("found below", "def f(t, k):\n    if t.k == k:\n        return t\n    for c in t.cs:\n        f(c, k)\n    return None\n",
     "        f(c, k)", "        found = f(c, k)\n        if found is not None:\n            return found", ""),
    ("true below", "def f(t, k):\n    if t.k == k:\n        return True\n    for c in t.cs:\n        f(c, k)\n    return False\n",
     "        f(c, k)", "        if f(c, k):\n            return True", ""),
    ("gathered below", "def f(t):\n    out = [t.k]\n    for c in t.cs:\n        f(c)\n    return out\n", "        f(c)",
     "        out.extend(f(c))", ""),
    ("as deep as asked", "def f(t, n=3):\n    out = [t.k]\n    for c in t.cs:\n        out += f(c, n - 1)\n    return out\n",
     "        out += f(c, n - 1)", "        if n > 0:\n            out += f(c, n - 1)", ""),
    ("edge of a word", "import re\ndef f(t):\n    return re.search('\\bon\\b', t)\n", "'\\bon\\b'", "r'\\bon\\b'", ""),
    ("edges of a word", "import re\ndef f(w, t):\n    return re.search('\\b' + w + '\\b', t)\n", "'\\b' + w + '\\b'",
     "r'\\b' + w + r'\\b'", ""),
    ("both anchors", "import re\nP = re.compile(r'^a+|b+$')\n", "^a+|b+$", "^(?:a+|b+)$", ""),
    ("all that fits", "import re\ndef f(t):\n    return re.findall(r'[a-z]+(-[a-z]+)?', t)\n", "(-", "(?:-", ""),
    ("the whole text", "import re\nP = re.compile(r'[A-Z]{3}')\ndef is_code(t):\n    return P.match(t) is not None\n", "P.match",
     "P.fullmatch", ""),
    ("an ending", "import re\ndef f(t):\n    return re.search(r'a.txt$', t)\n", "a.txt", "a\\.txt", ""),
    ("rows with quotation marks", "import csv\ndef f(lines):\n    return [x.split(';') for x in lines]\n",
     "[x.split(';') for x in lines]", "list(csv.reader(lines, delimiter=';'))", ""),
    ("one row with quotation marks", "import csv\ndef f(line):\n    return line.split(',')\n", "line.split(',')",
     "next(csv.reader([line]))", ""),
    ("below a folder", "import os\ndef f(top, p):\n    return os.path.join(top, p)\n", "top, p)\n", "top, p.lstrip('/'))\n", "got '/x'"),
    ("a part from the root", "import os\ndef f(top):\n    return os.path.join(top, '/bin')\n", "'/bin'", "'bin'", ""),
    ("numbers for keys", "import json\ndef f(t):\n    return json.loads(t)\n", "json.loads(t)",
     "{int(key): value for key, value in json.loads(t).items()}", "expected {3: 1}, got {'3': 1}"),
    ("counted from nothing", "def f(d, k):\n    d[k] = d.get(k) + 1\n", "get(k)", "get(k, 0)", ""),
    ("filled from nothing", "def f(d, k, v):\n    d.get(k).append(v)\n", "get(k)", "setdefault(k, [])", ""),
    ("gone through from nothing", "def f(d, k):\n    for x in d.get(k):\n        print(x)\n", "get(k)", "get(k, ())", ""),
    ("given back, not shown", "def size(a):\n    print(a * 2)\ndef f(a):\n    return size(a) + 1\n", "print(a * 2)", "return a * 2", ""),
    ("given back at the end", "def f(a):\n    b = a * 2\n    return\n", "    return\n", "    return b\n", ""),
    ("of a hundred", "def f(price, percent):\n    return price * percent\n", "* percent", "* percent / 100", ""),
    ("of an object", "class A:\n    def __init__(self):\n        self.n = 0\n    def f(self):\n        return n + 1\n", "return n",
     "return self.n", ""),
    ("method of an object", "class A:\n    def g(self):\n        return 1\n    def f(self):\n        return g() + 1\n", "return g",
     "return self.g", ""),
    ("behind a property", "class A:\n    @property\n    def n(self):\n        return self.n\n", "return self.n", "return self._n", ""),
    ("method without self", "class A:\n    def g():\n        return 1\ndef f(a):\n    return a.g()\n", "def g()", "def g(self)", ""),
    ("method of a class", "class A:\n    def g(x):\n        return x\ndef f(a):\n    return a.g(1)\n", "    def g",
     "    @staticmethod\n    def g", ""),
    ("done", "def f(xs):\n    map(print, xs)\n", "map(print, xs)", "list(map(print, xs))", ""),
    ("ends of lines", "def f(xs, h):\n    for x in xs:\n        h.write(x)\n", "write(x)", "write(x + '\\n')", ""),
    ("ends of all lines", "def f(xs, h):\n    h.writelines(xs)\n", "lines(xs)", "lines(line + '\\n' for line in xs)", ""),
    ("end of a line", "def f(xs, h):\n    for x in xs:\n        h.write(f'{x};')\n", "{x};", "{x};\\n", ""),
    ("in groups", "def f(xs, k):\n    return [len(list(g)) for _, g in groupby(xs, k)]\n", "groupby(xs, k)",
     "groupby(sorted(xs, key=k), k)", ""),
    ("each of them", "async def f(jobs):\n    return await asyncio.gather(jobs)\n", "gather(jobs)", "gather(*jobs)", ""),
    ("gone through and changed", "def f(d):\n    for k, v in d.items():\n        if v:\n            del d[k]\n", "d.items()",
     "list(d.items())", ""),
    ("a flag", "import re\ndef f(t):\n    return re.sub('a', 'b', t, re.I)\n", "re.I", "flags=re.I", ""),
    ("a pattern", "import re\ndef f(t):\n    return t.replace(r'\\d+', '0')\n", "t.replace(r'\\d+', '0')", "re.sub(r'\\d+', '0', t)", ""),
    ("as it is", "import re\ndef f(w, t):\n    return re.search(r'\\b' + w, t)\n", "+ w", "+ re.escape(w)", ""),
    ("each kind of error", "def f(g):\n    try:\n        g()\n    except KeyError or OSError:\n        return 1\n", "KeyError or OSError",
     "(KeyError, OSError)", ""),
    ("the error that came", "def f(g):\n    try:\n        g()\n    except KeyError:\n        return 1\n", "KeyError",
     "(KeyError, IndexError)", "IndexError: 3"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "old", "new", "said"), SHOWN, ids=[case[0] for case in SHOWN])
def test_what_the_code_shows_by_itself_is_mended_first(name: str, source: str, old: str, new: str, said: str) -> None:
    assert old in source
    wanted = ast.dump(ast.parse(source.replace(old, new, 1)))
    found = [mutation.prior for mutation, text in mutations(source, said) if _read(text) == wanted]
    assert found
    assert max(found) >= 0.4


def _read(text: str) -> str:
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return ""


QUIET = [
    ("bare alternative", "def f(a):\n    return a == 1 and 'one' or 'more'\n"),
    ("bare alternative", "def f(a, b):\n    return a == 'red' or b\n"),
    ("brackets", "def f(a, b):\n    return a < 4 or (a == 4 and b)\n"),
    ("order of branches", "def f(a):\n    if a > 9:\n        return 'x'\n    elif a > 5:\n        return 'y'\n"),
    ("order of branches", "def f(a):\n    if a > 5:\n        a = 5\n    if a > 9:\n        return 'y'\n"),
    ("order of branches",
     "def f(g):\n    try:\n        g()\n    except KeyError:\n        return 1\n    except LookupError:\n        return 2\n"),
    ("error lost", "def f(a):\n    raise ValueError(a)\n"),
    ("error lost", "def f(g):\n    try:\n        g()\n    finally:\n        g.close()\n    return 1\n"),
    ("error lost", "def f(gs):\n    for g in gs:\n        try:\n            g()\n        except OSError:\n            print(g)\n"),
    ("tidied up", "@contextmanager\ndef f(a):\n    with a:\n        yield a\n"),
    ("tidied up", "def f(a, g):\n    a.append(1)\n    g()\n    a.close()\n"),
    ("wrapper", "def deco(g):\n    def inner(*a):\n        return 3\n    return inner\n"),
    ("bound too late", "def f(ds, k):\n    for d in ds:\n        ds.sort(key=lambda x: x[d])\n    return lambda: k\n"),
    ("used up", "def f(ws):\n    ls = (len(w) for w in ws)\n    return max(ls)\n"),
    ("used up", "def f(ws):\n    it = zip(ws, ws)\n    first = next(it)\n    return first, list(it)\n"),
    ("missing super",
     "class A:\n    def __init__(self, w):\n        self.w = w\nclass B(A):\n    def __init__(self, w):\n"
     "        self.w = w + 1\n"),
    ("missing call", "class A:\n    def ready(self):\n        return 1\ndef f(a, g):\n    return g(a.ready), a.ready is None\n"),
    ("missing call", "class A:\n    def __init__(self):\n        self.ready = 1\ndef f(a):\n    if a.ready:\n        return 2\n"),
    ("scope", "count = 0\ndef f():\n    count = 1\n    return count\n"),
    ("scope", "each = 0\ndef f(xs):\n    return [each for each in xs]\n"),
    ("begun anew", "def f(gs):\n    n = 0\n    for g in gs:\n        for x in g:\n            n += x\n    return n\n"),
    ("begun anew",
     "def f(gs):\n    out, on = [], 0\n    on = False\n    for g in gs:\n        if on:\n            out.append(g)\n"
     "        on = g.end\n    return out\n"),
    ("keys of numbers", "import json\ndef f(t):\n    return t\n"),
    ("rows", "def f(t):\n    return t.split(' ')\n"),
    ("path", "def f(a, b):\n    return a / b\n"),
    ("missing self", "class A:\n    def f(self, n):\n        self.n = n\n        return n\n    def g(self, f):\n        return f(1)\n"),
    ("missing self", "class A:\n    def f(self):\n        n = self.n\n        self.n = [x for x in n]\n        return n\n"),
    ("error caught", "def f(g):\n    try:\n        g()\n    except (KeyError, OSError):\n        return 1\n"),
    ("line ends", "def f(xs, h):\n    for x in xs:\n        h.write(x + '\\n')\n"),
    ("never done", "def f(xs):\n    return map(print, xs)\n"),
    ("missing star", "async def f(jobs):\n    return await asyncio.gather(*jobs)\n"),
    ("shared mutable", "def f(d, e):\n    for k, v in d.items():\n        if v:\n            del e[k]\n"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "source"), QUIET)
def test_where_nothing_shows_the_mistake_nothing_is_proposed(kind: str, source: str) -> None:
    assert not [mutation.says for mutation, _ in mutations(source) if mutation.operator == kind and mutation.prior > 0.35]
