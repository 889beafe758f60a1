"""What a guided session tells while it works."""

from __future__ import annotations

from refinery.cli import show
from refinery.cli.session import Guide, Terms
from refinery.cli.talk import Talk
from refinery.events import Event


class Heard(show.Progress):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)


def test_progress_tells_what_goes_on_in_plain_words_and_no_code() -> None:
    heard = Heard()
    guide = Guide(Talk(), heard, Terms())
    guide.say(Event("look", "Also let pass `not result` in answer", 2, 9))
    guide.say(Event("suite", "50%; rate-at-the-limit: passed"))
    guide.say(Event("model", "trying again in 2 s"))
    assert [(each.stage, each.done, each.says) for each in heard.events] == [
        ("trying a change", 2, "$0.00"),
        ("running cases", 0, "$0.00"),
        ("asking the model", 0, "$0.00; trying again in 2 s"),
    ]
