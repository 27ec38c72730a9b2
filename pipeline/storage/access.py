"""What a file of the web may cost, and which addresses it may come from."""

import msgspec


class Access(msgspec.Struct, frozen=True):
    """Limits of one download. It is small and picklable, and part of each `Remote`.

    `allow_private` allows addresses of this machine and its networks. `seconds` is the time to wait for the server in
    all, `idle` the time for each 64 KiB, `size` the most bytes, `copied` the most bytes of a file of unknown length
    that are put into the temporary folder. `said` is the host a redirect led to, where the user knows about it.
    """

    allow_private: bool = False
    seconds: float = 3600.0
    """An hour of waiting is 36 GB at 10 MB/s; the time in which the documents are processed is not counted."""
    idle: float = 60.0
    """Proxies and web servers give up after 60 seconds by default, so a sound one has answered by then."""
    size: int = 1 << 38
    """256 GiB: ten times the largest dumps that are one file, such as Wikipedia's (24 GB)."""
    copied: int = 1 << 32
    """4 GiB: a server knows the length of a file; only what it makes while it sends it has none."""
    said: str = ""
