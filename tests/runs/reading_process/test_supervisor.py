"""A file that crashes, hangs or uses too much memory is reported, and all others are read."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from installed import InstalledPackages
from ordeal import GUARD, until
from sampling import only

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.byte_source import HEAD_BYTES
from pipeline.readers.documents import ReadResult, file_documents
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import select_readers
from pipeline.runs.executors.executor import ExecutorError
from pipeline.runs.file_sources import without_waiting
from pipeline.runs.reading_process.supervisor import ReadingProcess
from pipeline.runs.records import EncodedRecord, Waiting

from .poison_reader import MODULE, NAME, PACKAGE, READER

SOUND = "One boat.\n"


@pytest.fixture
def reading(tmp_path: Path, packages: InstalledPackages) -> Iterator[ReadingProcess]:
    with process(tmp_path, packages) as made:
        yield made


def process(tmp_path: Path, packages: InstalledPackages, **limits: float) -> ReadingProcess:
    packages.put(PACKAGE, "1.0", MODULE, READER, NAME, attribute="Poison", group="sources")
    options = Input(limits=msgspec.convert({"seconds": GUARD, "memory": 1024, **limits}, Limits))
    return ReadingProcess(options, select_readers({NAME: {"marks": str(tmp_path)}}))


def poison(folder: Path, name: str, *lines: str, head: str = "POISON\n") -> InputFile:
    path = folder / name
    path.write_text(head + "".join(lines), "utf-8")
    return InputFile(path, name)


def read(reading: ReadingProcess, file: InputFile, most: int | None = None) -> list[ReadResult]:
    return list(without_waiting(reading.documents(file, most)))


def outcome(found: list[ReadResult]) -> list[str]:
    """Returns the ids of the records and the reasons of other items."""
    return [each.id if isinstance(each, Record) else each.reason for each in found]


def test_the_documents_are_those_of_the_reader(tmp_path: Path, reading: ReadingProcess) -> None:
    file = poison(tmp_path, "a.poison", *[SOUND, "BAD\n", SOUND] * 100)
    assert read(reading, file) == list(file_documents(file, Input(), select_readers({NAME: {}})))
    assert read(reading, file, most=7) == read(reading, file)[:7]


def test_records_are_decoded_only_when_they_are_used(tmp_path: Path, reading: ReadingProcess) -> None:
    file = poison(tmp_path, "a.poison", SOUND)
    (record,) = (each for each in reading.documents(file) if not isinstance(each, Waiting))
    assert isinstance(record, EncodedRecord)
    assert record.where == "row 1 of a.poison"


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("SEGFAULT", "the process that reads it was ended by SIGSEGV (at line "),
        ("EXIT", "the process that reads it ended with exit code 3 after document 70, twice"),
        ("INTERRUPT", "the process that reads it ended with exit code "),
        ("EAT", "reading it needs more than 1,024 MiB of memory after document 70, twice, and the rest is not read; "),
        ("KILL", "the process that reads it was ended by SIGKILL, as the system does when memory is short "),
    ],
)
def test_documents_before_one_that_ends_the_process_are_read(
    tmp_path: Path, reading: ReadingProcess, word: str, reason: str
) -> None:
    """Also documents of a batch that was not sent yet, and later files."""
    file = poison(tmp_path, "a.poison", *[SOUND] * 70, f"{word}\n", *[SOUND] * 5)
    found = read(reading, file)
    assert outcome(found)[:-1] == [f"a#{number}" for number in range(1, 71)]
    last = found[-1]
    assert isinstance(last, Unreadable)
    assert last.id == "a"
    assert last.reason.startswith(reason)
    assert last.reason.endswith(", or leave it out")
    # What the machine may be to blame for is met again the next time.
    assert last.passing is (word == "KILL")
    assert outcome(read(reading, poison(tmp_path, "b.poison", SOUND))) == ["b#1"]


@pytest.mark.parametrize("word", only(["SLEEP", "REGEX", "ENDLESS"], ["REGEX"]))
def test_a_file_that_takes_too_long_is_stopped(tmp_path: Path, packages: InstalledPackages, word: str) -> None:
    with process(tmp_path, packages, seconds=2) as reading:
        found = outcome(read(reading, poison(tmp_path, "a.poison", SOUND, f"{word}\n", SOUND)))
        assert found[0] == "a#1"
        assert found[1].startswith("reading it took longer than 2 s (at line ")
        assert found[1].endswith(
            " after document 1, twice, and the rest is not read; raise [input.limits] seconds, or leave it out"
        )
        assert len(found) == 2


@pytest.mark.parametrize("word", only(["KILL ONCE", "STOP"], ["KILL ONCE"]))
def test_a_file_whose_process_ends_once_is_read(tmp_path: Path, packages: InstalledPackages, word: str) -> None:
    """The system may have killed it because memory was short, or somebody did."""
    with process(tmp_path, packages, seconds=2) as reading:
        found = read(reading, poison(tmp_path, "a.poison", *[SOUND] * 3, f"{word}\n", SOUND))
        assert outcome(found) == ["a#1", "a#2", "a#3", "a#4", "a#5"]


def test_a_file_that_shrinks_while_it_is_read_is_reported(tmp_path: Path, reading: ReadingProcess) -> None:
    """A memory-mapped part is gone then, and the system kills a process that reads it."""
    found = read(reading, poison(tmp_path, "a.poison", *[SOUND] * 10, "BUS\n"))
    last = found[-1]
    assert isinstance(last, Unreadable)
    assert last.reason == "became shorter while it was read; run again when it is complete"
    assert last.passing


def test_a_reader_that_crashes_on_a_check_costs_only_this_file(tmp_path: Path, reading: ReadingProcess) -> None:
    bad = poison(tmp_path, "a.poison", head="BAD SNIFF\n")
    assert outcome(read(reading, bad)) == [
        "a.poison: a reader failed on it: ZeroDivisionError: by zero; report it, and leave the file out"
    ]
    fatal = poison(tmp_path, "b.poison", head="FATAL SNIFF\n")
    assert not reading.is_document(fatal)
    assert outcome(read(reading, fatal))[0].startswith("the process that reads it was ended by SIGSEGV")
    plain = tmp_path / "c.txt"
    plain.write_text("Plain.")
    assert reading.is_document(InputFile(plain, "c.txt"))


def test_a_stopped_reader_leaves_no_process_and_no_file(
    tmp_path: Path, packages: InstalledPackages, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    file = poison(tmp_path, "a.poison", *[SOUND] * 1000)
    with process(tmp_path, packages) as reading:
        found = without_waiting(reading.documents(file))
        assert isinstance(next(found), Record)
        found.close()  # type: ignore[attr-defined]
        assert len(read(reading, file)) == 1000
        assert list(scratch.glob("pipeline-*"))
    # What is left belongs to `multiprocessing`, which takes it away when this process ends.
    assert list(scratch.glob("pipeline-*")) == []


def test_waiting_for_a_pipe_does_not_count_as_reading_time(tmp_path: Path, packages: InstalledPackages) -> None:
    """The next document may come much later, so each document is sent at once after the type is detected."""
    path = tmp_path / "a.poison"
    os.mkfifo(path)
    first = threading.Event()

    def write() -> None:
        with path.open("w") as file:
            file.write(f"POISON\n{SOUND}{'.' * HEAD_BYTES}")
            file.flush()
            # It says more only once the first document is there.
            assert first.wait(GUARD)
            file.write(f"\n{SOUND}")

    writer = threading.Thread(target=write)
    writer.start()
    with process(tmp_path, packages, seconds=2) as reading:
        found = []
        for each in without_waiting(reading.documents(InputFile(path, "a.poison", named=True))):
            found.append(each)
            first.set()
    writer.join()
    assert outcome(found) == ["a#1", "a#2", "a#3"]


def test_a_pipe_that_ends_the_process_cannot_be_read_again(tmp_path: Path, reading: ReadingProcess) -> None:
    path = tmp_path / "a.poison"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_text(f"POISON\n{SOUND}EXIT\n{SOUND}"))
    writer.start()
    found = read(reading, InputFile(path, "a.poison", named=True))
    writer.join()
    assert outcome(found) == [
        "a#1",
        "the process that reads it ended with exit code 3 after document 1, and it cannot be read twice, and the rest "
        "is not read; report it, or leave it out",
    ]


def test_a_process_that_is_killed_between_files_is_replaced(tmp_path: Path, reading: ReadingProcess) -> None:
    file = poison(tmp_path, "a.poison", SOUND)
    for _ in range(3):
        assert len(read(reading, file)) == 1
        child = reading.process_id
        assert child is not None
        os.kill(child, signal.SIGKILL)
    assert len(read(reading, file)) == 1


def test_an_error_says_why_no_process_can_read(tmp_path: Path, packages: InstalledPackages) -> None:
    with process(tmp_path, packages) as reading:
        (packages.folder / f"{MODULE}.py").write_text("raise ImportError('no such luck')")
        with pytest.raises(ExecutorError, match="no process can read files: ImportError: no such luck; fix what"):
            read(reading, poison(tmp_path, "a.poison", SOUND))


@pytest.mark.parametrize("end", only([signal.SIGINT, signal.SIGTERM], [signal.SIGINT]))
def test_a_run_with_a_hanging_reader_can_be_stopped(
    tmp_path: Path, packages: InstalledPackages, end: signal.Signals
) -> None:
    packages.put(PACKAGE, "1.0", MODULE, READER, NAME, attribute="Poison", group="sources")
    (tmp_path / "raw").mkdir()
    poison(tmp_path / "raw", "a.poison", SOUND)
    poison(tmp_path / "raw", "b.poison", "SLEEP\n")
    command = [sys.executable, "-P", "-m", "pipeline", "run", "raw", "-o", "out", "--set", "sources.poison.marks='.'"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as run:
        until(lambda: list((tmp_path / "out").glob("a*.json")))
        run.send_signal(end)
        _, stderr = run.communicate(timeout=GUARD)
    assert "pipeline: stopped: " in stderr
    assert run.returncode == (130 if end == signal.SIGINT else 143)


def test_left_out_parts_are_those_of_the_reader(tmp_path: Path, reading: ReadingProcess) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (found,) = read(reading, InputFile(tmp_path / "a.png", "a.png"))
    assert isinstance(found, LeftOut)


def test_closed_standard_input_is_reported(
    tmp_path: Path, reading: ReadingProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its descriptor may now be that of another file, such as the lock of the run."""
    monkeypatch.setattr(sys, "stdin", None)
    assert outcome(read(reading, InputFile(None, "stdin", named=True))) == [
        "cannot be read: standard input is closed; check its permissions and run again"
    ]


def test_a_dry_run_ended_by_sigterm_leaves_no_temporary_file(tmp_path: Path, packages: InstalledPackages) -> None:
    packages.put(PACKAGE, "1.0", MODULE, READER, NAME, attribute="Poison", group="sources")
    poison(tmp_path, "b.poison", "SLEEP\n")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [
        sys.executable,
        "-P",
        "-m",
        "pipeline",
        "run",
        "b.poison",
        "--dry-run",
        "--set",
        "sources.poison.marks='.'",
    ]
    path = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONPATH": path, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as run:
        until(lambda: list(temporary.glob("pipeline-*/scratch")))
        run.terminate()
        _, stderr = run.communicate(timeout=GUARD)
    assert run.returncode == 143
    assert "pipeline: stopped" in stderr
    assert list(temporary.iterdir()) == []


def test_a_file_with_endless_documents_is_stopped(tmp_path: Path, packages: InstalledPackages) -> None:
    """Each document comes at once, and at each try the process is at another one. The first are kept."""
    with process(tmp_path, packages, seconds=2) as reading:
        found = outcome(read(reading, poison(tmp_path, "a.poison", "FOREVER\n")))
    assert found[-1].startswith("reading it took longer than 2 s")
    assert ", twice, and the rest is not read; raise [input.limits] seconds" in found[-1]
    assert found[0] == "a#1"
