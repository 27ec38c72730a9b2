"""Sources that change, and runs over them."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from pipeline.config.settings import Run
from pipeline.model.article import Origin
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.runs.counters import Counters
from pipeline.runs.executors.worker import WorkerConfig
from pipeline.runs.job import Job
from pipeline.runs.output import shard_store
from pipeline.runs.plan import RerunOptions
from pipeline.runs.plan_items import DocumentSource
from pipeline.runs.run import run
from pipeline.storage.file_names import file_name
from runs.callbacks import Callbacks
from runs.history_parts import (
    PIPELINES,
    PLAIN,
    WORDS,
    KillCountdown,
    Killed,
    ShufflingExecutor,
    SourceFile,
)


class World:
    """Sources that change, and runs over them."""

    def __init__(self, seed: int, folder: Path, form: str, countdown: KillCountdown) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.form: Any = form
        self.countdown = countdown
        self.files: dict[str, SourceFile] = {}
        self.clock = 0
        self.number = 0
        self.pipeline = 0
        self.seconds = 60.0
        self.runs = 0
        self.reason: list[str] = []
        self.shard = 2000
        self.done_before: dict[str, tuple[Any, ...]] | None = None
        self.edited: dict[str, bytes] = {}
        """The articles that somebody edited, and what is in them."""
        self.undoable: dict[str, bytes] = {}
        """What was in them before, where runs still know that."""
        for _ in range(self.chance.randint(1, 4)):
            self.new_file()
        # One file is always there: shards are not replaced by those of other sources.
        self.files["0"] = SourceFile([self.row()], None, 0)

    # What changes

    def text(self) -> str:
        words = self.chance.choices(WORDS, k=self.chance.choice([3, 10, 60]))
        marks = ("thin", "brittle", "cracked", "crash")
        if self.chance.random() < 0.2:
            words.append(self.chance.choice(marks))
        return " ".join(words) + f" {self.chance.randint(0, 999)}."

    def row(self) -> tuple[str, str]:
        self.number += 1
        taken = [name for file in self.files.values() for name, _ in file.rows]
        if taken and self.chance.random() < 0.1:
            return self.chance.choice(taken), self.text()
        return f"n{self.number}", self.text()

    def wrote(self, file: SourceFile) -> None:
        self.clock += 1
        file.written = self.clock

    def any_file(self) -> SourceFile:
        return self.files[self.chance.choice(sorted(self.files))]

    def new_file(self) -> None:
        file = self.files[f"{self.chance.choice('abcdefgh')}{self.chance.randint(0, 9)}"] = SourceFile()
        file.rows = [self.row() for _ in range(self.chance.choice([0, 1, 5, 25]))]
        self.wrote(file)

    def remove_file(self) -> None:
        if (name := self.chance.choice(sorted(self.files))) != "0":
            del self.files[name]

    def insert(self) -> None:
        file = self.any_file()
        file.rows.insert(self.chance.randint(0, len(file.rows)), self.row())
        self.wrote(file)

    def delete(self) -> None:
        file = self.any_file()
        if file.rows:
            del file.rows[self.chance.randrange(len(file.rows))]
            self.wrote(file)

    def change(self) -> None:
        file = self.any_file()
        if file.rows:
            at = self.chance.randrange(len(file.rows))
            file.rows[at] = (file.rows[at][0], self.text())
            self.wrote(file)

    def back_and_forth(self) -> None:
        """A text of the same length, a killed run, and the file as it was."""
        file = self.any_file()
        if file.rows:
            before = file.rows[:], file.written
            name, text = file.rows[-1]
            file.rows[-1] = name, text[:-4] + "000."
            self.wrote(file)
            self.run(kill=self.chance.randint(0, 60))
            file.rows, file.written = before

    def move(self) -> None:
        first, second = self.any_file(), self.any_file()
        if first.rows:
            second.rows.append(first.rows.pop(self.chance.randrange(len(first.rows))))
            self.wrote(first)
            self.wrote(second)

    def touch(self) -> None:
        self.wrote(self.any_file())

    def spoil(self) -> None:
        file = self.any_file()
        name = self.chance.choice(["x#1", "y"])
        trouble = [None, Unreadable(name, "cannot be read: no luck"), LeftOut(name, "is a picture", 2)]
        file.trouble = self.chance.choice(trouble)
        self.wrote(file)

    def settings(self) -> None:
        self.pipeline = 1 - self.pipeline

    def limits(self) -> None:
        self.seconds = 90.0 if self.seconds == 60.0 else 60.0

    def smaller(self) -> None:
        self.shard = self.chance.choice([1500, 2000, 9000, 60_000])

    def other_form(self) -> None:
        if self.form != "json":
            self.form = "parquet" if self.form == "jsonl" else "jsonl"

    def lose_state(self) -> None:
        for file in (self.folder / "_run").glob("state.sqlite*"):
            file.unlink()
        self.undoable.clear()

    def lose_article(self) -> None:
        files = sorted(path for path in self.folder.glob("[!._]*") if path.is_file())
        if files:
            lost = self.chance.choice(files)
            lost.unlink()
            self.edited.pop(lost.name, None)
            self.undoable.pop(lost.name, None)

    def edit(self) -> None:
        """Edits an article in a way that can be detected without a state."""
        if self.form != "json":
            return
        files = sorted(path for path in self.folder.glob("[!._]*") if path.is_file())
        if files:
            path = self.chance.choice(files)
            data = path.read_bytes()
            before = path.stat()
            changes = [data[:-1], data + b"\n", data.replace(b'"text": "', b'"text": "X', 1)]
            # One that was edited before must not become as it was.
            is_first = path.name not in self.edited
            if is_first:
                self.undoable[path.name] = data
            path.write_bytes(self.chance.choice(changes) if is_first else data + b" ")
            if is_first and self.chance.random() < 0.2:
                # Two such edits may give the length of before, and only a run with `check_hash` sees those.
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            self.edited[path.name] = path.read_bytes()

    def undo(self) -> None:
        """Undoes an edit. Runs may have seen it in between."""
        if self.undoable:
            name = self.chance.choice(sorted(self.undoable))
            (self.folder / name).write_bytes(self.undoable.pop(name))
            del self.edited[name]

    def resolve(self) -> None:
        """Replaces an edited article, or moves it away."""
        edits, self.edited = self.edited, {}
        self.undoable.clear()
        if edits and self.chance.random() < 0.5:
            self.run(choices=RerunOptions(overwrite_edited=True))
        for name, data in edits.items():
            if (path := self.folder / name).exists() and path.read_bytes() == data:
                path.unlink()
        self.done_before = None

    def check_edited(self) -> None:
        """A complete run reports the edited articles and no others, and processes all other documents."""
        assert self.run() is not None
        expected, _ = self.fresh()
        got = tree(self.folder)
        failures = [msgspec.json.decode(line) for line in got["_run/failures.jsonl"].splitlines()]
        reported = {file_name(entry["document"]) for entry in failures if entry.get("kind") == "edited"}
        # Where the document fails or is there no more, nobody would replace its article.
        assert {name for name in self.edited if name in expected} <= reported <= set(self.edited)
        for name, data in expected.items():
            if name not in reported and not name.startswith("_run/"):
                assert got[name] == data

    def untouched(self) -> None:
        """Edited articles have not changed."""
        for name, data in self.edited.items():
            path = self.folder / name
            assert path.exists(), f"{name} was edited, and is gone"
            assert path.read_bytes() == data, f"{name} was edited, and is replaced"

    # What runs do

    def sources(self) -> list[DocumentSource]:
        return [self.source(name, file) for name, file in sorted(self.files.items())]

    def source(self, name: str, file: SourceFile) -> DocumentSource:
        def read() -> Iterator[Any]:
            for row, (called, text) in enumerate(file.rows, 1):
                origin = Origin(
                    path=name, media_type="application/jsonl", member=None, row=row, field="text", sha256=None
                )
                yield Record(called, text, origin, {"from": name})
                if row == 2 and file.trouble is not None:
                    yield file.trouble
            if len(file.rows) < 2 and file.trouble is not None:
                yield file.trouble

        return DocumentSource(name, read, lambda: str(file.written), 10)

    def job(self, output: Path, choices: RerunOptions) -> Job:
        limits = Run(seconds=self.seconds, shard=self.shard)
        return Job(PIPELINES[self.pipeline], output, form=self.form, limits=limits, choices=choices)

    def run(
        self, kill: int | None = None, *, interrupt: bool = False, choices: RerunOptions = PLAIN
    ) -> Counters | None:
        """Runs into the folder. Returns the counters, or None if the run did not come to its end."""
        is_chosen = [name for name, is_chosen in msgspec.structs.asdict(choices).items() if is_chosen]
        how = "" if kill is None else f"interrupted at {kill}" if interrupt else f"killed at {kill}"
        self.reason.append(" ".join(["run", how, *is_chosen]))
        self.runs += 1
        self.done_before = self.done_before if kill is None else None
        self.countdown.left = None if interrupt else kill
        hands: list[ShufflingExecutor] = []
        account = Counters()

        @contextmanager
        def engine(assignment: WorkerConfig, limits: Run) -> Iterator[ShufflingExecutor]:
            hands.append(ShufflingExecutor(assignment, self.chance, self.countdown))
            yield hands[0]

        def seen(_: str, so_far: Counters) -> None:
            if interrupt and so_far.finished == kill:
                raise KeyboardInterrupt

        try:
            run(
                self.sources(),
                self.job(self.folder, choices),
                engine=engine,
                counters=account,
                events=Callbacks(document=seen),
            )
        except (Killed, KeyboardInterrupt):
            if hands and self.form == "json":
                hands[0].die()
            # What a killed run began to replace, another one knows again by examining it alone.
            self.undoable.clear()
            return None
        finally:
            self.countdown.left = None
            if not choices.overwrite_edited:
                self.untouched()
        assert account.totals.complete
        self.processed = hands[0].processed
        return account

    def fresh(self) -> tuple[dict[str, bytes], Counters]:
        """Returns what a run into an empty folder writes."""
        output = self.folder.parent / f"fresh-{self.runs}"

        @contextmanager
        def engine(assignment: WorkerConfig, limits: Run) -> Iterator[ShufflingExecutor]:
            yield ShufflingExecutor(assignment, self.chance, self.countdown)

        account = run(self.sources(), self.job(output, RerunOptions()), engine=engine)
        return tree(output), account

    def kept_shards(self) -> int:
        """Returns how many shards are kept because the state was lost."""
        return len(list((self.folder / "_run" / shard_store.FOREIGN_FOLDER).glob("*")))

    def keys(self) -> dict[str, tuple[Any, ...]]:
        """Returns what each document's article is made from."""
        found: dict[str, tuple[Any, ...]] = {}
        for name, file in sorted(self.files.items()):
            for row, (called, text) in enumerate(file.rows, 1):
                found.setdefault(called, (self.pipeline, name, row, text))
        return found

    def check(self) -> None:
        """Runs to the end, and checks everything that must be true then."""
        again = self.chance.random()
        choices = RerunOptions(fresh=again < 0.05, retry_failed=0.05 < again < 0.15, check_hash=0.15 < again < 0.25)
        if self.edited:
            self.check_edited()
            self.resolve()
        before = self.done_before
        account = self.run(choices=choices)
        assert account is not None
        expected, of_fresh = self.fresh()
        got = tree(self.folder)
        if self.form == "json":
            articles = {file_name(called) for called in self.keys()}
            extra = {name for name in got if name not in expected}
            # Of documents that are there no more, or that fail now, an earlier article may stay.
            assert not extra & {name for name in articles if name in expected}
            got = {name: data for name, data in got.items() if name in expected}
        assert sorted(got) == sorted(expected)
        assert got == expected
        assert (account.documents, account.failed, account.degraded, account.rejected, account.left_out) == (
            of_fresh.documents,
            of_fresh.failed,
            of_fresh.degraded,
            of_fresh.rejected,
            of_fresh.left_out + self.kept_shards(),
        )
        if before is not None and choices == RerunOptions(check_hash=choices.check_hash):
            needless = [
                record.id
                for record in self.processed
                # What crashed is tried again under other limits.
                if before.get(record.id) == self.keys()[record.id] and "crash" not in str(record.data)
            ]
            assert needless == []
        once_more = self.run()
        assert once_more is not None
        assert (once_more.written, once_more.unchanged) == (0, of_fresh.written)
        assert once_more.degraded == of_fresh.degraded
        assert self.processed == []
        again_there = tree(self.folder)
        assert {name: again_there[name] for name in got} == got
        self.done_before = self.keys()


def tree(folder: Path) -> dict[str, bytes]:
    """Returns the articles and the lists of an output, without the state."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and (not name.startswith("_run/") or name.endswith(".jsonl")):
            # Where the state was lost, shards are kept that it does not know.
            lines = path.read_bytes().splitlines(keepends=True) if name.startswith("_run/") else [path.read_bytes()]
            found[name] = b"".join(line for line in lines if f"_run/{shard_store.FOREIGN_FOLDER}/".encode() not in line)
    return found
