"""Results come in the order of the documents, whatever the executor and however long each document takes."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.pipeline import NOWHERE
from pipeline.model.record import Record
from pipeline.runs.executors import executor
from pipeline.runs.executors.executor import DocumentTask, process_in_order
from pipeline.runs.outcome import Outcome, Written
from runs.callbacks import Callbacks


class Idlers:
    """An executor that finishes documents in random order, a few at a time."""

    def __init__(self, seed: int, chunk: int = 3, most: int = 4) -> None:
        self.chunk, self.chunk_bytes = chunk, 1000
        self.most_held = 0
        self._chance = random.Random(seed)
        self._most = most
        self._tasks: list[DocumentTask] = []

    def wants_more(self) -> bool:
        return len(self._tasks) < self._most * self.chunk

    def take(self, tasks: list[DocumentTask]) -> None:
        assert 0 < len(tasks) <= self.chunk
        self._tasks += tasks
        self.most_held = max(self.most_held, len(self._tasks))

    def done(self, timeout: float) -> list[tuple[int, Outcome]]:
        self._chance.shuffle(self._tasks)
        some = self._chance.randint(0, len(self._tasks))
        done, self._tasks = self._tasks[:some], self._tasks[some:]
        return [(task.n, Written(task.record.weight, task.record.id.encode())) for task in done]


def record(name: str, text: str = "The ferry is late.\n") -> Record:
    return Record(name, text, NOWHERE)


@given(items=st.lists(st.booleans(), max_size=60), seed=st.integers(0, 1000), chunk=st.integers(1, 5))
def test_results_come_in_the_order_of_the_items(items: list[bool], seed: int, chunk: int) -> None:
    given_items: list[Record | int] = [record(f"d{i}") if is_record else i for i, is_record in enumerate(items)]
    came = list(process_in_order(given_items, Idlers(seed, chunk)))
    assert [item if isinstance(item, int) else item[0].id for item in came] == [  # type: ignore[index]
        item if isinstance(item, int) else item.id for item in given_items
    ]
    for item in came:
        if isinstance(item, tuple):
            assert item[1] == Written(19, item[0].id.encode())


def test_each_outcome_is_reported_once_when_it_is_known() -> None:
    reported: list[str] = []
    records = [record(f"d{i}") for i in range(40)]
    for _ in process_in_order(records, Idlers(7), Callbacks(outcome=lambda record, _: reported.append(record.id))):
        pass
    assert sorted(reported) == sorted(each.id for each in records)
    assert reported != [each.id for each in records]


def test_documents_that_wait_for_an_earlier_one_keep_no_text() -> None:
    for item in process_in_order([record(f"d{i}", "long " * 100) for i in range(9)], Idlers(1)):
        assert isinstance(item, tuple)
        assert item[0].data == b""


def test_the_window_limits_the_number_of_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long dump must not be read into memory while one document is processed."""
    monkeypatch.setattr(executor, "MAX_WINDOW_DOCUMENTS", 10)
    taken = 0

    def source() -> Iterator[Record]:
        nonlocal taken
        for i in range(200):
            taken += 1
            yield record(f"d{i}")

    given_back = 0
    for _ in process_in_order(source(), Idlers(3, most=100)):
        given_back += 1
        assert taken - given_back <= 10
    assert given_back == 200


def test_the_window_limits_the_number_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "MAX_WINDOW_BYTES", 5_000)
    idlers = Idlers(3, chunk=1, most=100)
    assert len(list(process_in_order((record(f"d{i}", "x" * 1_000) for i in range(50)), idlers))) == 50
    assert idlers.most_held <= 6


def test_a_large_document_is_sent_alone() -> None:
    sizes: list[int] = []

    class Watched(Idlers):
        def take(self, tasks: list[DocumentTask]) -> None:
            sizes.append(len(tasks))
            super().take(tasks)

    list(process_in_order([record(f"d{i}", "x" * 2_000) for i in range(4)], Watched(1, chunk=50)))
    assert sizes == [1, 1, 1, 1]


def test_no_items_give_no_results() -> None:
    assert list(process_in_order([], Idlers(1))) == []
