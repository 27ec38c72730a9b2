"""Hostile files, servers and outputs, each next to sound documents.

Each attack is built in a folder of its own and handled by the real command. A watchdog kills the command if it takes
too much memory, disk or time: then the attack has succeeded.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
from collections.abc import Sequence
from contextlib import closing, suppress
from functools import cache
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from hostile import table
from hostile.attack import Attack
from hostile.outputs import OutputAttack
from hostile.servers import WebAttack, served
from ordeal import ROOT, talk

import pipeline
from pipeline.exporters.json import write_article
from soak.part import Figures, Part, check

SEED = int(os.environ.get("ATTACK_SEED", "26"))
ONLY = os.environ.get("ATTACKS", "")
"""A part of the names of the attacks to run; all by default."""
MEMORY = 3 << 30
"""Bytes that all processes of a command may take together: two workers of 2 GiB at most, which nothing sound needs."""
DISK = 2 << 30
SECONDS = float(os.environ.get("ATTACK_SECONDS", "60"))
SAMPLED = 0.05
SOUND = ("a-sound", "z-sound")
RUN = ("-m", "pipeline", "run")
SETTINGS = ("--workers", "2", "--set", "run.seconds=10", "--set", "input.limits.seconds=10")
"""A sixth of the defaults: a document, or a file, is tried twice before it is given up."""
WEB_SETTINGS: tuple[str, ...] = (
    *("--set", "input.limits.download_idle=5", "--set", "input.limits.download_seconds=15"),
    *("--set", f"input.limits.copied={1 << 28}"),
)
"""Those that shorten how long a server is waited for, and how much it may send."""
WORDS = talk(26)


class Measured(msgspec.Struct):
    """A command that ended or was killed; `killed` says why."""

    code: int
    seconds: float
    peak: int
    said: str
    killed: str | None = None
    left: int = 0
    """Processes that outlived it."""


def measured(command: Sequence[object], folder: Path, *, stdin: Path | None = None) -> Measured:
    """Runs a command of the pipeline in `folder` under the watchdog."""
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    said = folder / "said"
    began, peak, killed = time.monotonic(), 0, None
    with said.open("wb") as log, (stdin or Path(os.devnull)).open("rb") as given:
        process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            cwd=folder, stdin=given, stdout=log, stderr=log, start_new_session=True,
            env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": f"{ROOT}", "PYTHONSAFEPATH": ""},
        )  # fmt: skip
        looks = 0
        while process.poll() is None:
            found = _session(process.pid)
            peak = max(peak, sum(map(_memory, found)))
            looks += 1
            if peak > MEMORY:
                killed = "memory"
            elif time.monotonic() - began > SECONDS:
                killed = "time"
            elif looks % 10 == 0 and _disk(folder) > DISK:
                killed = "disk"
            if killed:
                _end(process.pid)
                break
            time.sleep(SAMPLED)
        process.wait()
    seconds = time.monotonic() - began
    left = _session(process.pid)
    if left and killed is None:
        # Those that are just ending are given a moment.
        time.sleep(1)
        left = _session(process.pid)
    _end(process.pid)
    with said.open("rb") as log:
        text = log.read(1 << 20).decode("utf-8", "replace")
    return Measured(process.returncode, seconds, peak, text, killed, len(left) if killed is None else 0)


def _session(number: int) -> list[int]:
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError, ValueError):
                fields = Path(entry.path, "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
                if int(fields[3]) == number and fields[0] not in {"Z", "X"}:
                    found.append(int(entry.name))
    return found


def _memory(number: int) -> int:
    """Returns the memory of a process in bytes; shared memory is divided among its processes."""
    with suppress(OSError, ValueError, IndexError):
        text = Path(f"/proc/{number}/smaps_rollup").read_text("utf-8")
        return int(text.partition("\nPss:")[2].split()[0]) * 1024
    return 0


def _disk(folder: Path) -> int:
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(top, name)).st_blocks * 512
    return total


def _end(session: int) -> None:
    """Ends all processes of a session that this part started."""
    for _ in range(20):
        found = _session(session)
        if not found:
            return
        for number in found:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.05)


class Row(msgspec.Struct):
    """A line of the table: the attack, and in `faults` what it achieved."""

    name: str
    size: int
    measured: Measured
    faults: list[str]

    def line(self) -> str:
        result = "; ".join(self.faults) if self.faults else "withstood"
        seconds, peak = self.measured.seconds, self.measured.peak / 1e6
        return f"{self.name[:56]:56} {self.size:>11,} {seconds:>7.1f} {peak:>7,.0f}  {result}"


HEAD = f"{'attack':56} {'bytes':>11} {'seconds':>7} {'peak MB':>7}  result"


def attacks(folder: Path) -> Figures:
    """Every attack of the table and of the generator."""
    print(HEAD)
    rows = []
    for number, each in enumerate(table.attacks(SEED)):
        if ONLY in each.title:
            place = folder / f"{number:03}"
            place.mkdir()
            row = met(each, place)
            print(row.line(), flush=True)
            rows.append(row)
            # Python gives up on folders as deep as some of these.
            subprocess.run(["rm", "-rf", str(place)], check=True)
    check(bool(rows), f"no attack has {ONLY!r} in its name")
    failed = [row for row in rows if row.faults]
    check(not failed, f"{len(failed)} of {len(rows)} attacks succeeded")
    return {
        "attacks": f"{len(rows)}",
        "most memory of a run, MB": f"{max(row.measured.peak for row in rows) / 1e6:,.0f}",
        "longest run, seconds": f"{max(row.measured.seconds for row in rows):,.0f}",
        "attacks that hurt a sound document, or went unnamed": "0",
    }


PARTS: tuple[Part, ...] = (attacks,)


def met(each: Attack | WebAttack | OutputAttack, folder: Path) -> Row:
    """Runs one attack."""
    raw = folder / "raw"
    raw.mkdir()
    for name in SOUND:
        raw.joinpath(f"{name}.txt").write_text(f"{WORDS}{name}\n", encoding="utf-8")
    chance = random.Random(f"{SEED} {each.name}")
    if isinstance(each, WebAttack):
        return _web(each, folder)
    if isinstance(each, OutputAttack):
        return _output(each, folder, chance)
    if each.part == "exports":
        return _exports(each, folder)
    return _files(each, folder, raw, chance)


def _files(each: Attack, folder: Path, raw: Path, chance: random.Random) -> Row:
    """A hostile file in a folder of raw documents."""
    each.write(raw, chance)
    size, before = _size(raw), _outside(folder)
    done = measured([*RUN, "raw", "-o", "out", *SETTINGS], folder)
    faults = judged(done, folder / "out")
    faults += [f"wrote {name}" for name in sorted(_outside(folder) - before)[:3]]
    if each.part == "ids":
        faults += _one_file_each(folder / "out", done)
    if each.part == "links" and not faults:
        faults += [
            f"followed {path.name}" for path in folder.joinpath("out").rglob("*attack*") if _came_from_link(path)
        ]
    return Row(each.title, size, done, faults)


def _came_from_link(path: Path) -> bool:
    return path.is_file() and path.suffix == ".json"


def _one_file_each(output: Path, done: Measured) -> list[str]:
    """Whether each written document has a file, also on a file system that does not distinguish some names."""
    if done.killed or not (output / "_run" / "run.json").exists():
        return []
    written = json.loads((output / "_run" / "run.json").read_text("utf-8"))["documents"]["written"]
    files = [path for path in output.rglob("*.json") if path.parent != output / "_run"]
    names = {unicodedata.normalize("NFD", str(path).casefold()) for path in files}
    faults = []
    if len(files) != written:
        faults.append(f"{written} written, {len(files)} files")
    if len(names) != len(files):
        faults.append(f"{len(files) - len(names)} of {len(files)} files are one with another where case does not count")
    return faults


def _web(each: WebAttack, folder: Path) -> Row:
    """A hostile server, read together with a folder of sound documents."""
    with served(each.answer) as port:
        url = f"http://127.0.0.1:{port}/{each.path}"
        allow = ["--allow-private"] if each.allowed and _knows("--allow-private") else []
        done = measured([*RUN, url, "raw", "-o", "out", *SETTINGS, *WEB_SETTINGS, *allow], folder)
    faults = judged(done, folder / "out")
    if not each.allowed and "m-attack" in "".join(map(str, folder.joinpath("out").rglob("*.json"))):
        faults.append("was read")
    return Row(each.title, 0, done, faults)


@cache
def _knows(option: str) -> bool:
    told = subprocess.run([sys.executable, *RUN, "--help"], capture_output=True, text=True, check=True, cwd=ROOT)
    return option in told.stdout


def _output(each: OutputAttack, folder: Path, chance: random.Random) -> Row:
    """A hostile output, read by every command that reads outputs."""
    output, sound = folder / "back", folder / "sound"
    articles = [pipeline.process(f"{WORDS}{name}\n", id=name) for name in SOUND]
    for place in (output, sound):
        for article in articles:
            write_article(article, place)
    each.write(output, [msgspec.json.encode(article) for article in articles], chance)
    size, before = _size(output), _outside(folder)
    source = f"back/{each.file}" if each.file else "back"
    total = Measured(0, 0.0, 0, "")
    said: dict[str, list[str]] = {}
    for verb, command in _reading(source).items():
        done = measured(command, folder)
        total.seconds += done.seconds
        total.peak = max(total.peak, done.peak)
        for fault in judged_end(done, folder, (0, 1, 2)):
            said.setdefault(fault, []).append(verb)
        if done.code in {1, 2} and not done.said.strip():
            said.setdefault("nothing said", []).append(verb)
    faults = [f"{' '.join(verbs)}: {fault}" for fault, verbs in said.items()]
    if each.file is None:
        missing = [name for name in SOUND if not (folder / "restored" / f"{name}.txt").is_file()]
        text = (folder / "exported.jsonl").read_text("utf-8") if (folder / "exported.jsonl").is_file() else ""
        missing += [name for name in SOUND if f'"id":"{name}"' not in text]
        faults += [f"{len(missing)} sound documents not restored or exported"] if missing else []
    faults += [f"wrote {name}" for name in sorted(_outside(folder) - before)[:3]]
    return Row(each.title, size, total, faults)


def _reading(source: str) -> dict[str, list[object]]:
    """The commands that read an output, and the function."""
    code = (
        "import pipeline\ncount = 0\ntry:\n    for _ in pipeline.read({!r}): count += 1\n"
        "except pipeline.PipelineError as error: print(ascii(str(error))[:200])\nprint(count)"
    )
    return {
        "verify": ["-m", "pipeline", "verify", source],
        "export": ["-m", "pipeline", "export", source, "-o", "exported.jsonl"],
        "diff": ["-m", "pipeline", "diff", "sound", source],
        "restore": ["-m", "pipeline", "restore", source, "-o", "restored"],
        "explain": ["-m", "pipeline", "explain", source, "--doubtful"],
        "read": ["-c", code.format(source)],
    }


def _exports(each: Attack, folder: Path) -> Row:
    """Two concurrent exports to one target, of which one is killed: the target is complete or missing."""
    rows = [json.dumps({"id": f"attack-{n}", "text": f"{WORDS}{n}\n"}) for n in range(1500)]
    (folder / "raw" / "many.jsonl").write_text("\n".join(rows), encoding="utf-8")
    total = measured([*RUN, "raw", "-o", "out", *SETTINGS, "--format", "jsonl"], folder)
    faults, sizes = [], set()
    for suffix in ("jsonl", "sqlite", "parquet", "csv"):
        command = [sys.executable, "-m", "pipeline", "export", "out", "-o"]
        subprocess.run([*command, f"whole.{suffix}"], cwd=folder, check=True, capture_output=True)
        whole = _rows(folder / f"whole.{suffix}")
        for delay in (0.4, 0.8, 1.2):
            target = folder / f"target.{suffix}"
            target.unlink(missing_ok=True)
            two = [subprocess.Popen([*command, target.name], cwd=folder, stderr=subprocess.DEVNULL) for _ in range(2)]
            time.sleep(delay)
            two[0].kill()
            codes = [process.wait(SECONDS) for process in two]
            found = _rows(target) if target.exists() else None
            sizes.add(found)
            if found not in {None, whole} or (codes[1] == 0 and found is None):
                faults.append(f"{suffix}: {found} of {whole} rows, exit code {codes[1]}")
    return Row(each.title, 0, total, faults)


def _rows(path: Path) -> int | str:
    try:
        if path.suffix == ".sqlite":
            with closing(sqlite3.connect(path)) as database:
                return int(database.execute("SELECT count(*) FROM articles").fetchone()[0])
        if path.suffix == ".parquet":
            return int(pq.read_metadata(path).num_rows)
        return path.read_bytes().count(b"\n")
    except (sqlite3.DatabaseError, pa.ArrowException, OSError) as error:
        return str(error)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.glob("*attack*") if not path.is_dir())


def _outside(folder: Path) -> set[str]:
    """Returns all files except those of the output, the temporary folder and the captured streams."""
    mine = {"out", "tmp", "said", "exported.jsonl", "restored"}
    found = set()
    for name in os.listdir(folder):
        # What an export that was ended leaves beside its target is its own.
        if name not in mine and not name.startswith(".exported"):
            found |= {name, *(f"{name}/{each}" for each in os.listdir(folder / name) if (folder / name).is_dir())} if (
                folder / name).is_dir() else {name}  # fmt: skip
    return found


def judged(done: Measured, output: Path) -> list[str]:
    """Yields what is wrong with a run."""
    faults = judged_end(done, output.parent)
    missing = [name for name in SOUND if not (output / f"{name}.json").is_file()]
    if missing:
        faults.append(f"{len(missing)} of {len(SOUND)} sound documents not written")
    if not faults and not _named(output):
        faults.append("not named")
    return faults


def judged_end(done: Measured, folder: Path, codes: Sequence[int] = (0, 1)) -> list[str]:
    """Yields what is wrong with the end of a command."""
    faults = []
    last = done.said.strip().rpartition("\n")[2][:120]
    if done.killed:
        faults.append(f"out of {done.killed}")
    elif done.code not in codes:
        faults.append(f"exit code {done.code}: {last!a}")
    if "Traceback (most recent call last)" in done.said:
        faults.append(f"traceback: {last!a}")
    if done.left:
        faults.append(f"{done.left} processes left")
    if any(ord(c) < 32 and c not in "\n\t" for c in done.said):
        faults.append("control characters printed")
    if not done.killed and (left := list((folder / "tmp").iterdir())):
        faults.append(f"{len(left)} temporary files left")
    return faults


def _named(output: Path) -> bool:
    """Whether a list or an article mentions the attack."""
    for name in ("failures", "left-out", "rejected"):
        path = output / "_run" / f"{name}.jsonl"
        if path.exists() and "attack" in path.read_text("utf-8"):
            return True
    record = output / "_run" / "run.json"
    return record.exists() and json.loads(record.read_text("utf-8"))["documents"]["written"] > len(SOUND)
