"""All attacks: those of the table in `docs/security.md`, and variants of each, some of them random."""

import random
from collections.abc import Iterator

from hostile.attack import Attack
from hostile.contents import CONTENTS
from hostile.folders import FOLDERS
from hostile.outputs import OUTPUTS, OutputAttack
from hostile.packed import FAST, PACKED, packed, plain
from hostile.servers import SERVERS, WebAttack
from hostile.tables import TABLES

SMALL = (".gz", ".zst", ".bz2", ".xz", ".zip", ".tar")
SOME = 0.25
"""The share of small contents that are also met packed."""


def attacks(seed: int) -> Iterator[Attack | WebAttack | OutputAttack]:
    """Every kind of excess in every format, with random compression and size."""
    chance = random.Random(seed)
    for content in CONTENTS:
        if content.large:
            yield packed(content, chance.choice((*FAST, ".zip")))
        else:
            yield plain(content)
            if chance.random() < SOME:
                yield packed(content, chance.choice(SMALL))
    yield from PACKED
    yield from TABLES
    yield from FOLDERS
    yield from SERVERS
    yield from OUTPUTS
