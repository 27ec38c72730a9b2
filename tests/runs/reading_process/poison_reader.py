"""A reader that crashes, hangs or allocates memory if a line says so; installed as a package for a test."""

READER = '''\
import ctypes
import itertools
import os
import re
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pipeline.model.article import Origin
from pipeline.readers.reader import Claim
from pipeline.model.record import Record, Unreadable

HEAD = b"POISON\\n"


def once(mark):
    """Whether this is the first time."""
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


@dataclass(frozen=True)
class Poison:
    """Each line behind the first is a document; its words say what its reading does."""

    name: ClassVar = "poison"
    protocol: ClassVar = 1
    marks: str = ""

    def sniff(self, source):
        if source.head.startswith(b"BAD SNIFF"):
            raise ZeroDivisionError("by zero")
        if source.head.startswith(b"FATAL SNIFF"):
            ctypes.string_at(0)
        return Claim.CONTENT if source.head.startswith(HEAD) else Claim.NONE

    def read(self, source, options):
        source.stream.readline()
        for number, line in enumerate(iter(source.stream.readline, b""), 1):
            text = line.decode()
            if "SEGFAULT" in text:
                ctypes.string_at(0)
            if "BUS" in text:
                Path(self.marks, "shrink").unlink(missing_ok=True)
                os.truncate(source.path, 10)
                os.kill(os.getpid(), signal.SIGBUS)
            if "KILL" in text and ("ONCE" not in text or once(Path(self.marks, "killed"))):
                os.kill(os.getpid(), signal.SIGKILL)
            if "STOP" in text and once(Path(self.marks, "stopped")):
                os.kill(os.getpid(), signal.SIGSTOP)
            if "EXIT" in text:
                os._exit(3)
            if "SLEEP" in text:
                time.sleep(3600)
            if "REGEX" in text:
                # Holds the interpreter: no other thread of this process gets a turn.
                re.match(r"(a|aa)+$", "a" * 64 + "b")
            if "EAT" in text:
                eaten = []
                while True:
                    eaten.append(bytearray(1 << 24))
            if "INTERRUPT" in text:
                raise KeyboardInterrupt
            if "ENDLESS" in text:
                while True:
                    pass
            if "FOREVER" in text:
                for more in itertools.count(1):
                    time.sleep(0.05)
                    yield Unreadable(f"{source.id}#{more}", f"{source.id}#{more}")
            if "BAD" in text:
                yield Unreadable(f"{source.id}#{number}", "says that it is bad")
                continue
            origin = Origin(
                path=source.location.file, media_type="text/poison", member=None, row=number, field=None, sha256=None
            )
            yield Record(f"{source.id}#{number}", text, origin)
'''
PACKAGE = "poison-readers"
MODULE = "poison_readers"
NAME = "poison"
