"""Stack traces become places, innermost first, the project's before the libraries'."""

from __future__ import annotations

from refinery.domain import Place
from refinery.signals.stacks import foreign, named, raised

PYTHON = """Traceback (most recent call last):
  File "/srv/app/main.py", line 12, in run
    return price(order)
  File "/srv/app/prices.py", line 40, in price
    return table[order.plan]
  File "/usr/lib/python3.11/site-packages/box/box.py", line 7, in __getitem__
    raise KeyError(key)
KeyError: 'pro'
"""
CHAINED = """Traceback (most recent call last):
  File "/srv/app/store.py", line 5, in load
    return rows[0]
IndexError: list index out of range

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/main.py", line 9, in answer
    load()
app.errors.LoadError: nothing to load
"""
NODE = """TypeError: Cannot read properties of undefined (reading 'currency')
    at format (/srv/app/src/price.js:14:22)
    at async handle (file:///srv/app/src/server.js:88:5)
    at /srv/app/node_modules/express/lib/router.js:12:3
    at node:internal/process/task_queues:95:5
"""
JAVA = """Exception in thread "main" java.lang.IllegalStateException: no price
\tat com.acme.billing.Prices.find(Prices.java:31)
\tat com.acme.billing.Main.main(Main.java:9)
Caused by: java.lang.NullPointerException: currency is null
\tat java.util.Objects.requireNonNull(Objects.java:235)
\tat com.acme.billing.Rates.of(Rates.java:17)
"""


def test_a_python_stack_gives_the_project_frames_first() -> None:
    found = raised("log line\n" + PYTHON)
    assert found is not None
    assert (found.type, found.message, found.line) == ("KeyError", "'pro'", "KeyError: 'pro'")
    assert found.places[:2] == (Place("/srv/app/prices.py", 40, "price"), Place("/srv/app/main.py", 12, "run"))
    assert foreign(found.places[-1].path)


def test_a_chained_exception_begins_where_the_first_one_arose() -> None:
    found = raised(CHAINED)
    assert found is not None
    assert found.type.endswith("LoadError")
    assert found.root == "IndexError: list index out of range"
    assert found.places[0] == Place("/srv/app/store.py", 5, "load")


def test_a_node_stack_is_read() -> None:
    found = raised(NODE)
    assert found is not None
    assert found.type == "TypeError"
    assert found.places[:2] == (Place("/srv/app/src/price.js", 14, "format"), Place("/srv/app/src/server.js", 88, "handle"))
    assert all(foreign(place.path) for place in found.places[2:])


def test_a_java_stack_starts_at_the_cause() -> None:
    found = raised(JAVA)
    assert found is not None
    assert found.type == "IllegalStateException"
    assert found.root == "Caused by: java.lang.NullPointerException: currency is null"
    assert found.places[0] == Place("com/acme/billing/Rates.java", 17, "Rates.of")


def test_prose_is_no_stack() -> None:
    assert raised("We met at noon.\n  at the station (platform 3)\nAll went well.") is None
    assert named("Nothing special: here") is None
    assert named("ValueError: bad currency") == ("ValueError", "bad currency")
