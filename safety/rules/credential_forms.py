"""All known forms of credentials; each row was written after what its vendor says of it."""

from __future__ import annotations

from safety.rules.credential_forms_clouds import CLOUDS
from safety.rules.credential_forms_code import CODE
from safety.rules.credential_forms_messages import MESSAGES
from safety.rules.credential_forms_models import MODELS
from safety.rules.credential_forms_money import MONEY
from safety.rules.credential_forms_open import OPEN
from safety.rules.credential_forms_operations import OPERATIONS
from safety.rules.credential_shapes import Form

FORMS: tuple[Form, ...] = (*CLOUDS, *CODE, *MODELS, *MONEY, *MESSAGES, *OPERATIONS, *OPEN)
