"""A stage that misbehaves if a text asks for it, and runs in separate processes that can be killed.

The stage is a package of its own, installed for the test. A word of the text says what it does; `log` and `marks` are
folders in which it leaves traces: a file for each time a document is processed, and one that says it was here before.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from installed import InstalledPackages

POISON = '''\
import ctypes
import errno
import os
import re
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pipeline import Reject, Rule

RULE = Rule("poison.refused", "a text that asks to be turned down")


def once(mark):
    """Whether this is the first time."""
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def crash():
    ctypes.string_at(0)


@dataclass(frozen=True)
class Poison:
    """Misbehaves in the way that a text asks for."""

    name: ClassVar = "poison"
    after: ClassVar = frozenset()
    needs: ClassVar = frozenset()
    gives: ClassVar = frozenset({"poison.none"})
    rules: ClassVar = (RULE,)
    protocol: ClassVar = 1
    log: str = ""
    marks: str = ""
    pause: float = 0.0
    version: int = 1

    def find(self, document):
        if self.log:
            with open(self.log, "a", encoding="utf-8") as file:
                file.write(document.id + "\\n")
        if self.pause:
            time.sleep(self.pause)
        text = document.text
        if "CHILD" in text and os.fork() == 0:
            Path(self.marks, f"child-{os.getpid()}").touch()
            time.sleep(3600)
            os._exit(0)
        if "SEGFAULT" in text:
            crash()
        if "ABORT" in text:
            os.abort()
        if "KILL" in text and ("ONCE" not in text or once(Path(self.marks, "killed"))):
            os.kill(os.getpid(), signal.SIGKILL)
        if "EXIT" in text:
            os._exit(3)
        if "FULL" in text:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if "LEAVE" in text:
            sys.exit(3)
        if "INTERRUPT" in text:
            raise KeyboardInterrupt
        if "FORGET" in text:
            raise MemoryError
        if "SLEEP" in text:
            time.sleep(3600)
        if "REGEX" in text:
            # Holds the interpreter: no other thread of this process gets a turn.
            re.match(r"(a|aa)+$", "a" * 64 + "b")
        if "EAT" in text:
            eaten = []
            while True:
                eaten.append(bytearray(1 << 24))
        if "SHOUT" in text:
            print("noise " * 100_000)
            print("noise " * 100_000, file=sys.stderr)
        if "THREAD" in text:
            threading.Thread(target=time.sleep, args=(3600,)).start()
        if "REFUSE" in text:
            yield Reject(RULE.name, "asks for it")
'''

PACKAGE = "poison-stages 1.4"
GUARD = 900.0
"""Seconds that a test waits for an event; far more than a busy machine needs."""

RECIPE = 'recipe=["entities", "poison", "languages", "credits", "dialogue"]'
SMALL = 'recipe=["poison"]'

TALK = """The Mill at Weir {n}

ASTRID HOLM: Who turns the wheel in year {n}?

JON BERG: The river does, quot;as it always did quot;, and I grease it.

ASTRID HOLM: 冬天也转吗？

JON BERG: Not when the weir is ice. Then we mend sacks. {word}
"""


def talk(n: int, word: str = "") -> str:
    """An interview, different for each number. Its last word may be one that the stage reacts to."""
    return TALK.format(n=n, word=word)


def put(packages: InstalledPackages) -> None:
    """Installs the stage."""
    packages.put("poison-stages", "1.4", "poison_stages", POISON, "poison", attribute="Poison")


def texts(folder: Path, words: dict[str, str], *, count: int = 8) -> Path:
    """A folder with `count` documents `d000`, `d001`, …, and one for each of `words` that ends in that word."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        (folder / f"d{n:03}.txt").write_text(talk(n), encoding="utf-8")
    for name, word in words.items():
        (folder / f"{name}.txt").write_text(talk(len(name), word), encoding="utf-8")
    return folder


def lines(path: Path, rows: Sequence[tuple[str, str]]) -> Path:
    """A JSONL file with one document, an id and a text, on each line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in rows), encoding="utf-8")
    return path


def log_entries(output: Path, name: str = "failures") -> list[dict[str, Any]]:
    """The rows of a file of the run, by default those of failed documents."""
    return [json.loads(line) for line in (output / "_run" / f"{name}.jsonl").read_text("utf-8").splitlines()]


def account(output: Path) -> dict[str, int]:
    """The counters of the run without zeros; checks that no document is missing."""
    documents: dict[str, int] = json.loads((output / "_run" / "run.json").read_text("utf-8"))["documents"]
    ends = ("written", "failed", "rejected", "unchanged", "edited")
    assert documents["documents"] == sum(documents[end] for end in ends), documents
    return {name: count for name, count in documents.items() if count or name not in {"edited", "degraded"}}


def tree(output: Path) -> dict[str, bytes]:
    """The files of an output that do not depend on the single run: articles and lists of documents."""
    found = {}
    for path in sorted(output.rglob("*")):
        name = path.relative_to(output).as_posix()
        if path.is_file() and (not name.startswith("_run/") or name.endswith("s.jsonl") or "rejected" in name):
            found[name] = path.read_bytes()
    return found


def litter(output: Path) -> list[str]:
    """Files that a run must not leave behind: those that were being written."""
    return [path.name for path in output.rglob("*") if path.name.endswith(".part") or path.parent.name == "open"]


def processed(log: Path) -> Counter[str]:
    """How often each document was processed."""
    return Counter(log.read_text("utf-8").splitlines() if log.exists() else [])


class Running:
    """A run in a separate process group."""

    def __init__(self, packages: Path, *arguments: object) -> None:
        # Found by all processes of the run, whichever started them.
        self.badge = f"{os.getpid()}-{time.monotonic_ns()}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "run", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(packages), str(ROOT)]), "ORDEAL": self.badge},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def processes(self, kind: str | None = None) -> list[int]:
        """The living processes of the run other than itself: all, or those of a kind."""
        found = []
        mark = f"ORDEAL={self.badge}".encode()
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self.process.pid:
                continue
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0") and _lives(entry):
                    found.append(int(entry.name))
            except (OSError, ValueError):
                continue
        if kind is None:
            return found
        return [number for number in found if kind == _kind(number, self.process.pid)]

    def end(self, timeout: float = GUARD) -> tuple[int, str, str]:
        """Waits for its end: the exit code, and what was said."""
        out, err = self.process.communicate(timeout=timeout)
        return self.process.returncode, out, err

    def kill(self) -> None:
        """Ends it as no process can prevent."""
        self.process.kill()
        self.process.communicate()


def _lives(entry: Path) -> bool:
    return entry.joinpath("stat").read_text("utf-8").rpartition(")")[2].split()[0] not in {"Z", "X"}


def _kind(number: int, run: int) -> str:
    """The kind of a process: `server` forks the others, `tracker` tracks shared resources."""
    command = Path(f"/proc/{number}/cmdline").read_bytes()
    parent = int(Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
    if b"resource_tracker" in command:
        return "tracker"
    return "server" if parent == run else "worker"


ROOT = Path(__file__).resolve().parent.parent


def until(holds: Callable[[], Any]) -> Any:
    """Waits until `holds` returns a true value, and returns that."""
    deadline = time.monotonic() + GUARD
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)
    return found


@pytest.fixture
def running(packages: InstalledPackages) -> Iterator[Callable[..., Running]]:
    """Starts runs with the stage installed, and ends those that are left."""
    put(packages)
    started: list[Running] = []

    def start(*arguments: object) -> Running:
        started.append(Running(packages.folder, *arguments))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.kill()
        each.process.communicate()
        for number in each.processes():
            os.kill(number, 9)
