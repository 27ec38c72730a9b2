"""Names the files of articles so that no two of them are the same file on any file system.

A name is made from the id alone, so that an article can be found by its id. Two ids can still have names that are one
file on some file system: `A` and `a`, or `é` as one or as two code points. Then the first one in the order of the
documents keeps the plain name, and each later one gets a name that ends in a hash of its id. This is the same on every
system, so the output does not depend on where it was made.
"""

import hashlib
import re
import unicodedata
from typing import Final, Protocol

import regex

MAX_NAME_BYTES: Final = 150
"""Bytes of a file or folder name; most file systems allow 255."""
UNSAFE = frozenset('<>:"\\|?*%') | {chr(code) for code in [*range(32), 127]}
DEVICES = frozenset([
    "con", "prn", "aux", "nul", "conin$", "conout$", "clock$",
    *(f"{port}{n}" for port in ("com", "lpt") for n in (*range(10), *"¹²³")),
])  # fmt: skip
"""Names that Windows reserves for devices, whatever follows after a dot."""

IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
"""Characters that ext4 with `casefold` and HFS+ ignore when they compare names."""
HASH_END = re.compile(r"~(?:[0-9a-f]{16}|[0-9a-f]{32})\Z")
"""The end of a name that was shortened or made unique. No other name ends like this."""
SHORT_NAME = re.compile(r"[^.]{1,6}~[0-9]{1,6}(?:\.[^.]{0,3})?")
"""Such as `LONGFI~1`: FAT and NTFS give a file with a long name a second name of this form."""
SIMPLE = re.compile(
    r"""
    (?:
        (?!(?i:con|prn|aux|nul|(?:com|lpt)[0-9])(?:/|$))           # not a device: con, LPT1
        [A-Za-z0-9\u4e00-\u9fff]                                   # no leading _ or space: a, 盐
        (?:
            [A-Za-z0-9\N{SPACE}_\u4e00-\u9fff-]*[A-Za-z0-9_\u4e00-\u9fff-]  # no space at the end: 2024_盐 b-1
        )?
        (?:/|$)                                                    # wire/a
    )+
    (?<!/)                                                         # not wire/
    """,
    re.VERBOSE,
)
"""Matches most ids: nothing in them is encoded, and their key is the id in lower case. Only a fast path."""
LONGEST_SIMPLE: Final = 40
"""Maximum characters of such an id, so that no part is too long for a file name in UTF-8."""


def folded(name: str) -> str:
    """Returns a key that is equal for all names that some file system treats as the same file.

    File systems differ: Windows compares upper case, APFS and ext4 compare decomposed and folded names, HFS+ and ext4
    ignore invisible characters. Names that are equal on any of them have equal keys, and so do a few more.

    >>> folded("Straße"), folded("ſo") == folded("SO")
    ('strasse', True)
    """
    if name.isascii():
        return name.lower()
    plain = unicodedata.normalize("NFD", IGNORABLE.sub("", name))
    return unicodedata.normalize("NFD", plain.upper().casefold())


def file_name(name: str, suffix: str = ".json", *, apart: bool = False) -> str:
    """Returns the relative path of a document's file: its id, made safe for every file system, and `suffix`.

    Unsafe characters are percent-encoded, and so are a leading `_` or `.` (programs that read data skip such files), a
    trailing `.` or space, and the dot of a folder's `suffix`, so that no folder has the name of an article. A part over
    150 bytes is cut and ends in a hash of the whole. With `apart` the last part ends in a hash of the id, for a
    document whose plain name is that of another one on some file system.
    """
    *folders, last = name.split("/")
    digest = f"~{_hash(name, 32)}" if apart else ""
    return "/".join([*(_safe(part, "", suffix) for part in folders), _safe(last, suffix, suffix, digest)])


def comparison_key(name: str) -> str:
    """Returns a key that is equal for all ids whose articles would be the same file on some file system."""
    if len(name) <= LONGEST_SIMPLE and SIMPLE.fullmatch(name):
        return name.lower()
    return folded(file_name(name)).removesuffix(".json")


def is_called(file: str, name: str) -> bool:
    """Whether a path, or its end, is the file of the article with this id, as far as file systems can distinguish.

    >>> is_called("a.json", "wire/a"), is_called("b.json", "wire/a")
    (True, False)
    """
    folded_file = folded(file)
    expected = (folded(file_name(name, apart=apart)) for apart in (False, True))
    return any(each == folded_file or each.endswith(f"/{folded_file}") for each in expected)


class Names(Protocol):
    """A set of strings."""

    def add(self, name: str) -> bool:
        """Adds a string, and returns whether it is new."""
        ...

    def __contains__(self, name: str) -> bool:
        """Whether the string was added."""
        ...


class FileNames:
    """Decides, in the order of the documents, which of them get the plain file name.

    `ids` must hold each id before `take` is called with it, and no others. `keys` holds the keys of those ids whose key
    is not the id itself. It is empty at first.
    """

    def __init__(self, ids: Names, keys: Names) -> None:
        self._ids = ids
        self._keys = keys
        self._any = False

    def take(self, name: str) -> bool:
        """Takes a file name for a new id. Returns whether it is the one with a hash, because the plain one is taken."""
        wanted = comparison_key(name)
        if wanted == name:
            return self._any and wanted in self._keys
        self._any = True
        return not self._keys.add(wanted) or self._has_plain(wanted)

    def is_taken(self, name: str) -> bool:
        """Whether the plain file name of an id, which was not passed to `take` yet, is taken."""
        wanted = comparison_key(name)
        return (self._any and wanted in self._keys) or (wanted != name and self._has_plain(wanted))

    def _has_plain(self, wanted: str) -> bool:
        """Whether there is an id equal to the key."""
        return wanted in self._ids and comparison_key(wanted) == wanted


class FewNames:
    """A set of strings in memory, 8 bytes each plus the overhead of a Python set."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()

    def add(self, name: str) -> bool:
        """Adds a string, and returns whether it is new."""
        before = len(self._hashes)
        self._hashes.add(hash(name))
        return len(self._hashes) > before

    def __contains__(self, name: str) -> bool:
        return hash(name) in self._hashes


def _safe(part: str, suffix: str, of_files: str, digest: str = "") -> str:
    """Encodes a part of an id as a part of a path; `digest` is inserted before the suffix to make it unique."""
    plain = folded(part)
    encoded = "".join(_percent(c) if c in UNSAFE else c for c in part)
    is_device = plain.split(".", maxsplit=1)[0].rstrip(" ") in DEVICES
    if plain.startswith((".", "_")) or is_device or (part and not plain):
        encoded = _percent(part[0]) + encoded[1:]
    if not suffix and encoded.endswith((".", " ")):
        encoded = encoded[:-1] + _percent(encoded[-1])
    if not suffix and plain.endswith(of_files):
        encoded = _without_last(".", encoded)
    if "~" in encoded and (HASH_END.search(plain[-33:]) or SHORT_NAME.fullmatch(f"{encoded}{digest}{suffix}")):
        encoded = _without_last("~", encoded)
    if digest or len(encoded.encode("utf-8", "surrogatepass")) + len(suffix) > MAX_NAME_BYTES:
        end = digest or f"~{_hash(part, 16)}"
        room = MAX_NAME_BYTES - len(suffix) - len(end)
        encoded = _cut(encoded, room) + end
    return (encoded or "%") + suffix


def _cut(encoded: str, room: int) -> str:
    """Returns as many characters as fit in `room` bytes."""
    data = encoded.encode("utf-8", "surrogatepass")
    if len(data) > room:
        # Do not cut inside a character: all its bytes but the first begin with the bits 10.
        while data[room] & 0xC0 == 0x80:
            room -= 1
    return data[:room].decode("utf-8", "surrogatepass")


def _without_last(char: str, encoded: str) -> str:
    """Returns the name with its last character percent-encoded if it is one of `char`."""
    before, _, after = encoded.rpartition(char)
    return f"{before}{_percent(char)}{after}"


def _hash(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))
