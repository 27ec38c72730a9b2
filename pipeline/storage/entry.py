"""What a store says of an object."""

import msgspec


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An object of a store: its name below the store, its bytes, and what changes when they do.

    `moved_to` is the host that a web server redirected to, if it did.
    """

    name: str
    size: int | None
    stamp: str | None
    moved_to: str = ""
