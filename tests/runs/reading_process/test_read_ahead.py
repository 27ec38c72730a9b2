"""Small files are read ahead in groups, and the documents are those at the time of the request."""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from installed import InstalledPackages

from pipeline.config.settings import Input
from pipeline.readers.documents import ReadResult, file_documents
from pipeline.readers.input_files import InputFile, find_files
from pipeline.readers.registry import select_readers
from pipeline.runs.file_sources import without_waiting
from pipeline.runs.reading_process import reader_process
from pipeline.runs.reading_process.read_ahead import ReadAhead
from pipeline.runs.reading_process.supervisor import ReadingProcess
from pipeline.runs.records import SourceItem

from .test_supervisor import SOUND, outcome, poison, process


class Counted(ReadingProcess):
    """Counts the files that are requested one by one."""

    alone = 0

    def documents(self, file: InputFile, most: int | None = None) -> Iterator[SourceItem]:
        self.alone += 1
        return super().documents(file, most)


def texts(folder: Path, count: int) -> list[InputFile]:
    """Small files, some of them empty, with many documents, or with much text."""
    for number in range(count):
        data = f"Q: Which boat?\n\nA: Number {number}.\n"
        if number % 17 == 5:
            data = ""
        elif number % 23 == 7:
            data *= reader_process.MAX_GROUPED_FILE_BYTES // 10
        (folder / f"{number:03}.txt").write_text(data)
    lines = "".join(
        f'{{"id": "row{number}", "text": "{number}"}}\n' for number in range(2 * reader_process.MAX_GROUPED_DOCUMENTS)
    )
    (folder / "050x.jsonl").write_text(lines)
    return find_files([folder])[0]


def read(ahead: ReadAhead, files: Sequence[InputFile], at: int) -> list[ReadResult]:
    return list(without_waiting(ahead.documents(files, at)))


def test_all_files_are_read_and_few_are_requested_one_by_one(tmp_path: Path) -> None:
    files = texts(tmp_path, 300)
    with ExitStack() as ending:
        reading = Counted(Input(), select_readers())
        ending.callback(reading.close)
        ahead = ReadAhead(reading)
        for at, file in enumerate(files):
            assert read(ahead, files, at) == list(file_documents(file, Input(), select_readers()))
        # The long ones, the one with many documents, and those at which a group begins again.
        assert reading.alone < 40


@pytest.mark.parametrize("seed", range(3))
def test_files_may_be_skipped_and_changed_at_any_time(tmp_path: Path, seed: int) -> None:
    """Unchanged files are skipped; files that change after they were read ahead are read again."""
    chance = random.Random(seed)
    files = texts(tmp_path, 200)
    with ReadingProcess(Input(), select_readers()) as reading:
        ahead = ReadAhead(reading)
        for at in range(len(files)):
            if chance.random() < 0.1:
                changed = chance.randrange(at, min(at + 5, len(files)))
                Path(str(files[changed].at)).write_text(f"Changed while {at} was read.")
            if chance.random() < 0.9 - 0.3 * (at // 50 % 2):
                assert read(ahead, files, at) == list(file_documents(files[at], Input(), select_readers()))


def test_a_file_that_ends_the_process_does_not_harm_its_group(tmp_path: Path, packages: InstalledPackages) -> None:
    for number in range(30):
        poison(tmp_path, f"{number:02}.poison", "EXIT\n" if number in {9, 20} else SOUND)
    files = find_files([tmp_path], include=["*.poison"])[0]
    with process(tmp_path, packages) as reading:
        ahead = ReadAhead(reading)
        found = [outcome(read(ahead, files, at)) for at in range(len(files))]
    for number, each in enumerate(found):
        if number in {9, 20}:
            assert each == ["the process that reads it ended with exit code 3, twice; report it, or leave it out"]
        else:
            assert each == [f"{number:02}#1"]


def test_reading_can_stop_within_a_group_and_continue(tmp_path: Path) -> None:
    files = texts(tmp_path, 100)
    with ReadingProcess(Input(), select_readers()) as reading:
        ahead = ReadAhead(reading)
        for at in range(40):
            found = without_waiting(ahead.documents(files, at))
            next(found, None)
            found.close()  # type: ignore[attr-defined]
        assert read(ahead, files, 40) == list(file_documents(files[40], Input(), select_readers()))
