"""What a store says of an object."""

import msgspec


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An object of a store: its name below the store, its bytes, and what changes when they do."""

    name: str
    size: int | None
    stamp: str | None
