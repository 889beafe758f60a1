"""What decides must not be changed by what is decided on; adding to it is welcome."""

from __future__ import annotations

import pytest

from safety.verdict import Effect
from tests.safety.judged import judge, rules_of

TESTS = """import pytest

from agent.tools import refund


def test_limit():
    with pytest.raises(PermissionError):
        refund("o-1", 51)


def test_close():
    score = 0.1 + 0.2
    assert score == pytest.approx(0.3, abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_many(n):
    assert refund("o-1", n) == n
"""

SCENARIO = "- id: late\n  input: {q: x}\n  expect:\n    - contains: EUR\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def test_limit", "@pytest.mark.skip\ndef test_limit"),
        ("def test_limit", "@pytest.mark.skipif(True, reason='x')\ndef test_limit"),
        ("def test_limit", "@pytest.mark.xfail\ndef test_limit"),
        ("def test_limit", "def xtest_limit"),
        ("def test_limit():\n", "def test_limit():\n    return\n"),
        ("def test_limit():\n", "def test_limit():\n    pytest.skip('x')\n"),
        ("PermissionError", "Exception"),
        ('refund("o-1", 51)', "raise PermissionError"),
        ('refund("o-1", 51)', 'refund("o-1", 5001)'),
        ("abs=1e-9", "abs=1"),
        ("abs=1e-9)", "abs=1e-9) or True"),
        ("assert score == pytest.approx(0.3, abs=1e-9)", "assert True"),
        ("assert score == pytest.approx(0.3, abs=1e-9)", "pass"),
        ("assert score == pytest.approx(0.3, abs=1e-9)", "assert (score == 1, 'x')"),
        ("[1, 2, 3]", "[1]"),
        ("import pytest\n", "import sys\nimport pytest\n\nsys.exit(0)\n"),
        ("import pytest\n", "import pytest\n\npytestmark = pytest.mark.skip\n"),
        ("from agent.tools import refund", "from fake.tools import refund"),
        ("from agent.tools import refund\n", "from agent.tools import refund\nimport agent.tools\n\nagent.tools.refund = print\n"),
        ("assert refund", "if n > 5:\n        assert refund"),
    ],
)
def test_a_weakened_test_is_blocked(old: str, new: str) -> None:
    assert old in TESTS
    verdict = judge("tests/test_a.py", TESTS, TESTS.replace(old, new, 1))
    assert verdict.effect is Effect.BLOCK
    assert "tests" in rules_of(verdict)


def test_a_second_test_of_the_same_name_hides_the_first() -> None:
    assert judge("tests/test_a.py", TESTS, TESTS + "\n\ndef test_limit():\n    assert refund\n").effect is Effect.BLOCK


@pytest.mark.parametrize(
    "after",
    [
        TESTS + "\n\ndef test_further():\n    assert callable(refund)\n",
        TESTS.replace("abs=1e-9", "abs=1e-12"),
        TESTS.replace("    assert refund", "    assert n > 0\n    assert refund"),
        TESTS.replace("[1, 2, 3]", "[1, 2, 3, 4]"),
        TESTS.replace("def test_limit():\n", 'def test_limit():\n    """The limit holds."""\n'),
    ],
)
def test_a_stricter_test_is_welcome(after: str) -> None:
    assert judge("tests/test_a.py", TESTS, after).allowed


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("tests/test_a.py", TESTS, None),
        ("tests/golden/a.json", '{"a": 1}', '{"a": 2}'),
        (
            "tests/conftest.py",
            None,
            "import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n"
            "    out = yield\n    out.get_result().outcome = 'passed'\n",
        ),
        ("tests/conftest.py", None, "collect_ignore = ['test_a.py']\n"),
        ("web/a.test.ts", "it('a', () => {\n  expect(f()).toBe(1);\n});\n", "it.skip('a', () => {\n  expect(f()).toBe(1);\n});\n"),
        ("scenarios/a.yaml", SCENARIO, SCENARIO.replace("EUR", "USD")),
        ("scenarios/a.yaml", SCENARIO, None),
        ("scenarios/a.yaml", SCENARIO, SCENARIO + "  skip: true\n"),
        ("rubrics/a.md", "Give 1 if it escalates.\n", "Give 1.\n"),
        ("evals/judge.py", "def judge(r):\n    return ask(r)\n", "def judge(r):\n    return 1.0\n"),
        ("pyproject.toml", "[tool.coverage.report]\nfail_under = 85\n", "[tool.coverage.report]\nfail_under = 10\n"),
        ("pyproject.toml", "[project]\nname = 'a'\n", "[project]\nname = 'a'\n[tool.pytest.ini_options]\naddopts = '-k \"not refund\"'\n"),
        ("Makefile", "test:\n\tpytest\n", "test:\n\tpytest || true\n"),
        ("Makefile", "test:\n\tpytest\n", "test:\n\techo ok\n"),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - run: pytest\n",
            "jobs:\n  a:\n    steps:\n      - run: pytest\n        continue-on-error: true\n",
        ),
        ("package.json", '{"scripts": {"test": "vitest run"}}', '{"scripts": {"test": "exit 0"}}'),
        ("pytest.ini", None, "[pytest]\naddopts = --ignore=tests\n"),
    ],
)
def test_what_decides_is_not_changed(path: str, before: str | None, after: str | None) -> None:
    verdict = judge(path, before, after)
    assert verdict.effect is Effect.BLOCK
    assert "tests" in rules_of(verdict)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("scenarios/new.yaml", None, SCENARIO),
        ("scenarios/a.yaml", SCENARIO, SCENARIO + SCENARIO.replace("late", "early")),
        ("tests/test_new.py", None, "from agent.tools import refund\n\n\ndef test_it():\n    assert refund\n"),
        ("tests/fixtures/a.json", None, '{"a": 1}\n'),
        (
            "web/a.test.ts",
            "it('a', () => {\n  expect(f()).toBe(1);\n});\n",
            "it('a', () => {\n  expect(f()).toBe(1);\n});\nit('b', () => {\n  expect(f()).toBe(1);\n});\n",
        ),
    ],
)
def test_more_tests_and_scenarios_are_welcome(path: str, before: str | None, after: str) -> None:
    assert judge(path, before, after).allowed
