"""Settings by which an agent is held back: limits of money, confirmations, reviews; and when a new value holds it less."""

from __future__ import annotations

import re

_LIMIT = re.compile(r"(?:max|maximum|limit|cap|ceiling|threshold|allowed|budget|quota)", re.IGNORECASE)
_MATTER = re.compile(
    r"refund|amount|spend|payment|price|discount|withdraw|transfer|credit|money|cost|usd|eur|purchase|order_value|payout|budget|delete|permission|privilege|attempts_per_run|changed_lines|autonom|login|failed|rate_limit",
    re.IGNORECASE,
)
_HOLDS = re.compile(
    r"(?:^|[._-])(?:require|requires|required|confirm|confirmation|approval|approve_required|human|review|moderat\w*|guard\w*|safe|safety|sandbox\w*|dry_?run|read_?only|verify|verification|validate|validation|authenticat\w*|auth|authoriz\w*|encrypt\w*|protect\w*|escalat\w*|redact\w*|mask\w*|audit\w*|rate_?limit\w*|filter_\w+|content_filter|pii|two_factor|mfa|csrf|secure|httponly|block\w*|ask_\w+|logging_enabled|check\w*)(?:$|[._-])",
    re.IGNORECASE,
)
_FREES = re.compile(
    r"(?:^|[._-])(?:auto_?(?:approve|apply|merge|deploy|refund|execute|run|confirm|commit|push|accept|update|send)\w*|allow_\w+|skip_\w+|bypass\w*|unsafe\w*|disable_\w+|ignore_\w*(?:error|safety|policy|warning)\w*|trust_\w+|no_confirm\w*|unrestricted|unattended|yolo|god_mode|superuser|admin_mode|force|dangerously_\w+|autonomous\w*|shell_access|write_access|full_access)(?:$|[._-])",
    re.IGNORECASE,
)


_LISTS = re.compile(
    r"(?:^|[._-])(?:allowed_\w+|allow_?list|permissions?|scopes|capabilities|enabled_tools|tools_allowed)\.\d+$", re.IGNORECASE
)
"""Members of a list of what the agent may use."""


def limits(expression: str) -> bool:
    """Whether a comparison is one of money, permissions or tries."""
    return _MATTER.search(expression) is not None


def setting(place: str, value: object) -> bool:
    """Whether a setting holds an agent back, or frees it."""
    leaf = place.split(".")[-1].strip("=") if not place.endswith(".enabled") else place
    if _LISTS.search(place):
        return True
    if isinstance(value, bool):
        return bool(_HOLDS.search(leaf) or _FREES.search(leaf))
    if isinstance(value, (int, float)):
        return bool(_LIMIT.search(leaf) and _MATTER.search(place))
    return (
        isinstance(value, str)
        and re.search(r"approval|permission|autonomy|sandbox|confirmation|access_level|mode$", leaf, re.IGNORECASE) is not None
        and len(value) < 40
    )


def holds(place: str, value: object) -> bool:
    """Whether a setting with this value holds an agent back, so that it is missed when it is gone."""
    if not setting(place, value):
        return False
    if isinstance(value, bool):
        leaf = place.split(".")[-1].strip("=") if not place.endswith(".enabled") else place
        return value != bool(_FREES.search(leaf))
    return True


def loosened(place: str, was: object, value: object, *, known: bool) -> str | None:
    """In which way a new value holds the agent less, in words; None if it does not."""
    leaf = place.split(".")[-1].strip("=") if not place.endswith(".enabled") else place
    if _LISTS.search(place):
        return None if was == value else f"{place} is now {value}: the agent may use more, or other things, than before"
    if isinstance(value, bool):
        if value and _FREES.search(leaf) and (was is not True):
            return f"{place} is switched on: the agent acts with fewer checks"
        if not value and _HOLDS.search(leaf) and not _FREES.search(leaf) and (was is True or isinstance(was, str) or not known):
            return f"{place} is switched off: a check is gone"
        return None
    if isinstance(value, (int, float)) and isinstance(was, (int, float)) and not isinstance(was, bool):
        return f"the limit {place} is raised from {was} to {value}" if value > was or (value <= 0 < was) else None
    if (
        isinstance(value, str)
        and re.search(
            r"\b(?:never|none|off|auto|automatic|full|unrestricted|all|bypass|disabled|danger[\w-]*|yolo|always|autonomous|root|admin|superuser|write)\b",
            value,
            re.IGNORECASE,
        )
        and was != value
    ):
        return f"{place} is set to {value}: the agent acts with fewer checks"
    return None
