"""All rules of the guard, in the order in which their findings are shown."""

from __future__ import annotations

from safety.guard import Rule
from safety.rules.danger import danger
from safety.rules.dependencies import dependencies
from safety.rules.fit import fit
from safety.rules.scope import scope
from safety.rules.secrets import secrets
from safety.rules.size import size
from safety.rules.syntax import syntax
from safety.rules.taint import taint
from safety.rules.tests import tests
from safety.rules.unicode import unicode

ALL: tuple[Rule, ...] = (fit, scope, size, secrets, syntax, danger, tests, dependencies, taint, unicode)
