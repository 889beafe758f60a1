"""The relay for the agent's model calls, where the settings ask for one: which vendors, whose keys, at what prices, recorded where."""

from __future__ import annotations

from pathlib import Path

from refinery.config import Settings, Surrounding
from refinery.errors import ConfigError
from refinery.llm.prices import load_prices
from refinery.llm.recordings import Recordings
from refinery.llm.upstream import Upstream
from refinery.llm.wires import KEYS, VARIABLES, VENDORS
from refinery.suite.relay import Mode, Relay
from refinery.wiring.shelves import secrets, sensitive


def relay_for(stated: Settings, root: Path, *, records: bool) -> Relay | None:
    """In a replay nobody is asked, so there is no key in it either. `records`: what is answered is kept, where the settings say so."""
    said = stated.relaying
    if said is None:
        return None
    mode = Mode(said.mode)
    folder = root / Path(said.recordings).expanduser()
    if mode is Mode.REPLAY and not folder.is_dir():
        says = f'models = "replay" under [agent], and there is no folder {folder}'
        raise ConfigError(says, hint='record it first: models = "record", then `refinery suite run`')
    variables, prices = Surrounding.read().variables, load_prices()
    for model, price in said.prices.items():
        prices = prices.stating(model, *price)
    upstreams = {
        vendor: Upstream(
            vendor,
            said.upstream.get(vendor) or variables.get(VARIABLES[vendor][0]) or own,
            "" if mode is Mode.REPLAY else variables.get(KEYS[vendor], ""),
        )
        for vendor, own in VENDORS.items()
    }
    kept = Recordings(folder, sensitive if stated.redact else secrets) if mode is not Mode.LIVE else None
    return Relay(Mode.LIVE if mode is Mode.RECORD and not records else mode, upstreams, prices, said.budget_usd, kept)
