"""The names of an archive's members: decoded, made a path that stays where it is, and chosen by."""

import unicodedata
from collections.abc import Sequence
from fnmatch import fnmatchcase

import regex

from pipeline.model.record import ReaderError

REMEDY = "split the archive, or raise [input.limits] members"
NONE_TAKEN = "holds only folders, and members that [input] include does not name or that begin with . or _"
"""Why an archive of something gives nothing."""
DRIVE = regex.compile(r"[A-Za-z]:(?! )")
"""A drive of Windows; a title may be `Q: who is there.txt`."""
NOT_SHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Categories of characters that no name of a file has any use for: controls, lone surrogates, ends of lines."""


def decoded(raw: bytes) -> str:
    """A name whose encoding nobody says: UTF-8, else what Chinese Windows writes, else what DOS wrote.

    >>> decoded("渡口.txt".encode()), decoded("渡口.txt".encode("gb18030")), decoded("caf\\u00e9.txt".encode("cp437"))
    ('渡口.txt', '渡口.txt', 'café.txt')
    """
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def path_of(name: str) -> str:
    """The path of a member with `/`, without steps that lead nowhere. Raises `ReaderError` for one that leads out.

    Nothing is ever written under such a path; who names a member so means harm, or made the archive in a broken way.

    >>> path_of("./wire//a.txt"), path_of("wire/b/"), path_of("./")
    ('wire/a.txt', 'wire/b', '')
    """
    if any(unicodedata.category(char) in NOT_SHOWN for char in name):
        raise ReaderError("its name holds a character that is no text; rename it in the archive")
    slashed = name.replace("\\", "/")
    if slashed.startswith("/") or DRIVE.match(slashed):
        raise ReaderError("its name is an absolute path; pack the archive anew with relative ones")
    if ".." in slashed.split("/"):
        raise ReaderError("its name leads out of the archive; pack the archive anew without `..`")
    return "/".join(part for part in name.split("/") if part not in {"", "."})


def passed_over(path: str, include: Sequence[str]) -> bool:
    """Whether a member is none that is asked for: as below a folder, names in `_` or `.` and those no pattern fits.

    >>> passed_over("__MACOSX/a.txt", ["*"]), passed_over("wire/a.txt", ["*.txt"]), passed_over("wire/a.md", ["*.txt"])
    (True, False, True)
    """
    if any(part.startswith((".", "_")) for part in path.split("/")):
        return True
    return not any(fnmatchcase(path, pattern) for pattern in include)
