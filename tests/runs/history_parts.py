"""What the histories of runs are made of: stages, an executor and compression in this process, and kills."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest

from pipeline import Edit, Pipeline, Reject, Rule
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.runs.executors import worker
from pipeline.runs.executors.worker import WorkerConfig
from pipeline.runs.outcome import Failure, Outcome
from pipeline.runs.output import compress_shard
from pipeline.runs.plan import RerunOptions

WORDS = "the tide came in over salt and reeds while 渡船 waited by a post of oak until noon".split()  # noqa: SIM905
OAK = Rule("carve.oak", "every oak is an elm", threshold=0.0)
THIN = Rule("carve.thin", "says too little")


@dataclass(frozen=True)
class Carve:
    """Rejects, or fails so that the article is degraded, depending on words of the text."""

    name: ClassVar[str] = "carve"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"carve.kind"})
    rules: ClassVar[tuple[Rule, ...]] = (OAK, THIN)
    protocol: ClassVar[int] = 1
    deep: int = 1

    def find(self, document: Any) -> Iterator[Any]:
        """Rejects "thin", and raises at "brittle"."""
        if "thin" in document.text:
            yield Reject(THIN.name, "is thin")
        if "brittle" in document.text:
            raise LookupError("it broke")


@dataclass(frozen=True)
class Plane:
    """A repair, so that there are edits, and documents that fail."""

    name: ClassVar[str] = "plane"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (Rule("plane.oak", "an oak is an elm", threshold=0.0),)
    protocol: ClassVar[int] = 1

    def find(self, document: Any) -> Iterator[Edit]:
        """Replaces the first "oak" with "elm", and raises at "cracked"."""
        if "cracked" in document.text:
            raise LookupError("it broke")
        if (at := document.text.find("oak")) >= 0:
            yield Edit(at, "oak", "elm", "plane.oak", 0.9)


PIPELINES = [Pipeline(stages=[Plane(), Carve(deep)]) for deep in (1, 2)]


PLAIN = RerunOptions()


class Killed(BaseException):
    """The process was killed."""


class KillCountdown:
    """Counts what a run does to the disk, and kills it before one of these steps."""

    def __init__(self) -> None:
        self.left: int | None = None

    def tick(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            raise Killed

    @property
    def struck(self) -> bool:
        return self.left is not None and self.left < 0

    def before(self, owner: Any, name: str, patch: pytest.MonkeyPatch) -> None:
        done = getattr(owner, name)

        def ticking(*arguments: Any, **named: Any) -> Any:
            self.tick()
            return done(*arguments, **named)

        patch.setattr(owner, name, ticking)


class ShufflingExecutor:
    """An executor in this process that finishes documents in random order."""

    chunk = 3
    chunk_bytes = 1 << 17

    def __init__(self, assignment: WorkerConfig, chance: random.Random, countdown: KillCountdown) -> None:
        self._assignment = assignment
        self._chance = chance
        self._countdown = countdown
        self._tasks: list[Any] = []
        self.processed: list[Record] = []

    def wants_more(self) -> bool:
        return len(self._tasks) < 6

    def take(self, tasks: list[Any]) -> None:
        self._tasks += tasks

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        self._chance.shuffle(self._tasks)
        count = self._chance.randint(0, len(self._tasks))
        found = [(task.n, self._outcome(task.record, task.expected_hash)) for task in self._tasks[:count]]
        del self._tasks[:count]
        return found

    def _outcome(self, record: Record, earlier: bytes | None) -> Outcome:
        self.processed.append(record)
        if "crash" in str(record.data):
            return Failure(record.id, "carve", "crashed", "elsewhere", "crash")
        return worker._outcome(record, self._assignment, earlier)

    def die(self) -> None:
        """Lets workers outlive their parent for a moment: they write articles that no state knows."""
        struck, self._countdown.left = self._countdown.left, None
        for task in self._tasks[: self._chance.randint(0, len(self._tasks))]:
            self._outcome(task.record, task.expected_hash)
        self._countdown.left = struck


class InlineCompression:
    """Compresses a shard in this process, at once or when it is waited for."""

    chance = random.Random(0)

    def __init__(self, *arguments: Any) -> None:
        self._given = arguments
        self._done = False
        if self.chance.random() < 0.5:
            self._pack()

    def _pack(self) -> None:
        if not self._done:
            lines, name, form, depot, _ = self._given
            self._found = compress_shard.compress_shard(depot, lines, name, form)
            self._done = True

    def ended(self) -> bool:
        if self.chance.random() < 0.3:
            self._pack()
        return self._done

    def wait(self) -> bytes:
        self._pack()
        return self._found

    def stop(self) -> None:
        pass


@dataclass
class SourceFile:
    """A source file: rows of an id and a text, what else is in it, and when it was written."""

    rows: list[tuple[str, str]] = field(default_factory=list)
    trouble: Unreadable | LeftOut | None = None
    written: int = 0
