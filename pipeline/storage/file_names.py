"""The file name of an article, and how two articles never get names that some file system takes for one.

A name is made of the id alone, so that an article is found by its id. Two ids can still have names that are one file
on some file system: `A` and `a`, or `é` as one or as two code points. Then the first one in the order of the documents
keeps the plain name, and each later one gets a name that ends in a hash of its id. This is so on every system, so that
the output does not depend on where it was made.
"""

import hashlib
import re
import unicodedata
from typing import Final, Protocol

import regex

MAX_NAME_BYTES: Final = 150
"""Bytes of a file's or folder's name; most file systems allow 255."""
UNSAFE = frozenset('<>:"\\|?*%') | {chr(code) for code in [*range(32), 127]}
DEVICES = frozenset([
    "con", "prn", "aux", "nul", "conin$", "conout$", "clock$",
    *(f"{port}{n}" for port in ("com", "lpt") for n in (*range(10), *"¹²³")),
])  # fmt: skip
"""Names that Windows keeps for devices, whatever follows after a dot."""

IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}+")
"""Characters that ext4 with `casefold` and HFS+ leave out when they compare names."""
HASH_END = re.compile(r"~(?:[0-9a-f]{16}|[0-9a-f]{32})\Z")
"""The end of a name that was shortened, or that is told from another one: no other name ends so."""
SHORT_NAME = re.compile(r"[^.]{1,6}~[0-9]{1,6}(?:\.[^.]{0,3})?")
"""Such as `LONGFI~1`: FAT and NTFS give a second name of this form to a file with a longer one."""
SIMPLE = re.compile(
    r"(?:(?!(?i:con|prn|aux|nul|(?:com|lpt)[0-9])(?:/|$))"
    r"[A-Za-z0-9\u4e00-\u9fff](?:[A-Za-z0-9 _\u4e00-\u9fff-]*[A-Za-z0-9_\u4e00-\u9fff-])?(?:/|$))+(?<!/)"
)
"""Most ids: nothing in them is encoded, and their key is the id in small letters. Only a shortcut."""
LONGEST_SIMPLE: Final = 40
"""Characters of such an id, few enough that no part is too long for a file name in UTF-8."""


def folded(name: str) -> str:
    """The same for all names that some file system takes for one file.

    File systems differ: Windows compares upper case, APFS and ext4 compare decomposed and folded names, HFS+ and ext4
    leave out characters that are not seen. This makes equal whatever is equal on any of them, and a little more.

    >>> folded("Straße"), folded("ſo") == folded("SO")
    ('strasse', True)
    """
    if name.isascii():
        return name.lower()
    plain = unicodedata.normalize("NFD", IGNORABLE.sub("", name))
    return unicodedata.normalize("NFD", plain.upper().casefold())


def file_name(name: str, suffix: str = ".json", *, apart: bool = False) -> str:
    """The relative path of a document's file: its id, made safe for every file system, and `suffix`.

    What no file system should see is percent-encoded, as is a leading `_` or `.` (readers of data pass those over),
    a trailing `.` or blank, and the dot of a folder's `suffix`, so that no folder stands where an article goes; a part
    over 150 bytes is cut and ends in a hash of the whole. With `apart` the last part ends in a hash of the id, for a
    document whose plain name is another one's on some file system.
    """
    *folders, last = name.split("/")
    digest = f"~{_hash(name, 32)}" if apart else ""
    return "/".join([*(_safe(part, "", suffix) for part in folders), _safe(last, suffix, suffix, digest)])


def comparison_key(name: str) -> str:
    """The same for all ids whose articles would be one file on some file system."""
    if len(name) <= LONGEST_SIMPLE and SIMPLE.fullmatch(name):
        return name.lower()
    return folded(file_name(name)).removesuffix(".json")


def is_called(file: str, name: str) -> bool:
    """Whether the path of a file, or its end, is that of the article of this id, as far as file systems tell.

    >>> is_called("a.json", "wire/a"), is_called("b.json", "wire/a")
    (True, False)
    """
    found = folded(file)
    expected = (folded(file_name(name, apart=apart)) for apart in (False, True))
    return any(each == found or each.endswith(f"/{found}") for each in expected)


class Names(Protocol):
    """A set of strings."""

    def add(self, name: str) -> bool:
        """Whether the string is new; from now on it is not."""
        ...

    def __contains__(self, name: str) -> bool:
        """Whether it was added."""
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
        """Takes a file name for an id that is new; whether it is the one with a hash, since the plain one is taken."""
        wanted = comparison_key(name)
        if wanted == name:
            return self._any and wanted in self._keys
        self._any = True
        return not self._keys.add(wanted) or self._has_plain(wanted)

    def is_taken(self, name: str) -> bool:
        """Whether the plain file name of an id that was not taken yet is taken."""
        wanted = comparison_key(name)
        return (self._any and wanted in self._keys) or (wanted != name and self._has_plain(wanted))

    def _has_plain(self, wanted: str) -> bool:
        """Whether there is an id that is the key itself."""
        return wanted in self._ids and comparison_key(wanted) == wanted


class FewNames:
    """A set of strings in memory, as 8 bytes each and what a Python set takes."""

    def __init__(self) -> None:
        self._hashes: set[int] = set()

    def add(self, name: str) -> bool:
        """Whether the string is new; from now on it is not."""
        before = len(self._hashes)
        self._hashes.add(hash(name))
        return len(self._hashes) > before

    def __contains__(self, name: str) -> bool:
        return hash(name) in self._hashes


def _safe(part: str, suffix: str, of_files: str, digest: str = "") -> str:
    """A part of an id as a part of a path; `digest` is put before the suffix where the part is told from another."""
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
    """As many characters as have room in so many bytes."""
    data = encoded.encode("utf-8", "surrogatepass")
    if len(data) > room:
        # Not within a character, of which all bytes but the first begin with 10.
        while data[room] & 0xC0 == 0x80:
            room -= 1
    return data[:room].decode("utf-8", "surrogatepass")


def _without_last(char: str, encoded: str) -> str:
    """The name with the last one of these characters percent-encoded."""
    before, _, after = encoded.rpartition(char)
    return f"{before}{_percent(char)}{after}"


def _hash(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))
