"""Folders with hostile names, links and special files, and documents with hostile ids."""

import json
import os
import random
import socket
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from hostile.attack import Attack, at_most
from pipeline.storage.file_names import file_name

TALK = "Editor: Who lights the lamp?\nInes Tal: My aunt did, and I do.\n"
LEVELS = 990


def _deep(raw: Path, _: random.Random) -> None:
    """Folders in each other, deeper than a path may be long."""
    here = os.open(raw, os.O_RDONLY)
    name = "attack"
    for _level in range(LEVELS):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here, name = inner, "d"
    with os.fdopen(os.open("deep.txt", os.O_WRONLY | os.O_CREAT, dir_fd=here), "w") as file:
        file.write(TALK)
    os.close(here)


def _deeper(raw: Path, _: random.Random) -> None:
    here, name = os.open(raw, os.O_RDONLY), "attack" + "n" * 200
    for _level in range(300):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    with os.fdopen(os.open("deep.txt", os.O_WRONLY | os.O_CREAT, dir_fd=here), "w") as file:
        file.write(TALK)
    os.close(here)


def _names(raw: Path, _: random.Random) -> None:
    for name in (
        "\x1b]0;attack\x07\x1b[2J", "\x1b[31mattack", "attack\r\nb", "attack\u202etxt.exe", "attack\u2028b",
        "attack\u200b", "-attack", "attack" + "x" * 240, "attack ", "attack.", "CON", "attack:b", "attack\\..\\b",
        "attack*?<>|\"", "attack\x7f", "attack\x9b31m",
    ):  # fmt: skip
        with suppress(OSError):
            (raw / f"{name}.txt").write_text(TALK, encoding="utf-8")
    with suppress(OSError):
        (Path(os.fsdecode(os.fsencode(raw) + b"/attack-\xff\xfe.txt"))).write_text(TALK, encoding="utf-8")


def _links(raw: Path, _: random.Random) -> None:
    secret = raw.parent / "secret.txt"
    secret.write_text("The key of the lamp room.\n", encoding="utf-8")
    (raw / "attack-link.txt").symlink_to(secret)
    (raw / "attack-folder").symlink_to(raw.parent)
    (raw / "attack-circle").symlink_to(raw)
    (raw / "attack-itself.txt").symlink_to("attack-itself.txt")
    (raw / "attack-gone.txt").symlink_to("nowhere.txt")
    (raw / "attack-system.txt").symlink_to("/proc/self/environ")
    (raw / "attack-endless.txt").symlink_to("/dev/zero")


def _special(raw: Path, _: random.Random) -> None:
    os.mkfifo(raw / "attack-pipe.txt")
    here = os.getcwd()
    os.chdir(raw)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("attack-socket.txt")
    finally:
        os.chdir(here)
    (raw / "attack-closed.txt").write_text(TALK, encoding="utf-8")
    (raw / "attack-closed.txt").chmod(0)


def _hole(raw: Path, _: random.Random) -> None:
    with (raw / "m-attack.txt").open("wb") as file:
        file.truncate(1 << 40)


def _many(raw: Path, chance: random.Random) -> None:
    folder = raw / "attack"
    folder.mkdir()
    for n in range(at_most(3000, chance)):
        (folder / f"{n}.bin").write_bytes(b"\0")


def _ids(*names: object) -> Callable[[Path, random.Random], None]:
    def write(raw: Path, _: random.Random) -> None:
        rows = [json.dumps({"id": name, "text": f"{TALK}{n} attack\n"}) for n, name in enumerate(names)]
        (raw / "m-attack.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")

    return write


def _forged(raw: Path, chance: random.Random) -> None:
    """Ids that are what other ids are shortened to."""
    long = "attack" + "".join(chance.choices("abcdefgh", k=300))
    forged = file_name(long).removesuffix(".json")
    _ids(long, forged, forged.upper(), f"{long}/{long}", f"{forged}/{forged}", file_name(long))(raw, chance)


def _nothing(_: Path, __: random.Random) -> None:
    """The attack consists of concurrent commands."""


COMPOSED = (
    "attack-café",
    unicodedata.normalize("NFD", "attack-café"),
    "attack-CAFÉ",
    "attack-ﬁ",
    "attack-fi",
    "attack-FI",
)
ESCAPING = (
    "../attack-outside", "../../attack-outside", "/tmp/attack-outside", "a/../../attack-outside", "..", ".", "", "/",
    "//attack", "attack//b", "attack/", "attack/.", "_run/state", "_run/lock", "_RUN/attack", "~/attack", "C:\\attack",
    "\\\\host\\attack", "attack\0b", "attack\nb", "\x1b[2Jattack", "\ud800attack", "CON", "nul.txt", "attack.",
    "attack ",
    "attack" + "x" * 300, "attack/" + "y" * 5000, "attack/" * 2000, "attack-\u202e", "%2e%2e%2fattack", "a-sound.json",
)  # fmt: skip
SAME = (
    "attack",
    "Attack",
    "ATTACK",
    "attack.json",
    "attack ",
    "attack.",
    "attack\u200b",
    "attack/x",
    "Attack/x",
    "ATTACK/X",
)


def _folders() -> Iterator[Attack]:
    yield Attack(f"folder: {LEVELS} levels", _deep)
    yield Attack("folder: paths longer than the system allows", _deeper)
    yield Attack("folder: hostile names", _names)
    yield Attack("folder: links", _links, part="links")
    yield Attack("folder: pipes, sockets, unreadable files", _special)
    yield Attack("folder: file of a terabyte of nothing", _hole)
    yield Attack("folder: files", _many)
    yield Attack("ids: that differ in Unicode form", _ids(*COMPOSED), part="ids")
    yield Attack("ids: that differ in case", _ids(*SAME), part="ids")
    yield Attack("ids: that leave the output", _ids(*ESCAPING), part="ids")
    yield Attack(
        "ids: of no text", _ids(None, 0, -1, 1.5, True, [], {}, [["attack"]], {"attack": 1}, 10**30), part="ids"
    )
    yield Attack("ids: that forge a shortened name", _forged, part="ids")
    yield Attack("exports: two to one target, one killed", _nothing, part="exports")


FOLDERS: tuple[Attack, ...] = tuple(_folders())
