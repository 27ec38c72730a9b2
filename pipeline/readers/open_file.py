"""Opens files below an input folder safely: a file may have become a link or a pipe since it was found."""

import errno
import os
import stat
from typing import BinaryIO

from pipeline.readers.input_files import InputFile

NO_LINK = getattr(os, "O_NOFOLLOW", 0)
AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Flags: do not block on a pipe without a writer, and do not translate line ends on Windows."""
FOLDER = getattr(os, "O_DIRECTORY", 0)
STEPS = bool(NO_LINK) and os.open in os.supports_dir_fd
"""Whether this system can open a path folder by folder."""


def open_local_file(file: InputFile) -> BinaryIO:
    """Opens a local file for reading. Raises `OSError`.

    A file that the user named is opened whatever it is. A file found below a folder must be a regular file and, if
    links are not followed, no part of its path below that folder may be a link.
    """
    path = str(file.at)
    if file.named:
        return open(path, "rb")
    descriptor = _below(file.within, file.name) if file.within is not None and STEPS else _at(path)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is now a pipe, a socket or a device, not a file")
    except BaseException:
        # After an interrupt, too, nobody else would close it.
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def _at(path: str) -> int:
    return os.open(path, os.O_RDONLY | AT_ONCE)


def _below(folder: str, name: str) -> int:
    """Opens a path folder by folder, so that no link is followed and the path may be longer than the system allows."""
    *folders, last = name.split("/")
    above = os.open(folder, os.O_RDONLY | FOLDER | AT_ONCE)
    try:
        for part in folders:
            below = os.open(part, os.O_RDONLY | FOLDER | NO_LINK | AT_ONCE, dir_fd=above)
            os.close(above)
            above = below
        return os.open(last, os.O_RDONLY | NO_LINK | AT_ONCE, dir_fd=above)
    except OSError as error:
        # Linux reports ENOTDIR for a link where a folder is expected.
        if error.errno not in {errno.ELOOP, errno.ENOTDIR}:
            raise
        raise OSError("a part of its path is a link now; name the file, or use --follow-symlinks") from None
    finally:
        os.close(above)
