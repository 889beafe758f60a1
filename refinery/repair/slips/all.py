"""All slips that are looked for."""

from __future__ import annotations

from refinery.repair.slips.bounds import bounds
from refinery.repair.slips.braces import braces
from refinery.repair.slips.broken import broken
from refinery.repair.slips.cells import cells
from refinery.repair.slips.cycles import cycles
from refinery.repair.slips.documented import documented
from refinery.repair.slips.edges import edges
from refinery.repair.slips.exchanged import exchanged
from refinery.repair.slips.firsts import firsts
from refinery.repair.slips.formats import formats
from refinery.repair.slips.kinds import kinds
from refinery.repair.slips.labels import labels
from refinery.repair.slips.markup import markup
from refinery.repair.slips.order import order
from refinery.repair.slips.paths import paths
from refinery.repair.slips.pointers import pointers
from refinery.repair.slips.quoted import quoted
from refinery.repair.slips.quoting import quoting
from refinery.repair.slips.rates import rates
from refinery.repair.slips.rounds import rounds
from refinery.repair.slips.routes import routes
from refinery.repair.slips.samples import samples
from refinery.repair.slips.scales import scales
from refinery.repair.slips.separators import separators
from refinery.repair.slips.shares import shares
from refinery.repair.slips.sight import Slips
from refinery.repair.slips.strangers import strangers
from refinery.repair.slips.tables import tables
from refinery.repair.slips.tallies import tallies
from refinery.repair.slips.unquoted import unquoted
from refinery.repair.slips.values import values
from refinery.repair.slips.written import written

SLIPS: tuple[Slips, ...] = (
    braces,
    formats,
    markup,
    labels,
    samples,
    cells,
    quoting,
    tables,
    bounds,
    values,
    order,
    broken,
    rounds,
    pointers,
    strangers,
    separators,
    scales,
    firsts,
    cycles,
    edges,
    quoted,
    exchanged,
    written,
    routes,
    kinds,
    documented,
    paths,
    shares,
    tallies,
    unquoted,
    rates,
)
