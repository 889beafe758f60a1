"""Each family thinks of the change that an engineer would make."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence

import pytest

from refinery.domain import Diagnosis, Layer
from refinery.edits.tree import NotEditable, Tree
from refinery.repair.asked import asked_in
from refinery.repair.clues import clues
from refinery.repair.families import FAMILIES
from refinery.repair.module import Module
from refinery.repair.mutation import Mutation, Site
from refinery.repair.mutations.patterns import variants
from refinery.repair.world import survey


def mutations(source: str, said: str = "", asked: Sequence[str] = ()) -> list[tuple[Mutation, str]]:
    """Every mutation of every statement, with the text it leads to."""
    module = Module("m.py", source)
    return [(mutation, _applied(module, mutation)) for mutation in proposed(module, said, asked)]


def proposed(module: Module, said: str = "", asked: Sequence[str] = ()) -> list[Mutation]:
    """Every mutation of every statement."""
    world = survey([module])
    told = clues(Diagnosis("t", said, "", Layer.CODE, "x", "", 0, "s", 0.5), [], asked_in(asked, []))
    sites = [Site(module, statement, world, told) for statement in module.statements]
    return [mutation for site in sites for family in FAMILIES for mutation in family(site)]


def _applied(module: Module, mutation: Mutation) -> str:
    if mutation.insert == "instead":
        return Tree(module.path, module.text).replace(mutation.line, mutation.new)
    if mutation.insert:
        try:
            return Tree(module.path, module.text).insert(mutation.line, mutation.new, after=mutation.insert == "after")
        except NotEditable:  # beside an `elif`
            return module.text
    return module.text[: mutation.start] + mutation.new + module.text[mutation.end :]


CASES = [
    ("items of a row", "def f(g, r, c):\n    return c < len(g) and g[r][c]\n", "len(g)", "len(g[0])", ""),
    ("rows, not items", "def f(g):\n    return len(g[0])\n", "len(g[0])", "len(g)", ""),
    ("from the last row", "def f(m):\n    return zip(*m)\n", "*m", "*m[::-1]", ""),
    ("a slice at a time", "def f(a, n):\n    return [a[i:i + n] for i in range(0, len(a))]\n", "len(a))", "len(a), n)", ""),
    ("what a prime goes into", "def f(s, p, n):\n    for m in range(p * p, n):\n        s[m] = 0\n", "p * p, n", "p * p, n, p", ""),
    ("each pair once",
     "def f(a):\n    for i in range(len(a)):\n        for j in range(len(a)):\n            yield a[i], a[j]\n",
     "j in range(len(a))",
     "j in range(i + 1, len(a))", ""),
    ("the last are in order",
     "def f(a):\n    for i in range(9):\n        for j in range(9):\n            yield a[j], a[j + 1]\n",
     "j in range(9)",
     "j in range(9 - 1 - i)", ""),
    ("under a double key", "def f(a):\n    n = {}\n    for x in a:\n        n[x.kind, x.size] = x.cost\n    return n\n", "= x.cost",
     "= n.get((x.kind, x.size), 0) + x.cost", ""),
    ("by way of",
     "def f(n):\n    for i in n:\n        for j in n:\n            for k in n:\n                yield i, j, k\n",
     "for i in n:\n        for j in n:\n            for k in n",
     "for k in n:\n        for i in n:\n            for j in n", ""),
    ("the last digit first",
     "def f(n):\n    out = ''\n    while n:\n        out += str(n % 2)\n        n //= 2\n    return out\n",
     "out += str(n % 2)",
     "out = str(n % 2) + out", ""),
    ("all of a group",
     "def f(a):\n    g = {}\n    for x in a:\n        g[x.k] = [x]\n    return g\n",
     "g[x.k] = [x]",
     "g.setdefault(x.k, []).append(x)", ""),
    ("the former best",
     "def f(a, p, q):\n    for x in a:\n        if x > p:\n            p = x\n        elif x > q:\n"
     "            q = x\n    return q\n",
     "            p = x\n",
     "            q = p\n            p = x\n", ""),
    ("neighbours of each other",
     "def f(g, es):\n    for a, b in es:\n        g[a].append(b)\n",
     "g[a].append(b)\n",
     "g[a].append(b)\n        g[b].append(a)\n", ""),
    ("on from the last",
     "def f(a):\n    p = [0]\n    for x in a:\n        p.append(x)\n    return p\n",
     "append(x)",
     "append(p[-1] + x)", ""),
    ("seen from the start", "def f(s):\n    seen = set()\n    q = deque([s])\n    return seen, q\n", "set()", "{s}", ""),
    ("up as well as down",
     "class L:\n    def push(self, x):\n        self.all = [x, self.all]\n    def pop(self):\n"
     "        self.size -= 1\n        return 1\n",
     "self.all = [x, self.all]\n",
     "self.all = [x, self.all]\n        self.size += 1\n", ""),
    ("the oldest", "def f(d):\n    d.popitem()\n", "popitem()", "popitem(last=False)", ""),
    ("the first in a queue", "def f(q):\n    return q.pop()\n", "pop()", "pop(0)", ""),
    ("the whole calendar",
     "def f(year):\n    return year % 4 == 0 and year % 100 != 0\n",
     "year % 100 != 0",
     "(year % 100 != 0 or year % 400 == 0)", ""),
    ("how often each", "def f(a, b):\n    return set(a) == set(b)\n", "set(a) == set(b)", "sorted(a) == sorted(b)", ""),
    ("the parent of a place", "def f(i):\n    return i // 2\n", "i // 2", "(i - 1) // 2", ""),
    ("the child of a place", "def f(i):\n    left = 2 * i\n    return left\n", "2 * i", "2 * i + 1", ""),
    ("both ends counted", "def f(b, i, j):\n    return max(b, i - j)\n", "i - j", "i - j + 1", ""),
    ("the two in the middle", "def f(a, m):\n    return (a[m] + a[m + 1]) / 2\n", "a[m] + a[m + 1]", "a[m - 1] + a[m]", ""),
    ("squares of differences", "def f(a, m):\n    return sum(x - m for x in a)\n", "x - m for", "(x - m) ** 2 for", ""),
    ("the root of squares", "def f(a, b):\n    return a ** 2 + b ** 2\n", "a ** 2 + b ** 2", "(a ** 2 + b ** 2) ** 0.5", ""),
    ("one less of a sample", "def f(a, m):\n    return sum((x - m) ** 2 for x in a) / len(a)\n", "/ len(a)", "/ (len(a) - 1)", ""),
    ("left after each product", "def f(b, r, m):\n    r = r * b\n    b = b * b % m\n    return r\n", "r * b", "r * b % m", ""),
    ("the first once", "def f(w):\n    return w[0].upper() + w\n", "+ w", "+ w[1:]", ""),
    ("the sum of the two before", "def f(n, a, b):\n    for _ in n:\n        a, b = b, a\n    return a\n", "b, a\n", "b, a + b\n", ""),
    ("anew where better", "def f(a, now):\n    for x in a:\n        now = now + x\n    return now\n", "now + x", "max(x, now + x)", ""),
    ("the best of all", "def f(best):\n    return best[-1]\n", "best[-1]", "max(best)", ""),
    ("the size of an area", "def f(s):\n    return s / 2\n", "s / 2", "abs(s / 2)", ""),
    ("on to the end of the way",
     "class U:\n    def find(self, x):\n        if self.up[x] != x:\n            return self.up[x]\n"
     "        return x\n",
     "return self.up[x]",
     "return self.find(self.up[x])", ""),
    ("turned from call to call", "def g(a, b):\n    return a if b == 0 else g(a % b, b)\n", "a % b, b", "b, a % b", ""),
    ("nothing below", "def f(t):\n    return f(t.left) + 1\n", "    return", "    if t is None:\n        return 0\n    return", ""),
    ("behind the last the first", "def f(p):\n    return [p[i] - p[i + 1] for i in range(len(p))]\n", "[i + 1]", "[(i + 1) % len(p)]", ""),
    ("the same of the table goes through it elsewhere",
     "def cut(cell):\n    return cell.split(';')\ndef f(a, b):\n    return [x for x in cut(CITIES[a]['birds']) if x]\n"
     "def g(a, b):\n    return a in CITIES[b]['rivers']\n", "CITIES[b]['rivers']", "cut(CITIES[b]['rivers'])", ""),
    ("the sum that a function gives, and more of each",
     "def total(pipe):\n    return sum(part['cm'] * part['times'] for part in pipe['parts'])\n"
     "def f(pipe, cut):\n    return cut / sum(part['cm'] for part in pipe['parts'])\n",
     "/ sum(part['cm'] for part in pipe['parts'])", "/ total(pipe)", ""),
    ("each as a function takes it",
     "def size(part):\n    return part.cm * part.times\ndef f(parts):\n    return sum(x.cm for x in parts)\n",
     "sum(x.cm", "sum(size(x)", ""),
    ("the first that fits", "RULES = [('tea', 1), ('teapot', 2)]\ndef f(text):\n    for word, team in RULES:\n        if word in text:\n"
     "            return team\n", "('tea', 1), ('teapot', 2)", "('teapot', 2), ('tea', 1)", ""),
    ("one after the other", "STEPS = (\n    (r'\\d+', 'n'),\n    ('x', 'y'),\n    (r'v\\d+', 'version'),\n)\ndef f(text):\n"
     "    for old, new in STEPS:\n        text = re.sub(old, new, text)\n    return text\n",
     "    (r'\\d+', 'n'),\n    ('x', 'y'),\n    (r'v\\d+', 'version'),\n",
     "    (r'v\\d+', 'version'),\n    (r'\\d+', 'n'),\n    ('x', 'y'),\n", ""),
    ("the other one of two indices", "def f(d, i, j, k):\n    return d[i][k] + d[j][k]\n", "d[j][k]", "d[k][j]", ""),
    ("the other way round as given", "def ends(xs):\n    return low, high\ndef f(xs):\n    high, low = ends(xs)\n    return low\n",
     "high, low = ends", "low, high = ends", ""),
    ("two names wherever they stand", "def f(a, b, x, y):\n    return x, y - a * x\n", "x, y - a * x", "y, x - a * y", ""),
    ("the first row counts", "def f(n):\n    row = [0] * (n + 1)\n    return row\n", "[0] * (n + 1)", "list(range(n + 1))", ""),
    ("as many as there are",
     "def f(graph):\n    done = []\n    for x in graph:\n        done.append(x)\n    if not done:\n        raise E\n",
     "not done", "len(done) != len(graph)", ""),
    ("digits behind each other", "def f(text):\n    n = 0\n    for c in text:\n        n = int(c)\n    return n\n",
     "n = int(c)", "n = n * 10 + int(c)", ""),
    ("the sign of the product", "def f(m):\n    d = 1\n    for i in m:\n        m[i], m[0] = m[0], m[i]\n        d *= m[i]\n    return d\n",
     "= m[0], m[i]\n", "= m[0], m[i]\n        d = -d\n", ""),
    ("as long as there are more", "class P:\n    def a(self):\n        while self.peek() == 1:\n            self.go()\n    def b(self):\n"
     "        if self.peek() == 2:\n            self.go()\n", "if self.peek() == 2", "while self.peek() == 2", ""),
    ("all in one go",
     "import re\ndef f(text, names):\n    for k, v in names.items():\n        text = text.replace(f'[{k}]', v)\n    return text\n",
     "    for k, v in names.items():\n        text = text.replace(f'[{k}]', v)\n",
     "    instead = {f'[{k}]': v for k, v in names.items()}\n"
     "    pattern = \"|\".join(map(re.escape, sorted(instead, key=len, reverse=True)))\n"
     "    text = re.sub(pattern, lambda found: instead.get(found[0], found[0]), text)\n", ""),
    ("into the next year", "def f(year, month):\n    return date(year, month % 12 + 1, 1)\n",
     "date(year,", "date(year + month // 12,", ""),
    ("noon is the nought", "def f(hour, late):\n    return hour + (12 if late else 0)\n", "hour +", "hour % 12 +", ""),
    ("what all rounds found", "def f(rows):\n    seen: set[str] = set()\n    for row in rows:\n        seen = set(row)\n    return seen\n",
     "        seen = set(row)", "        seen |= set(row)", ""),
    ("the sum of all rounds", "def f(rows):\n    cost = 0\n    for row in rows:\n        cost = row.price\n    return cost\n",
     "        cost = row", "        cost += row", ""),
    ("all of a set, not some", "def f(need, said):\n    said = set(said)\n    return any(each & said for each in need)\n",
     "each & said for", "each <= said for", ""),
    ("some of a set, not all", "def f(need, said):\n    if set(need) <= said:\n        return 1\n",
     "set(need) <= said", "set(need) & said", ""),
    ("a set within, not around", "def f(a, b):\n    return a.issubset(b) and b\n", "issubset", "issuperset", ""),
    ("in one or the other", "def f(steps):\n    lost, left = [], []\n    for step in steps:\n        if step.of in lost:\n"
     "            left.append(step.id)\n        else:\n            lost.append(step.id)\n",
     "step.of in lost", "step.of in lost or step.of in left", ""),
    ("in neither of both", "def f(steps):\n    lost, left = [], []\n    for step in steps:\n        if step.of not in lost and step:\n"
     "            left.append(step.id)\n        else:\n            lost.append(step.id)\n",
     "step.of not in lost and", "step.of not in lost and step.of not in left and", ""),
    ("not before it began",
     "def g(mail):\n    return Case(opened=mail['at'])\ndef f(case, mails, until):\n    return [\n        mail for mail in mails\n"
     "        if mail['by'] == case.by and mail['at'] < until and case.opened\n    ]\n",
     "and case.opened", "and case.opened and mail['at'] >= case.opened", ""),
    ("share before limit", "def f(loss, most, own):\n    part = min(loss, most)\n    return part - own\n",
     "min(loss, most)\n    return part - own", "loss - own\n    return min(part, most)", ""),
    ("share before limit at once", "def f(loss, most, own):\n    return max(0, min(loss, most) - own)\n",
     "min(loss, most) - own", "min(loss - own, most)", ""),
    ("to the front, not in its place", "def f(xs, i):\n    x = xs[i]\n    xs[0], xs[i] = x, xs[0]\n    return x\n",
     "xs[0], xs[i] = x, xs[0]", "xs.insert(0, xs.pop(i))", ""),
    ("on with itself", "class P:\n    def both(self):\n        return self.one()\n    def one(self):\n        if self.at('not'):\n"
     "            return ('not', self.both())\n        return 1\n", "('not', self.both())", "('not', self.one())", ""),
    ("bound that nothing reads", "class B:\n    def __init__(self, rate, burst):\n        self.rate, self.burst, self.n = rate, burst, 0\n"
     "    def fill(self, t):\n        self.n = self.n + t * self.rate\n",
     "= self.n + t * self.rate", "= min(self.burst, self.n + t * self.rate)", ""),
    ("bound by its name",
     "class B:\n    def top(self):\n        return self.max_rows\n    def fill(self, t):\n        self.n = self.n + t\n",
     "= self.n + t", "= min(self.max_rows, self.n + t)", ""),
    ("bits as elsewhere", "def f(a):\n    return a & 15\ndef g(b, by):\n    return b << by\n", "b << by", "(b & 15) << by", ""),
    ("the shorter way round", "TURN = 400\ndef f(a, b):\n    return b - a\n", "b - a", "(b - a + TURN // 2) % TURN - TURN // 2", ""),
    ("on from the beginning",
     "def f(a, b):\n    return (b - a) / 2, a % 360\ndef g(a, b):\n    return b - a\n", "return b - a", "return (b - a) % 360", ""),
    ("round by its unit", "def hours_until(a, b):\n    return b - a\n", "b - a", "(b - a + 12) % 24 - 12", ""),
    ("from nought and from one", "def f(a, n):\n    k = a + n\n    return k // 9, k % 9 or 9\n",
     "a + n\n    return k // 9, k % 9 or 9", "a - 1 + n\n    return k // 9, k % 9 + 1", ""),
    ("behind the last the first", "def f(xs, i, n):\n    return xs[i + n]\n", "i + n", "(i + n) % len(xs)", ""),
    ("worked out behind the last the first", "def f(xs, a):\n    return xs[round(a)]\n", "round(a)", "round(a) % len(xs)",
     "IndexError: list"),
    ("by its place in a scale", "STEPS = ['low', 'mid', 'high']\ndef f(xs):\n    return max(xs)\n", "max(xs)",
     "max(xs, key=STEPS.index)", ""),
    ("the last group too", "def f(xs):\n    out, now = [], None\n    for x in xs:\n        if x.head:\n            if now is not None:\n"
     "                out.append(now)\n            now = x\n    return out\n",
     "    return out", "    if now is not None:\n        out.append(now)\n    return out", ""),
    ("whole seconds stay whole", "def f(a, b):\n    return (b - a).seconds // 60\n", "(b - a).seconds", "int((b - a).total_seconds())", ""),
    ("places behind a point", "import re\nP = re.compile(r'\\d{1,4}')\ndef f(fraction):\n    return int(fraction)\n",
     "int(fraction)", "int(fraction.ljust(4, \"0\"))", ""),
    ("shown as others are", "def f(a, b):\n    return f'{a:03d}-{b}'\n", "{b}", "{b:03d}", ""),
    ("not filled up", "def f(a):\n    return f'{a:2}'\n", "{a:2}", "{a:02}", ""),
    ("the latest is kept", "def f(d, k, v):\n    d.setdefault(k, v)\n", "d.setdefault(k, v)", "d[k] = v", ""),
    ("the farthest is kept", "def f(xs):\n    top, who = None, None\n    for x in xs:\n        if x.a == top:\n            return who\n"
     "        top, who = x.b, x.c\n", "        top, who = x.b, x.c\n",
     "        if top is None or x.b > top:\n            top, who = x.b, x.c\n", ""),
    ("what was known", "class C:\n    def f(self, t):\n        self.last = find(t)\n", "find(t)", "find(t) or self.last", ""),
    ("counted with what nothing reads", "def f(d, k, n, by):\n    d[k] += n\n", "+= n", "+= n * by", ""),
    ("a helper that does more",
     "import re\ndef words(t):\n    return re.findall(r'[a-z]+', t.lower())\ndef f(s):\n    return len(s.lower().split())\n",
     "s.lower().split()", "words(s)", ""),
    ("a method that does more",
     "class W:\n    def __init__(self, xs):\n        self.xs = xs\n    def clean(self, t):\n        return t.strip().lower()\n"
     "    def get(self, k):\n        return self.xs[k]\ndef f(w, s):\n    return w.get(1) == s.lower()\n", "s.lower()", "w.clean(s)", ""),
    ("without the turning point", "def f(way):\n    return way + way[::-1]\n", "[::-1]", "[-2::-1]", ""),
    ("copy of a part of a pair",
     "class C:\n    def put(self, k):\n        self.m[k] = 1\n    def f(self, d, n):\n        d[n] = (self.m, n)\n",
     "(self.m, n)", "(dict(self.m), n)", ""),
    ("copied in and out", "class C:\n    def __init__(self):\n        self.m = {}\n        self.old = []\n"
     "    def put(self, k):\n        self.m[k] = 1\n"
     "    def keep(self, n):\n        self.old.append(n)\n        self.last = (self.m, n)\n"
     "    def back(self):\n        was, n = self.last\n"
     "        self.m = was\n",
     "(self.m, n)\n    def back(self):\n        was, n = self.last\n        self.m = was",
     "(dict(self.m), n)\n    def back(self):\n        was, n = self.last\n        self.m = dict(was)", ""),
    ("whole numbers", "def f(a, b, c):\n    return int(a * b / c)\n", "int(a * b / c)", "a * b // c", ""),
    ("a number where it is one", "def f(p):\n    return (0, p) if p.isdigit() else (1, p)\n", "(0, p)", "(0, int(p))", ""),
    ("cents", "from decimal import ROUND_HALF_UP, Decimal\nCENT = Decimal('0.01')\ndef f(a):\n    return round(a, 2)\n",
     "round(a, 2)", "a.quantize(CENT, rounding=ROUND_HALF_UP)", ""),
    ("downwards", "def f(a, n):\n    for i in range(a, n + 1):\n        print(i)\n", "range(a, n + 1)", "range(n, a - 1, -1)", ""),
    ("the rest for some",
     "def f(xs, kept):\n    kept.add(1)\n    for x in xs:\n        if x > 1:\n            print(x)\n        else:\n            print(1)\n",
     "else:", "elif x in kept:", ""),
    ("a sign", "import re\ndef f(t):\n    return re.match(r'(\\d+)', t)\n", "(\\d+)", "(-?\\d+)", ""),
    ("to the end", "import re\ndef f(t):\n    return re.match(r'[a-z]+', t)\n", "]+'", "]+$'", ""),
    ("a pattern in a table", "KINDS = {'n': r'\\d+ pieces'}\n", "\\d+ ", "\\d* ", ""),
    ("error that nothing reads", "class P:\n    on: type\n    times: int\ndef f(policy, call):\n    for _ in range(policy.times):\n"
     "        try:\n            return call()\n        except Exception:\n            pass\n", "Exception", "policy.on", ""),
    ("each once", "def f(rows, wanted):\n    return sum(cell == wanted for row in rows for cell in row)\n", "in row)", "in set(row))", ""),
    ("equals as they came", "def f(hits):\n    hits.sort(key=lambda hit: (hit.score, hit.title), reverse=True)\n    return hits\n",
     "(hit.score, hit.title), reverse=True", "(-hit.score, hit.title)", ""),
    ("equal pairs as they came", "def f(scored):\n    return sorted(scored, reverse=True)\n",
     "reverse=True", "key=lambda item: (-item[0], *item[1:])", ""),
    ("items made", "from datetime import date\nDAYS = set(load())\ndef f(text):\n    return date.fromisoformat(text) in DAYS\n",
     "set(load())", "{date.fromisoformat(item) for item in load()}", ""),
    ("one beginning more", "def f(line):\n    if line.startswith('+'):\n        return 1\n    return not line.startswith('#')\n",
     "startswith('#')", "startswith(('#', '+'))", ""),
    ("one beginning less", "def f(line):\n    return line.startswith(('#', '+'))\n", "('#', '+')", "'#'", ""),
    ("a number left out", "def f(width, line, words):\n"
     "    gaps = len(words) - 1\n    spaces = width - len(line)\n    return spaces // gaps\n",
     "width - len(line)", "width - len(line) + gaps", ""),
    ("the other neighbour", "def f(a, r, k):\n    r[k] = a[k - 1]\n", "= a[k - 1]", "= a[k - 1] + a[k]", ""),
    ("out of a window", "def f(x, size, i):\n    t = 0\n    t += x[i]\n    return t\n", "x[i]", "x[i] - x[i - size]", ""),
    ("one more, as its like", "def f(p, c, j, d):\n    return min(p[j] + 1, c[j], d)\n", "c[j]", "c[j] + 1", ""),
    ("one too far", "def f(xs):\n    low, high = 0, len(xs)\n    return low\n", "0, len(xs)", "0, len(xs) - 1", ""),
    ("step of a pair", "def f(end, i):\n    end, i = end - 1, i + 1\n    return end, i\n", "i + 1", "i", ""),
    ("own item", "def f(xs):\n    out = []\n    for i, x in enumerate(xs):\n        for tail in f(xs[:i]):\n            out.append(tail)\n"
     "    return out\n", "append(tail)", "append([x] + tail)", ""),
    ("guard turned", "def f(i, n, t):\n    return i < n and t[i]\n", "i < n and t[i]", "i == n or t[i]", ""),
    ("never kept", "def f(n):\n    found = []\n    for i in range(n):\n        if i % 2:\n            continue\n"
     "        for j in range(i):\n"
     "            print(j)\n    return found\n", "            continue\n", "            continue\n        found.append(i)\n", ""),
    ("letters in a loop", "def f(text):\n    for c in text:\n        print(c)\n", "in text:", "in text.lower():", ""),
    ("asked of a function", "def find(x):\n    return x\ndef f(p, a, b):\n    p[find(a)] = find(b)\n    return {p[n] for n in p}\n",
     "{p[n]", "{find(n)", ""),
    ("what was counted", "def f(done, cost):\n    if cost > 1:\n        return len(done)\n", "return len(done)", "return cost", ""),
    ("given elsewhere", "def f(fail, xs):\n    m = 0\n    for x in xs:\n        m = fail[m - 1]\n        if x:\n"
     "            m = 0\n    return m\n",
     "if x:\n            m = 0", "if x:\n            m = fail[m - 1]", ""),
    ("made of it elsewhere", "def f(text):\n    for c in text.upper():\n        print(c)\n    return g(1) != text\n",
     "!= text", "!= text.upper()", ""),
    ("asked of it elsewhere", "def f(find, p, n):\n    find(n)\n    x = find(n) + 1\n    return p[n], x\n", "p[n], x", "find(n), x", ""),
    ("the other one's", "def f(size, a, b):\n    if size[a] < size[b]:\n        return a\n    size[a] += 1\n", "size[a] += 1",
     "size[a] += size[b]", ""),
    ("zero is there", "def f(g, r):\n    if r and g[r]:\n        return 1\n", "and g[r]:", "and g[r] is not None:", ""),
    ("zero is not missing", "def f(n):\n    if not n:\n        return 1\n", "if not n:", "if n is None:", ""),
    ("empty is missing", "def f(n):\n    if n is not None:\n        return 1\n", "if n is not None:", "if n:", ""),
    ("zero is no default", "def f(n, m):\n    return n or m\n", "n or m", "n if n is not None else m", ""),
    ("left on the stack", "def f(t, path):\n    path.append(t)\n    for n in t:\n        f(n, path)\n    return 1\n",
     "        f(n, path)\n", "        f(n, path)\n    path.pop()\n", ""),
    ("never given back", "def f(self, t):\n    self.depth += 1\n    self.f(t[0])\n    return 1\n", "    self.f(t[0])\n",
     "    self.f(t[0])\n    self.depth -= 1\n", ""),
    ("beyond a limit", "def f(k, low):\n    if k < len(low):\n        return f(k, low)\n    return f(k, low[1:])\n",
     "f(k, low[1:])", "f(k - len(low), low[1:])", ""),
    ("from the far end", "def f(m, n):\n    for i in range(n):\n        print(m[i])\n", "m[i]", "m[n - 1 - i]", ""),
    ("half of a condition", "def f(top, bottom, left, right):\n    while top <= bottom and left <= right:\n        if top < bottom:\n"
     "            top += 1\n", "if top < bottom:", "if top < bottom and left < right:", ""),
    ("bound of a part", "def f(a, b, lo, hi, kept):\n    if a < lo:\n        kept.append((a, min(b, lo - 1)))\n    if b > hi:\n"
     "        kept.append((hi + 1, b))\n", "(hi + 1, b)", "(max(a, hi + 1), b)", ""),
    ("emptied under a reader", "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n        yield out\n"
     "        out.clear()\n",
     "out.clear()", "out = []", ""),
    ("handed out and kept", "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n        yield out\n", "yield out",
     "yield list(out)", ""),
    ("the longest of two", "def f(a, b):\n    return max(a, b)\n", "max(a, b)", "max(a, b, key=len)", ""),
    ("counted once", "def f(d, k):\n    d[k] = d.get(k, 1)\n", "d.get(k, 1)", "d.get(k, 0) + 1", ""),
    ("any sign", "def f(a, b):\n    return a is b\n", "a is b", "a < b", ""),
    ("a factor is left", "def f(n):\n    found = []\n    d = 2\n    while d * d <= n:\n        n //= d\n"
     "        found.append(d)\n    return found\n",
     "    return found", "    if n > 1:\n        found.append(n)\n    return found", ""),
    ("checked by its like", "class C:\n    def a(self, name):\n        self.has(name)\n        self.x = name\n    def b(self, one, two):\n"
     "        self.a(one)\n", "        self.a(one)", "        self.has(two)\n        self.a(one)", ""),
    ("ties", "def f(xs):\n    return sorted(xs, key=lambda x: -x[1])\n", "-x[1]", "(-x[1], x[0])", ""),
    ("compared with", "def f(total, lines):\n    return len(lines) > 3\n", "len(lines) > 3", "total > 3", ""),
    (
        "flag",
        "class Talk:\n    over = False\ndef f(t):\n    if t.over:\n        return 1\n    return 2\n",
        "    return 2",
        "    t.over = True\n    return 2",
        "",
    ),
    ("exchanged names", "def f(t, a, b, v):\n    return v * t[b] / t[a]\n", "t[b] / t[a]", "t[a] / t[b]", ""),
    ("exchanged values", 'def f(r):\n    return {"a": r.last, "b": r.first}\n', 'r.last, "b": r.first', 'r.first, "b": r.last', ""),
    ("brackets", "def f(c):\n    return (c + 32) * 9 / 5\n", "(c + 32) * 9 / 5", "c * 9 / 5 + 32", ""),
    ("key of a cache", "def get(self, path, **query):\n    key = path\n    return self.kept[key]\n", "key = path",
     "key = (path, tuple(sorted(query.items())))", ""),
    ("copied by its outside", "import copy\ndef f(s):\n    return copy.copy(s)\n", "copy.copy(", "copy.deepcopy(", ""),
    ("days on the calendar", "def f(a, b):\n    return (a - b).days\n", "(a - b).days", "(a.date() - b.date()).days", ""),
    ("days that passed", "def f(a, b):\n    return (a.date() - b.date()).days\n", "(a.date() - b.date()).days", "(a - b).days", ""),
    ("all seconds", "def f(a, b):\n    return (a - b).seconds\n", ".seconds", ".total_seconds()", ""),
    ("margin", "def f(at, end, gap, n):\n    if end - at >= n:\n        return at\n    return end + gap\n", ">= n", ">= n + gap", ""),
    ("as elsewhere", 'import re\ndef f(t):\n    said = t.lower()\n    return said\ndef g(t):\n    return re.findall("[a-z]+", t.lower())\n',
     "said = t.lower()", "said = re.findall('[a-z]+', t.lower())", ""),
    ("newest first", "def f(turns, room):\n    kept = []\n    for turn in turns:\n        if turn > room:\n            break\n"
     "        kept.append(turn)\n    return kept\n", "in turns:\n        if turn > room:\n            break\n        kept.append(turn)\n",
     "in reversed(turns):\n        if turn > room:\n            break\n        kept.append(turn)\n    kept.reverse()\n", ""),
    ("left out of a total", "def f(head, notes, room):\n    room -= size(head)\n    return room, [note for note in notes]\n",
     "    room -= size(head)\n", "    room -= size(head)\n    room -= sum(size(note) for note in notes)\n", ""),
    ("unit of time", "def f(minutes):\n    return timedelta(seconds=minutes)\n", "seconds=", "minutes=", ""),
    ("zone at hand", "def f(t, o):\n    return t.astimezone(UTC)\ndef g(o):\n    return o.zone\n", "(UTC)", "(o.zone)", ""),
    ("bound that is read", 'def f(c):\n    return range(1, c["n"])\n', 'range(1, c["n"])', 'range(1, c["n"] + 1)', ""),
    ("relabelled", "def f(t, zone):\n    return t.replace(tzinfo=zone)\n", "t.replace(tzinfo=zone)", "t.astimezone(zone)", ""),
    ("format of a time", 'def f(t):\n    return t.strftime("%m.%d.%Y")\n', "%m.%d.%Y", "%d.%m.%Y", ""),
    ("flag of a pattern", 'import re\ndef f(t):\n    return re.search("a.b", t)\n', '"a.b", t', '"a.b", t, flags=re.DOTALL', ""),
    ("every one", 'def f(t):\n    return t.replace(",", "", 1)\n', '"", 1)', '"")', ""),
    ("fence", "import json\ndef f(reply):\n    return json.loads(reply)\n", "loads(reply)",
     'loads(reply[reply.find("{") : reply.rfind("}") + 1])', ""),
    ("comparison", "def f(a, b):\n    return a < b\n", "a < b", "a <= b", ""),
    ("boolean", "def f(a, b):\n    if a or b:\n        return 1\n", "a or b", "a and b", ""),
    ("range", "def f(n):\n    return [i for i in range(n)]\n", "range(n)", "range(n + 1)", ""),
    ("slice", "def f(xs, n):\n    return xs[:n]\n", "xs[:n]", "xs[-n:]", ""),
    ("swapped", "def g(low, high):\n    return high\ndef f(low, high):\n    return g(high, low)\n", "g(high, low)", "g(low, high)", ""),
    ("key", "def f(d):\n    return d['k']\n", "d['k']", "d.get('k')", "KeyError: 'k'"),
    ("none", "def f(d):\n    return d.name\n", "    return d.name", "    if d is None:\n        return None\n    return d.name",
     "NoneType"),
    (
        "field",
        'def f(row):\n    return {"a": row["a"]}\ndef g(row):\n    return f(row)["cur"]\n',
        '{"a": row["a"]}',
        '{"a": row["a"], "cur": row["cur"]}',
        "KeyError: 'cur'",
    ),
    ("argument", "def g(q, limit=2):\n    return q\ndef f(q, limit):\n    return g(q)\n", "return g(q)", "return g(q, limit=limit)", ""),
    (
        "hard-coded",
        'def show(x, currency):\n    return x\ndef f(c):\n    print(c.currency)\n    return show(1, currency="USD")\n',
        'currency="USD"',
        "currency=c.currency",
        "",
    ),
    ("mutable default", "def f(x, seen=[]):\n    return seen\n", "seen=[]):\n",
     "seen=None):\n    seen = [] if seen is None else seen\n", ""),
    ("rows", "def f(n):\n    return [[0] * n] * n\n", "[[0] * n] * n", "[[0] * n for _ in range(n)]", ""),
    ("await", "async def g():\n    return 1\nasync def f():\n    x = g()\n    return x\n", "x = g()", "x = await g()", ""),
    ("return", "def f(x):\n    y = x + 1\n", "y = x + 1\n", "y = x + 1\n    return y\n", ""),
    ("sort", "def f(xs):\n    return sorted(xs)\n", "sorted(xs)", "sorted(xs, reverse=True)", ""),
    ("other end", "def f(xs):\n    return max(xs)\n", "max(xs)", "min(xs)", ""),
    ("seen", "def f(xs):\n    seen = set()\n    for x in xs:\n        if x in seen:\n            return x\n", "            return x\n",
     "            return x\n        seen.add(x)\n", ""),
    ("fenced", "import json\ndef f(t):\n    return json.loads(t)\n", "loads(t)",
     'loads(t[t.find("{") : t.rfind("}") + 1])', "JSONDecodeError"),
    ("zone", "from datetime import datetime\ndef f():\n    return datetime.now()\n", "now()", "now(timezone.utc)", "offset-naive"),
    ("strength", "def f(a, b):\n    if a:\n        return 1\n    return 2\n", "if a:", "if a and not b:", ""),
    ("lower", "def f(w):\n    return w == 'x'\n", "w ==", "w.lower() ==", ""),
    ("unit", "def f(net, rate):\n    return net * (1 + rate)\n", "+ rate", "+ (rate / 100)", ""),
    ("limit", "def f(paid, asked):\n    amount = asked\n    return amount\n", "= asked", "= min(paid, asked)", ""),
    ("sums", "def f(rows):\n    t = {}\n    for k, v in rows:\n        t[k] = v\n    return t\n", "t[k] = v", "t[k] = t.get(k, 0) + v", ""),
    ("counts", "def f(ks):\n    t = {k: 0 for k in ks}\n    for k in ks:\n        t[k] = 1\n    return t\n", "t[k] = 1", "t[k] += 1", ""),
    ("groups", "def f(rows):\n    t = {}\n    for k, v in rows:\n        t[k] = [v]\n    return t\n", "t[k] = [v]",
     "t.setdefault(k, []).extend([v])", ""),
    ("best", "def f(best, k, v):\n    if k not in best:\n        best[k] = v\n", "k not in best", "k not in best or v < best[k]", ""),
    ("unread", "def f(d, y):\n    last = y + 2\n    return min(d, 28)\n", "min(d, 28)", "min(d, last)", ""),
    ("missing argument", "def g(t):\n    return t.lower()\ndef f(d):\n    return {'a': g(d.get('a'))}\n", "g(d.get('a'))",
     "g(d.get('a') or \"\")", "'NoneType' object has no attribute 'lower'"),
    ("guarded argument", "def g(t):\n    return t + 1\ndef f(x):\n    y = g(x)\n    return y\n", "    y =",
     "    if x is None:\n        return None\n    y =", "TypeError: NoneType"),
    ("pop", "def f(d, k):\n    d.pop(k)\n    return d\n", "d.pop(k)", "d.pop(k, None)", "KeyError: 'pen'"),
    ("loops", "def f(rows):\n    return [x for x in row for row in rows]\n", "for x in row for row in rows", "for row in rows for x in row",
     "name 'row' is not defined"),
    ("truth", "ALL = [{'name': 'a', 'active': True}]\ndef f(user):\n    if user:\n        return user['active']\n", "if user:",
     'if user["active"]:', ""),
    ("backwards", "def f(n, xs):\n    for i in range(1, n):\n        xs[i] = xs[i - 1]\n", "range(1, n)", "reversed(range(1, n))", ""),
    ("moved on", "def f(xs):\n    i = 0\n    while i < len(xs):\n        print(xs[i])\n    return i\n", "        print(xs[i])",
     "        print(xs[i])\n        i += 1", ""),
    ("next round",
     "def f(n):\n    last = None\n    while n:\n        after = n.next\n        n.next = last\n        n = after\n    return last\n",
     "        n = after", "        last = n\n        n = after", ""),
    ("filled", "def f(xs):\n    out = []\n    for x in xs:\n        y = x * 2\n    return out\n", "y = x * 2",
     "y = x * 2\n        out.append(y)", ""),
    ("left over",
     "def f(xs):\n    out, part = [], []\n    for x in xs:\n        part.append(x)\n        if x == 0:\n            out.append(part)\n"
     "            part = []\n    return out\n", "    return out", "    if part:\n        out.append(part)\n    return out", ""),
    ("carried",
     "def f(xs):\n    out, c = [], 0\n    for x in xs:\n        c, d = divmod(x + c, 10)\n        out.append(str(d))\n    return out\n",
     "    return out", "    if c:\n        out.append(str(c))\n    return out", ""),
    ("concatenated", "def f(a, b, c):\n    return a + c + b\n", "a + c + b", "a + b + c", ""),
    ("seldom", "def f(a):\n    return a ** 1\n", "a ** 1", "a + 1", ""),
    ("size at hand", "def g(a, n):\n    return n\ndef f(a, size):\n    n = size - 1\n    return g(a, len(a))\n", "len(a)", "size", ""),
    ("idle helper", "def gcd(a, b):\n    return a\ndef lcm(a, b):\n    return a * b\n", "return a * b", "return (a * b) // gcd(a, b)", ""),
    ("part of a pair", "def f(a, b):\n    a[0] = (a[0][0], b)\n    return a\n", "(a[0][0], b)", "(a[0][0], max(a[0][1], b))", ""),
    ("found",
     "def f(n, k):\n    best = None\n    while n:\n        if n.key < k:\n            n = n.right\n        else:\n            n = n.left\n"
     "    return best\n", "            n = n.right", "            best = n.key\n            n = n.right", ""),
    ("itself",
     "def f(x):\n    out = []\n    for a in (-1, 0, 1):\n        for b in (-1, 0, 1):\n            out.append(x + a + b)\n    return out\n",
     "            out.app", "            if a == 0 and b == 0:\n                continue\n            out.app", ""),
    ("also",
     "class N:\n    def __init__(self):\n        self.word = False\n    def end(self):\n        self.word = True\ndef f(n):\n"
     "    return n is not None\n", "n is not None", "n is not None and n.word", ""),
    ("turned", "def f(a, b):\n    return not a or b == 1\n", "not a or b == 1", "a and b == 1", ""),
    ("half", "def f(s, size):\n    return (s + size) // size * size\n", "(s + size)", "(s + (size // 2))", ""),
    ("repeated", "def f(n, a):\n    if n > a:\n        n = n - a\n    return n\n", "if n > a", "while n > a", ""),
    ("at once", "def f(a, b):\n    a = b\n    b = a + b\n    return b\n", "a = b\n    b = a + b", "a, b = b, a + b", ""),
    ("counted", "def f(g, left):\n    for x in g:\n        if left[x] == 0:\n            return x\n", "        if left",
     "        left[x] -= 1\n        if left", ""),
    ("own value", "def f(b, n):\n    r = 1\n    while n:\n        r = b * b\n        n -= 1\n    return r\n", "b * b", "r * b", ""),
    ("smaller part", "def f(xs):\n    if not xs:\n        return 0\n    return 1 + f(xs)\n", "1 + f(xs)", "1 + f(xs[1:])", ""),
    ("of a part", "def f(xs):\n    if not xs:\n        return []\n    return f(xs[1:]) + xs[:1] + xs[2:]\n", "+ xs[2:]", "+ f(xs[2:])", ""),
    ("base", "def f(n):\n    if n == 0:\n        return 1\n    return n * f(n - 1)\n", "n == 0", "n <= 1", ""),
    ("ending", "def f(xs):\n    if not xs:\n        return []\n    return [a + b for a in xs for b in f(xs[1:])]\n", "return []",
     "return [[]]", ""),
    ("level", "def f(t):\n    if t is None:\n        return 0\n    return max(f(t.a), f(t.b))\n", "max(f", "1 + max(f", ""),
    ("yields", "def f(xs):\n    for x in xs:\n        yield f(x)\n", "yield f(x)", "yield from f(x)", ""),
    ("dropped generator", "def f(t):\n    if t:\n        f(t.a)\n        yield t\n", "        f(t.a)", "        yield from f(t.a)", ""),
    ("first value", "def f(xs):\n    best = 0\n    for x in xs:\n        best = max(best, x)\n    return best\n", "best = 0",
     'best = float("-inf")', ""),
    ("in bounds", "def f(xs, i):\n    while xs[i] < 3:\n        i += 1\n    return i\n", "xs[i] < 3", "i < len(xs) and xs[i] < 3", ""),
    ("nothing to take", "def f(s, x):\n    if s.pop() != x:\n        return False\n    return True\n", "s.pop() != x",
     "not s or s.pop() != x", ""),
    ("join", "def f(a, b, c):\n    return a and b or c\n", "a and b or c", "a and (b or c)", ""),
    ("ends of a range", "def f(a, b, c):\n    return a < b <= c\n", "a < b <= c", "a <= b < c", ""),
    ("handed on", "def f(q, x, steps):\n    q.append((x, steps))\n", "(x, steps)", "(x, steps + 1)", ""),
    ("fixed number", "def f(x, best):\n    return max(0, best + x)\n", "max(0,", "max(x,", ""),
    ("twin", "def f(a, b, i, j, out):\n    out.append(a[i])\n    out.append(b[j])\n    out.extend(a[i:])\n    return out\n",
     "out.extend(a[i:])", "out.extend(a[i:])\n    out.extend(b[j:])", ""),
    ("one-sided call", "def root(x):\n    return x\ndef f(p, a, b):\n    p[a] = root(b)\n", "p[a] =", "p[root(a)] =", ""),
    ("part of a sum", "def f(d, u, w):\n    x = d[u]\n    d[w] = w\n    return d\n", "d[w] = w", "d[w] = d[u] + w", ""),
    ("part of a list", "def f(rest, x):\n    return [[x] + r for r in rest]\n", "return [[x]", "return rest + [[x]", ""),
    ("remembered",
     "def f(g, n, seen):\n    for o in g[n]:\n        print(n)\n    return any(f(g, o, seen) for o in g[n] if o not in seen)\n",
     "    for o", "    seen.add(n)\n    for o", ""),
    ("form of what is stored",
     "def clean(t):\n    return t.lower()\ndef f(xs, y):\n    seen = {clean(x) for x in xs}\n    return y in seen\n",
     "return y in", "return clean(y) in", ""),
    ("form of what is asked", "def f(table, rows, name):\n    table = {}\n    for row in rows:\n        table[row] = 1\n"
     "    return table.get(name.casefold())\n", "table[row]", "table[row.casefold()]", ""),
    ("form of the other side", "def f(a, b):\n    return a.strip() == b\n", "== b", "== b.strip()", ""),
    ("whole word", "import re\ndef f(name, text):\n    return name in text\n", "name in text",
     're.search(rf"\\b{re.escape(name)}\\b", text) is not None', ""),
    ("several of a word", "import re\ndef f(birds, text):\n    text = text.lower()\n    return any(bird in text for bird in birds)\n",
     "bird in text", 're.search(rf"\\b{re.escape(bird)}(?:e?s)?\\b", text)', ""),
    ("word of a list", 'def f(text):\n    return "no" in text\n', "in text", "in text.split()", ""),
    ("delimiter at the end", "def f(host, name):\n    return host == name or host.endswith(name)\n", "with(name)", 'with("." + name)', ""),
    ("delimiter at the beginning", "def f(path, top):\n    return path.startswith(top)\n", "with(top)", 'with(top + "/")', ""),
    ("all ends", "def f(a, b, c, d):\n    return a <= d and c <= b\n", "a <= d and c <= b", "a < d and c < b", ""),
    ("other half", "def f(a, b):\n    return a.start < b.end\n", "a.start < b.end", "a.start < b.end and b.start < a.end", ""),
    ("greed", 'import re\ndef f(t):\n    return re.findall(r"<a*b>(.*)</a*b>", t)\n', "(.*)", "(.*?)", ""),
    ("less, as elsewhere", "def f(d, g):\n    print(d.year - 1)\n    return g(d.year)\n", "g(d.year)", "g(d.year - 1)", ""),
    ("by how much", "def f(n, m, x):\n    x <<= n > m\n    return x\n", "n > m", "n - m", ""),
    ("imported beside it", "from bisect import bisect_left\ndef f(xs, x):\n    return bisect_left(xs, x)\n", "return bisect_left",
     "return bisect_right", ""),
    ("called nearly so", "from m import of_day, of_week\ndef f(x):\n    return of_day(x), of_week\n", "of_day(x)", "of_week(x)", ""),
    ("the other one's field", "class C:\n    def f(self, o):\n        return self.n + o.n\n", "self.n + o.n", "o.n + o.n", ""),
    ("in common", "def f(a, b, g):\n    print(g - 1)\n    c = a * b\n    return c\n", "a * b", "a * b // g", ""),
    ("between two ends", "def f(g, start, stop):\n    return g(stop)\n", "g(stop)", "g(stop - start)", ""),
    ("other way in", "def f(a, b, c):\n    return a and not b or c\n", "or c", "or (c and b)", ""),
    ("method taken off", "def f(x):\n    return sorted(x.elements())\n", "x.elements()", "x", ""),
    ("own key", "def age(person):\n    return person[1]\ndef f(persons):\n    return max(persons)\n", "max(persons)",
     "max(persons, key=age)", ""),
    ("in order", "def f(a, b):\n    return '-'.join((a, b))\n", "join((a, b))", "join(sorted((a, b)))", ""),
    ("new list", "def f(d, k, v):\n    d.setdefault(k, []).extend(v)\n", "d.setdefault(k, []).extend(v)", "d[k] = [*d.get(k, []), *v]", ""),
    ("first that fits", "def f(xs):\n    y = 0\n    for x in xs:\n        if x:\n            y = x\n    return y\n", "            y = x\n",
     "            y = x\n            break\n", ""),
    ("goes on", "def f(xs):\n    for x in xs:\n        if x:\n            y = x\n            break\n    return y\n", "break", "pass", ""),
    ("nothing new", "class C:\n    def f(self, new):\n        self.x = new\n", "= new", "= new or self.x", ""),
    ("before a jump", "def f(xs, free):\n    for x in xs:\n        if x:\n            continue\n        free.append(x + 1)\n",
     "            continue", "            free.append(x)\n            continue", ""),
    ("shift", "def f(n):\n    return 1 << n - 1\n", "1 << n - 1", "(1 << n) - 1", ""),
    ("mask", "def f(a, m, s):\n    return a & m << s\n", "a & m << s", "(a & m) << s", ""),
    ("as it is shown", "def f(v, d):\n    if v < 10:\n        return f'{v:.{d}f}'\n", "v < 10", "round(v, d) < 10", ""),
    ("halves up", "from decimal import ROUND_HALF_UP\ndef f(x, c):\n    return x.quantize(c)\n", "quantize(c)",
     "quantize(c, rounding=ROUND_HALF_UP)", ""),
    ("what is begun", "def f(n, size):\n    return n // size\n", "n // size", "-(-n // size)", ""),
    ("mark", "NO = None\ndef f(x):\n    return x is NO\n", "NO = None", "NO = object()", ""),
    ("no branch", "def f(x):\n    if x:\n        x = 1\n    elif x is None:\n        x = 2\n    return x\n", "elif", "if", ""),
    ("branch", "def f(x):\n    if x:\n        x = 1\n    if not x:\n        x = 2\n    return x\n", "if not", "elif not", ""),
    ("before the block", "def f(xs, n):\n    for x in xs:\n        n = 0\n        print(x)\n    return n\n",
     "    for x in xs:\n        n = 0\n", "    n = 0\n    for x in xs:\n", ""),
    ("no second time", "def f(xs, n, out):\n    for x in xs:\n        out.append(n)\n    out.append(n)\n    return out\n",
     "    out.append(n)\n    return", "    pass\n    return", ""),
    ("both ways", "class C:\n    def up(self, i):\n        print(i)\n    def down(self, i):\n        print(i)\n    def f(self, i):\n"
     "        self.down(i)\n", "        self.down(i)", "        self.up(i)\n        self.down(i)", ""),
    ("goes elsewhere", "class C:\n    def f(self, k):\n        if k in self.a:\n            self.g(k)\n", "            self.g",
     "            del self.a[k]\n            self.g", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "source", "old", "new", "said"), CASES, ids=[case[0] for case in CASES])
def test_the_change_an_engineer_would_make_is_among_the_candidates(name: str, source: str, old: str, new: str, said: str) -> None:
    assert old in source
    wanted = ast.dump(ast.parse(source.replace(old, new, 1)))
    texts = [text for _, text in mutations(source, said)]
    assert any(ast.dump(tree) == wanted for tree in map(_parsed, texts) if tree is not None)


def test_retries_are_thought_of_only_where_something_transient_was_seen() -> None:
    source = "def f(c):\n    reply = c.get('/a')\n    return reply\n"
    assert not [mutation for mutation, _ in mutations(source) if mutation.operator == "retry"]
    tried = [text for mutation, text in mutations(source, "ConnectionError: reset") if mutation.operator == "retry"]
    assert "for attempt in range(3):\n        try:\n            reply = c.get('/a')\n            break" in tried[0]


def test_removing_a_statement_is_marked_as_nothing_to_keep() -> None:
    removed = [mutation for mutation, _ in mutations("def f(x):\n    x += 1\n    return x\n") if mutation.operator == "statement removed"]
    assert removed
    assert all(mutation.memorises for mutation in removed)


def test_places_are_right_behind_letters_of_several_bytes() -> None:
    source = 'def f(ä, ö):\n    return "é", ä < ö\n'
    assert 'def f(ä, ö):\n    return "é", ä <= ö\n' in [text for _, text in mutations(source)]


def test_a_dict_that_is_written_over_lines_gets_its_field_on_a_line() -> None:
    source = 'def f(row):\n    return {\n        "a": row["a"],\n        "b": row["b"],\n    }\ndef g(d):\n    return f(d)["c"]\n'
    assert source.replace('row["b"],\n', 'row["b"],\n        "c": row["c"],\n') in [text for _, text in mutations(source)]


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except SyntaxError:
        return None


def test_a_name_that_another_line_looks_up_is_seldom_the_wrong_one() -> None:
    asked = "def f(seen, key, count):\n    if key not in seen:\n        seen[key] = count + 1\n    return key + count\n"
    found = [mutation for mutation, text in mutations(asked) if "if count not in seen" in text]
    assert found
    assert max(mutation.prior for mutation in found) < 0.2


def test_a_helper_that_nothing_calls_is_given_what_its_like_are_given() -> None:
    money = Module("shop/money.py", "def show(rules, minor):\n    return 1\ndef to_euro(rules, minor):\n    return 2\n")
    desk = Module(
        "shop/desk.py", "from shop import money\ndef f(r, n, most):\n    text = money.show(r, n)\n    return text, n / 100 > most\n"
    )
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [])
    world = survey([money, desk])
    found = [_applied(desk, each) for part in desk.statements for family in FAMILIES for each in family(Site(desk, part, world, told))]
    assert desk.text.replace("n / 100 > most", "money.to_euro(r, n) > most") in found


def test_a_written_pattern_is_not_exchanged_with_the_text_it_is_looked_for_in() -> None:
    source = 'import re\ndef f(t):\n    return re.search("a+", t)\n'
    assert not [text for _, text in mutations(source) if 're.search(t, "a+")' in text]


def test_a_word_that_is_looked_for_in_a_list_is_left_alone() -> None:
    assert not [each for each, _ in mutations("def f(name, names):\n    return name in names\n") if each.operator == "whole word"]


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        (
            "def clean(t):\n    return t.lower()\ndef f(xs, y):\n    seen = {clean(x) for x in xs}\n    return y in seen\n",
            "y in",
            "clean(y) in",
        ),
        ('import re\nFENCE = re.compile(r"<b>\\s*(.*)</b>")\n', "(.*)", "(.*?)"),
        ("class C:\n    def f(self, o):\n        return self.n + o.m - o.n\n", "self.n", "o.n"),
        ("def f(g, start, stop):\n    return g(stop)\n", "g(stop)", "g(stop - start)"),
        (
            "def f(xs, n, out):\n    for x in xs:\n        out.append(n)\n    out.append(n)\n    return out\n",
            "    out.append(n)\n    ret",
            "    pass\n    ret",
        ),
    ],
    ids=["form", "greed", "owner", "stretch", "again"],
)
def test_what_the_code_itself_speaks_for_is_likely(source: str, old: str, new: str) -> None:
    made = [mutation.prior for mutation, text in mutations(source) if text == source.replace(old, new, 1) and not mutation.memorises]
    assert max(made) >= 0.3


@pytest.mark.parametrize("code", ["oar.bell = cup\n    mast.bell = None\n    oar.cup = 3", "oar = cup\n    oar = None\n    cup = [oar]"])
def test_no_twin_gives_none_a_value(code: str) -> None:
    twins = [each.new for each in proposed(Module("m.py", f"def f(oar, mast, cup):\n    {code}\n")) if each.operator == "missing twin"]
    assert not [twin for twin in twins if ".None" in twin or twin.startswith("None =")]


def test_nothing_is_put_behind_a_jump() -> None:
    source = "def f(xs, out):\n    for x in xs:\n        if x:\n            continue\n        out.append(x)\n"
    put = [mutation for mutation, _ in mutations(source) if mutation.line == 4 and mutation.operator == "missing statement"]
    assert put
    assert all(mutation.insert == "before" for mutation in put)


def test_names_that_nothing_reads_are_known() -> None:
    module = Module("m.py", "import re, os\ndef f(a, b):\n    c = os.sep\n    return a\n")
    assert module.idle[module.tree] == {"re"}
    assert next(names for scope, names in module.idle.items() if scope is not module.tree) == {"b", "c"}


@pytest.mark.parametrize("signs", [("a + n", "b + n", "a", "b"), ("end", "other_end", "start", "other_start")])
def test_of_two_ends_that_are_compared_both_ways_one_alone_is_seldom_the_other_sign(signs: tuple[str, str, str, str]) -> None:
    end, other_end, start, other_start = signs
    code = f"def f(a, b, n, end, other_end, start, other_start):\n    return {start} <= {other_end} and {other_start} <= {end}\n"
    found = {after: mutation.prior for mutation, after in mutations(code)}
    one = code.replace(f"{start} <= {other_end}", f"{start} < {other_end}")
    assert found[one.replace("<=", "<")] > found[one]


def test_a_step_that_changes_what_is_asked_is_likely_repeated() -> None:
    def prior(step: str) -> float:
        code = f"def f(a, b):\n    if odd(a):\n        {step}\n    return a\n"
        return max(mutation.prior for mutation, after in mutations(code) if "while odd(a):" in after)

    assert prior("a += b") > prior("a = b") > prior("b = a")


def test_of_a_range_one_end_alone_may_be_the_other_sign() -> None:
    code = "def f(a, low, high):\n    return low <= a and a <= high\n"
    found = {after: mutation.prior for mutation, after in mutations(code)}
    assert found[code.replace("a <= high", "a < high")] > found[code.replace("<=", "<")]


def test_a_parameter_that_others_of_a_kind_have_too_is_not_missed() -> None:
    lone = "def pay(order, day):\n    return order.sum\n"
    assert any("return day" in after for _, after in mutations(lone))
    for other in ("def send(order, day):\n    return order.to, day\n", "KINDS = {'pay': pay}\n"):
        assert not any("return day" in after for mutation, after in mutations(lone + other) if mutation.operator == "unused value")


def test_what_is_only_filled_is_read_by_nothing_and_functions_inside_know_it_too() -> None:
    inner = "    def g(x):\n        seen.add(x)\n        told[x] = 1\n        return open_.pop()\n"
    module = Module("m.py", f"def f(xs):\n    seen, told, open_ = set(), {{}}, []\n{inner}    return g(xs)\n")
    assert set(module.idle.values()) == {frozenset(), frozenset({"seen", "told"})}


def test_digits_of_a_table_that_is_read_as_text_are_asked_for_as_the_number_they_say() -> None:
    module = Module("m.py", "import csv\ndef f(rows):\n    return [row for row in rows if row['left'] and row['name']]\n")
    world = survey([module])
    world.shapes.update(left="number", name="text")
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [], asked_in((), []))
    statement = next(each for each in module.statements if isinstance(each.node, ast.Return))
    made = {mutation.new for family in FAMILIES for mutation in family(Site(module, statement, world, told))}
    assert "int(row['left'])" in made
    assert "int(row['name'])" not in made


def test_a_key_to_sort_by_goes_through_the_helper_that_others_put_it_through() -> None:
    used = "def day(text):\n    return text.split('/')\ndef g(row):\n    return day(row['on'])\n"
    code = f"{used}def f(rows):\n    return sorted(rows, key=lambda row: row['on'])\n"
    assert any("key=lambda row: day(row['on'])" in after for _, after in mutations(code))


def test_what_stands_beside_a_number_is_a_number_that_may_be_one_off() -> None:
    made = {after.strip().rpartition("= ")[2] for _, after in mutations("def f(ends):\n    at = ends[-1] if ends else 0\n    return at\n")}
    assert {"ends[-1] + 1 if ends else 0", "ends[-1] - 1 if ends else 0"} <= {line.split("\n")[0] for line in made}
    other = [after for _, after in mutations("def f(ends):\n    at = ends[-1] if ends else None\n    return at\n")]
    assert not any("ends[-1] + 1" in after for after in other)


def test_a_text_is_the_same_or_not_before_it_is_later_in_the_alphabet() -> None:
    found = {
        after: mutation.prior for mutation, after in mutations("def f(a):\n    return a > 'PM'\n") if mutation.operator == "comparison"
    }
    equal = found.pop("def f(a):\n    return a == 'PM'\n")
    assert equal > 0.8 > max(found.values())


def test_what_gives_nothing_is_no_reading_of_a_thing() -> None:
    code = "def f(seen, step):\n    seen.add(step.target_place)\ndef g(seen, step):\n    return step.target_place in seen\n"
    assert not any("seen.add(step.target_place) in seen" in after for _, after in mutations(code))
    read = code.replace("seen.add(step.target_place)", "return clean(step.target_place)")
    assert any("clean(step.target_place) in seen" in after for _, after in mutations(f"from a import clean\n{read}"))


def test_a_pattern_that_nobody_could_read_is_not_proposed() -> None:
    made = [text for each, text in mutations("import re\ndef f(t):\n    return re.match(r'a*b', t)\n") if each.operator == "pattern"]
    assert made
    assert not [text for text in made if "*+?" in text or "**" in text]


def test_an_index_that_is_counted_from_nought_already_is_left_alone() -> None:
    source = "def f(a, n):\n    k = a - 1 + n\n    return k // 9, k % 9 + 1\n"
    assert not [each for each, _ in mutations(source) if "from nought" in each.says]


def prior(source: str, after: str) -> float:
    """How likely the change is thought that leads to a text."""
    return max(mutation.prior for mutation, text in mutations(source) if text == after)


def test_what_a_remainder_should_be_is_seldom_one_off() -> None:
    even, few = "def f(n):\n    return n % 2 == {}\n", "def f(n):\n    return n == {}\n"
    assert 0 < prior(even.format(0), even.format(1)) < 0.5 * prior(few.format(0), few.format(1))
    assert 0 < prior(even.format(0), even.format(0).replace("% 2", "% 3")) < 0.5 * prior(few.format(2), few.format(3))


def test_what_was_made_of_a_variable_is_likely_meant_in_its_place() -> None:
    source = "def f(rows, field):\n    known = [row[field] for row in rows if row[field]]\n    return sum(known) / len(rows)\n"
    assert prior(source, source.replace("len(rows)", "len(known)")) > prior(source, source.replace("len(rows)", "len(field)")) + 0.1


def test_a_function_that_always_gives_a_list_is_asked_whether_it_is_empty() -> None:
    source = "def find(x):\n    return [y for y in x]\ndef f(x):\n    hits = {}(x)\n    if hits is None:\n        return 0\n"
    own, other = source.format("find"), source.format("other")
    assert prior(own, own.replace("hits is None", "not hits")) > prior(other, other.replace("hits is None", "not hits"))


def test_a_copy_is_likely_missing_of_what_is_kept_and_changed_in_place() -> None:
    kept = "class H:\n    def f(self, conf, key):\n        self.rows[key] = conf[key]\n"
    changed = kept + "    def g(self, key):\n        self.rows[key]['seen'] = 1\n"
    assert prior(changed, changed.replace("= conf[key]", "= dict(conf[key])")) > prior(
        kept, kept.replace("= conf[key]", "= dict(conf[key])")
    )


def test_a_rule_goes_before_the_one_that_takes_what_it_is_for() -> None:
    loop = "def f(text):\n    for word, team in RULES:\n        if word in text:\n            return team\n"
    source = "RULES = [('{}', 1), ('teapot', 2)]\n" + loop
    taken, free = source.format("tea"), source.format("mail")
    turned = [each.replace(each[9:-1].split("]")[0], f"('teapot', 2), ('{word}', 1)") for each, word in ((taken, "tea"), (free, "mail"))]
    assert prior(taken, turned[0]) > prior(free, turned[1])


@pytest.mark.parametrize(
    ("wide", "narrow", "loop"),
    [
        ("('hot', ['tea'])", "('pot', ['teapot', 'kettle'])", "for team, words in RULES:\n        if any(word in text for word in words)"),
        ("'hot': ['tea']", "'pot': ['teapot']", "for team, words in RULES.items():\n        if any(word in text for word in words)"),
        ("{'team': 1, 'word': 'tea'}", "{'team': 2, 'word': 'teapot'}", "for team in RULES:\n        if team['word'] in text"),
        ("Rule(1, word='tea')", "Rule(2, word='teapot')", "for team in RULES:\n        if team.word in text"),
        ("('tea', 1)", "('teapot', 2)", "for word, team in RULES:\n        if word in text"),
    ],
)
def test_so_does_one_whose_words_stand_in_lists_or_fields(wide: str, narrow: str, loop: str) -> None:
    opening, closing = ("{", "}") if wide.startswith("'") else ("[", "]")
    after = ":\n            return team\n"
    named = f"RULES = {opening}{{}}, {{}}{closing}\ndef f(text):\n    {loop}{after}"
    inside = f"def f(text):\n    {loop.replace('RULES', f'{opening}{{}}, {{}}{closing}')}{after}"
    for source in (named, inside) if ".items" not in loop and "Rule(" not in wide and "{" not in wide else (named,):
        told = [source.replace("{}, {}", f"{one}, {other}") for one, other in ((wide, narrow), (narrow, wide))]
        assert prior(told[0], told[1]) >= 0.5
        assert not [text for each, text in mutations(told[1]) if text == told[0] and each.prior >= 0.5]


def test_what_is_not_gone_through_in_order_keeps_its_order() -> None:
    source = "NAMES = ['tea', 'teapot']\ndef f(name):\n    return name in NAMES\n"
    assert all(mutation.operator != "order of rules" for mutation, _ in mutations(source))


@pytest.mark.parametrize(
    "name",
    [
        "rows, not items",
        "the child of a place",
        "both ends counted",
        "turned from call to call",
        "the other way round as given",
        "as long as there are more",
    ],
)
def test_what_the_code_around_speaks_for_is_likely(name: str) -> None:
    source, old, new = next(case[1:4] for case in CASES if case[0] == name)
    wanted = ast.dump(ast.parse(source.replace(old, new, 1)))
    found = [(mutation.prior, _parsed(text)) for mutation, text in mutations(source)]
    assert max(prior for prior, tree in found if tree is not None and ast.dump(tree) == wanted) >= 0.3


def test_a_pattern_is_likely_that_finds_something_else_in_failing_inputs_alone() -> None:
    def likely(red: str, green: str) -> float:
        asked = asked_in([json.dumps(red)], [json.dumps(green)])
        return next(prior for changed, _, prior in variants('r"^(\\d)\\."', asked) if changed == 'r"^(\\d+)\\."')

    assert likely("12. Ulm", "3. Ulm") > likely("3. Ulm", "3. Ulm") == likely("12. Ulm", "12. Ulm") > likely("3. Ulm", "12. Ulm")


def test_what_is_the_least_may_be_meant_to_be_the_most() -> None:
    source = "from datetime import date\ndef f(day):\n    return day or date.min\n"
    assert prior(source, source.replace("date.min", "date.max")) >= 0.4


def test_patterns_of_bytes_and_of_other_flags_are_told_nothing_of_by_inputs() -> None:
    for call in ('re.compile(b"a")', 're.compile(r"a", re.X)', "re.compile(TEXT)"):
        assert mutations(f"import re\ndef f(text):\n    return {call}.search(text)\n", asked=["a b"])


def test_values_are_seldom_exchanged_that_have_the_names_of_their_keys() -> None:
    def prior(values: str) -> float:
        found = mutations(f"def f(bird):\n    return {{'wing': {values}}}\n")
        return next(each.prior for each, _ in found if each.says.startswith("Exchange the values"))

    assert prior("bird['wing'], 'beak': bird['beak']") < prior("bird['w'], 'beak': bird['b']") < prior("bird['beak'], 'beak': bird['wing']")


def test_an_exchange_in_a_list_that_is_compared_is_no_likely_one() -> None:
    def likely(code: str) -> float:
        return max(mutation.prior for mutation, _ in mutations(code) if mutation.says == "Exchange `home` and `away`")

    assert likely("def f(game, home, away):\n    return game.teams == [home, away]\n") < 0.2
    assert likely("def f(home, away):\n    return shown([home, away])\n") == 0.3
    (edit,) = [
        text
        for mutation, text in mutations("def f(game, home, away):\n    return game.teams == [home, away]\n")
        if "order" in mutation.says
    ]
    assert edit.endswith("return sorted(game.teams) == sorted([home, away])\n")
    assert not [1 for mutation, _ in mutations("def f(game, at):\n    return game.place == [at, 0]\n") if "whatever order" in mutation.says]


def test_who_counts_an_end_in_does_so_at_all_ends_of_two_things_with_ends_of_the_same_names() -> None:
    code = 'def f(trip, start, end):\n    return trip["start"] {} end and start {} {}\n'
    made = {mutation.says: mutation.prior for mutation, _ in mutations(code.format("<=", "<=", 'trip["end"]'))}
    (every,) = [prior for says, prior in made.items() if says.startswith("Leave out all ends")]
    assert every > 8 * made["Compare `start` with `<` instead of `<=`"]
    unlike = {mutation.says: mutation.prior for mutation, _ in mutations(code.format("<", "<=", 'trip["end"]'))}
    assert unlike["Compare `start` with `<` instead of `<=`"] > 3 * made["Compare `start` with `<` instead of `<=`"]
    other = {mutation.says: mutation.prior for mutation, _ in mutations(code.format("<=", "<=", 'trip["limit"]'))}
    assert other["Compare `start` with `<` instead of `<=`"] > made["Compare `start` with `<` instead of `<=`"]


def test_what_is_begun_anew_with_others_at_once_is_put_away_after_the_loop_too() -> None:
    code = """\
def f(lines):
    found, name, body = [], "", []
    for line in lines:
        if line.endswith(":"):
            if name:
                found.append((name, body))
            name, body = line, []
        else:
            body.append(line)
    return found
"""
    last = [text for mutation, text in mutations(code) if "for the last one too" in mutation.says]
    assert any("body.append(line)\n    if name:\n        found.append((name, body))\n    return" in text for text in last)
