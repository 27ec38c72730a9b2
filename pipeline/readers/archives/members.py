"""Names of archive members: decodes them, makes them safe paths, and matches them against patterns."""

import unicodedata
from collections.abc import Sequence
from fnmatch import fnmatchcase

import regex

from pipeline.model.record import ReaderError

REMEDY = "split the archive, or raise [input.limits] members"
NONE_TAKEN = "contains only folders, and members that [input] include does not name or that begin with . or _"
"""Why an archive without matching members yields nothing."""
DRIVE = regex.compile(r"[A-Za-z]:(?! )")
"""A drive letter of Windows. A title may be `Q: who is there.txt`."""
NOT_SHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories that no file name needs: controls, lone surrogates, line separators."""


def decoded(raw: bytes) -> str:
    """Decodes a name in an unknown encoding: UTF-8, else that of Chinese Windows, else that of DOS.

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
    """Returns the path of a member with `/`, without empty and `.` parts.

    Raises `ReaderError` for a path that leads out of the archive. Nothing is ever written to it, but an archive with
    one is malicious or broken.

    >>> path_of("./wire//a.txt"), path_of("wire/b/"), path_of("./")
    ('wire/a.txt', 'wire/b', '')
    """
    if any(unicodedata.category(char) in NOT_SHOWN for char in name):
        raise ReaderError("its name contains an invalid character; rename it in the archive")
    slashed = name.replace("\\", "/")
    if slashed.startswith("/") or DRIVE.match(slashed):
        raise ReaderError("its name is an absolute path; repack the archive with relative paths")
    if ".." in slashed.split("/"):
        raise ReaderError("its name leads out of the archive; repack the archive without `..`")
    return "/".join(part for part in name.split("/") if part not in {"", "."})


def passed_over(path: str, include: Sequence[str]) -> bool:
    """Whether a member is skipped, as below a folder: its name begins with `_` or `.`, or matches no pattern.

    >>> passed_over("__MACOSX/a.txt", ["*"]), passed_over("wire/a.txt", ["*.txt"]), passed_over("wire/a.md", ["*.txt"])
    (True, False, True)
    """
    if any(part.startswith((".", "_")) for part in path.split("/")):
        return True
    return not any(fnmatchcase(path, pattern) for pattern in include)
