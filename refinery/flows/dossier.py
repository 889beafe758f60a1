"""Everything there is to show of one fix, or of the last search for one: the commit, its change, and the evidence read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from refinery.errors import UsageError
from refinery.flows.integrity import FETCH
from refinery.flows.noted import Unsealed, read
from refinery.flows.past import FATES
from refinery.flows.story import Story, story
from refinery.repo.history import Entry, History, Shown
from refinery.repo.shown import Descent
from refinery.store.port import Store


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a reader is shown."""

    subject: str
    entry: Entry | None
    """None when nothing was kept."""
    asked: Descent | None = None
    """What the commit that was asked about has to do with the fix."""
    patch: str = ""
    story: Story | None = None
    """None when there is no evidence that can be read."""
    evidence: Mapping[str, Any] | None = None
    """The same as it was kept, for machines."""
    standing: str = ""
    """Whether the evidence is there, and untouched, in one sentence."""
    at: str = ""
    """When the search ended, ISO 8601; empty where only the commit's date is known."""

    @property
    def name(self) -> str:
        """What commands call it; empty for a search that kept nothing."""
        return (self.entry.slug or self.entry.commit[:12]) if self.entry else ""

    @property
    def fate(self) -> str:
        """What became of it, in a reviewer's word."""
        return str(FATES[self.entry.state]) if self.entry else ""


def dossier(shown: Shown) -> Dossier:
    """A fix with its evidence."""
    found, evidence, standing = _evidence(shown.note)
    return Dossier(shown.entry.subject, shown.entry, shown.asked, shown.patch, found, evidence, standing)


def last_search(store: Store, history: History) -> Dossier:
    """What the last run of `fix` came to, whether it kept something or not. UsageError when there was none."""
    filed = store.reports("fix")
    if not filed:
        raise UsageError("no search for a fix has been made here yet", hint="refinery fix TRACE makes one")
    body, at = filed[0].body, filed[0].created
    try:
        found = story(body)
    except ValueError as error:
        raise UsageError(f"the report of the last search cannot be read: {error}", hint="run `refinery fix` once more") from error
    if found.kept:
        made = dossier(history.show(found.kept.commit))
        if made.story:
            return made
    standing = "This is the report of the last search, from the store of this repository; it hangs on no commit."
    return Dossier(found.says or "No fix was kept", None, None, "", found, body, standing, at)


def _evidence(note: str | None) -> tuple[Story | None, Mapping[str, Any] | None, str]:
    if note is None:
        return None, None, f"No evidence is kept here with this commit; notes are fetched by: {FETCH}"
    try:
        raw = json.loads(note)
        found = story(raw)
    except ValueError as error:
        return None, None, f"The note beside this commit cannot be read as evidence: {error}."
    try:
        whole = read(note).whole
    except Unsealed:
        return found, raw, "The evidence was kept by a version of Refinery that did not seal it, so a change to it would not show."
    except ValueError as error:
        return found, raw, f"The note beside this commit is not sealed as evidence is: {error}."
    if not whole:
        return found, raw, "WARNING: the evidence was changed since it was sealed. Do not rely on it."
    return found, raw, "The evidence is as it was sealed when the fix was kept."
