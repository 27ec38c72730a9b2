"""A run on this machine: every document has an outcome, and one that fails harms no other."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import msgspec
import pytest

from pipeline import Document, Edit, Finding, Pipeline, Reject, Rule, read
from pipeline.core.assemble import assemble
from pipeline.core.pipeline import NOWHERE
from pipeline.model.article import Origin
from pipeline.model.document import Label
from pipeline.model.record import Record, Unreadable
from pipeline.runs.counters import Counters
from pipeline.runs.job import Job
from pipeline.runs.outcome import Failure
from pipeline.runs.run import run_records
from pipeline.runs.run_loop import RunError
from runs.callbacks import Callbacks
from runs.inline_executor import InlineExecutor

BREAKS = Rule("fragile.breaks", "raises at the word of its name")
SHORT = Rule("choosy.short", "too short to be an article")
WHOLE = Rule("choosy.whole", "all of the text")


@dataclass(frozen=True)
class Fragile:
    """A repair with two bugs: it raises at one word, and an edit of it does not fit at another."""

    name: ClassVar[str] = "fragile"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (BREAKS,)
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Breaks."""
        if "explode" in document.text:
            raise ZeroDivisionError("division by zero")
        if "misfit" in document.text:
            yield Edit(0, "no such text", "", BREAKS.name, 1.0)
        if (at := document.text.find("teh")) >= 0:
            yield Edit(at, "teh", "the", BREAKS.name, 1.0)


RAISING_LINE = Path(__file__).read_text("utf-8").split('raise ZeroDivisionError("division')[0].count("\n") + 1
RAISED = f"raised ZeroDivisionError: division by zero (line {RAISING_LINE} of test_run.py)"


@dataclass(frozen=True)
class Choosy:
    """A filter that rejects short texts."""

    name: ClassVar[str] = "choosy"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"choosy.whole"})
    rules: ClassVar[tuple[Rule, ...]] = (SHORT, WHOLE)
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Rejects, or labels all."""
        if len(document.text) < 10:
            yield Reject(SHORT.name, f"has {len(document.text)} characters")
        value = "\ud800" if "garble" in document.text else "yes"
        yield Label(0, len(document.text), "choosy.whole", value, WHOLE.name, 1.0)


PIPELINE = Pipeline(stages=[Fragile(), Choosy()])
RECORDS = (
    Record("a", "Nets dry on teh quay.\n", NOWHERE),
    Unreadable("b", "cannot be read: Permission denied; check its permissions and run again"),
    Record("c", "These words explode.\n", NOWHERE),
    Record("d", b"", NOWHERE),
    Record("e", "Tiny.\n", NOWHERE),
    Record("f", "Here a misfit stands.\n", NOWHERE),
    Record("wire/g", "Boats wait for the wind.\n", NOWHERE, {"url": "https://example.org/g"}),
)


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


def run(records: Iterable[Record | Unreadable], pipeline: Pipeline, output: Path, **options: Any) -> Counters:
    events = options.pop("events", None)
    return run_records(records, Job(pipeline, output, **options), events=events)


def failures(output: Path) -> list[Failure]:
    return [msgspec.convert(line, Failure) for line in lines(output / "_run" / "failures.jsonl")]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class FinishedRun(NamedTuple):
    """The output and the counters of a run."""

    output: Path
    counters: Counters


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> FinishedRun:
    """A run over all records, for tests that only look at it."""
    output = tmp_path_factory.mktemp("finished") / "output"
    return FinishedRun(output, run(RECORDS, PIPELINE, output))


def test_a_document_that_fails_does_not_affect_others(finished: FinishedRun) -> None:
    assert [article.id for article in read(finished.output)] == ["a", "wire/g"]


def test_the_counters_add_up(finished: FinishedRun) -> None:
    totals = finished.counters.totals
    assert (totals.documents, totals.written, totals.failed, totals.rejected) == (7, 2, 4, 1)
    assert totals.complete


def test_each_failure_says_which_document_which_stage_and_why(finished: FinishedRun) -> None:
    unreadable, raised, empty, misfit = failures(finished.output)
    assert unreadable == Failure("b", None, "cannot be read: Permission denied; check its permissions and run again")
    assert raised == Failure("c", "fragile", RAISED)
    assert empty == Failure("d", None, "is empty; leave it out")
    assert (misfit.document, misfit.stage) == ("f", "fragile")


def test_a_failure_names_the_row_or_member(output: Path) -> None:
    """Its id may come from a field and not name the file."""
    row = Origin(path="d.csv", media_type="text/csv", member=None, row=3, field="text", sha256=None)
    member = Origin(path="d.zip", media_type="text/plain", member="a/7.txt", row=None, field=None, sha256=None)
    records = [Record("7", "", row), Record("8", "These words explode.\n", member)]
    run(records, PIPELINE, output)
    empty, raised = failures(output)
    assert empty == Failure("7", None, "row 3 of d.csv: is empty; leave it out")
    assert (raised.document, raised.stage) == ("8", "fragile")
    assert raised.reason.startswith("d.zip, a/7.txt: raised ZeroDivisionError")


def test_a_rejected_document_is_listed_but_not_a_failure(output: Path) -> None:
    account = run(RECORDS[4:5], PIPELINE, output)
    assert (account.rejected, account.failed) == (1, 0)
    assert failures(output) == []


def test_records_keep_their_metadata_and_origin(output: Path) -> None:
    origin = Origin(path="wire/g.txt", media_type="text/plain", member=None, row=None, field=None, sha256=None)
    run([Record("wire/g", "Boats wait for the wind.\n", origin, {"url": "https://example.org/g"})], PIPELINE, output)
    (article,) = read(output)
    assert article.meta == {"url": "https://example.org/g"}
    assert article.provenance.source.origin == origin


def test_a_given_encoding_is_used(output: Path) -> None:
    """Without it, these bytes would be read as cp1252."""
    data = "Żółte łodzie wracają.\n".encode("iso8859-2")
    run([Record("a", data, NOWHERE)], PIPELINE, output, encoding="iso8859-2")
    (article,) = read(output)
    assert article.text == "Żółte łodzie wracają.\n"


def test_failures_and_rejections_are_listed_one_per_line(finished: FinishedRun) -> None:
    failures = lines(finished.output / "_run" / "failures.jsonl")
    assert [failure["document"] for failure in failures] == ["b", "c", "d", "f"]
    assert failures[1] == {
        "document": "c",
        "stage": "fragile",
        "reason": RAISED,
        "package": None,
    }
    assert lines(finished.output / "_run" / "rejected.jsonl") == [
        {"document": "e", "rule": "choosy.short", "reason": "has 6 characters"}
    ]


def test_the_run_is_recorded_with_its_figures(finished: FinishedRun) -> None:
    run_record = json.loads((finished.output / "_run" / "run.json").read_text(encoding="utf-8"))
    assert run_record["documents"] == {
        "documents": 7,
        "written": 2,
        "failed": 4,
        "rejected": 1,
        "unchanged": 0,
        "edited": 0,
        "degraded": 0,
    }
    assert run_record["edits"] == {"fragile.breaks": 1}
    assert [stage["name"] for stage in run_record["stages"]] == ["fragile", "choosy"]
    assert run_record["figures"]["edits"] == 1


def test_a_run_without_failures_clears_the_list_of_the_earlier_run(output: Path) -> None:
    run(RECORDS, PIPELINE, output)
    run(RECORDS[:1], PIPELINE, output)
    assert lines(output / "_run" / "failures.jsonl") == []
    assert lines(output / "_run" / "rejected.jsonl") == []


def test_a_run_without_documents_is_recorded(output: Path) -> None:
    assert run([], PIPELINE, output).totals.complete
    assert (output / "_run" / "run.json").is_file()


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    """Neither articles nor lists contain a time, a machine or the path of the output."""
    run(RECORDS, PIPELINE, tmp_path / "one")
    run(RECORDS, PIPELINE, tmp_path / "two")
    first, second = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file() and not _own(path)}
        for folder in (tmp_path / "one", tmp_path / "two")
    )
    assert first == second


def _own(path: Path) -> bool:
    """Whether a file is part of the state, or the lock."""
    return path.name == "lock" or path.name.startswith("state.sqlite")


def test_events_report_each_document_when_it_is_counted(output: Path) -> None:
    seen: list[tuple[str, int]] = []

    def watch(document: str, account: Counters) -> None:
        assert account.finished <= account.documents
        seen.append((document, account.finished))

    run(RECORDS, PIPELINE, output, events=Callbacks(document=watch))
    assert seen == [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5), ("f", 6), ("wire/g", 7)]


def test_an_id_too_long_for_any_path_fails_alone(output: Path) -> None:
    """Each part of a path is shortened, but the number of parts is not."""
    name = "/".join(["x" * 140] * 60)
    account = run([Record(name, "The far boat.\n", NOWHERE), RECORDS[0]], PIPELINE, output)
    assert account.written == 1
    assert failures(output) == [Failure(name, None, "its id is too long for the path of a file; shorten it")]
    assert [article.id for article in read(output)] == ["a"]


def test_a_stage_that_returns_lone_surrogates_loses_only_its_findings(output: Path) -> None:
    run([Record("h", "They garble it all.\n", NOWHERE), RECORDS[0]], PIPELINE, output)
    assert [(failure.document, failure.kind) for failure in failures(output)] == [("h", "degraded")]
    assert [article.id for article in read(output)] == ["a", "h"]


def test_a_bug_in_the_pipeline_costs_one_document(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an executor in this process, since a worker cannot be patched."""

    def mistaken(document: Document, *others: Any) -> Any:
        if "wind" in document.text:
            raise IndexError("list index out of range")
        return assemble(document, *others)

    monkeypatch.setattr("pipeline.core.structuring.assemble", mistaken)
    account = run_records(RECORDS[:1] + RECORDS[6:], Job(PIPELINE, output), engine=InlineExecutor().engine)
    assert (account.written, account.failed) == (1, 1)
    (only,) = failures(output)
    assert only.reason.startswith("raised IndexError: list index out of range (line ")
    assert "of test_run.py); this is a bug in the pipeline, report it" in only.reason


def test_an_output_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    """The document is not to blame, and all later ones would fail as well."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(RunError, match="file"):
        run(RECORDS, PIPELINE, tmp_path / "file" / "output")
