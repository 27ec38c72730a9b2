"""`process_batch` returns a table of outcomes for a table of documents, whatever these do to the process."""

import os
import pickle
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import get_all_start_methods, get_context
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ordeal import until

from pipeline import Pipeline, UsageError, process, process_batch
from pipeline.config.settings import Run
from pipeline.core.pipeline import NOWHERE
from pipeline.model.article import Article, Origin
from pipeline.model.evidence import Evidence
from pipeline.model.record import Record
from pipeline.readers.arrow.batches import is_encodable, records_table, table_documents
from pipeline.runs.article_counts import ArticleCounts
from pipeline.runs.batches import _WORKER, OUTCOMES, outcomes_of_table
from pipeline.runs.outcome import Outcome, Rejection, Written, process_record
from pipeline.runs.output.article_writer import ARTICLE_ENCODER, InMemoryWriter, write_article
from runs.harmful_stages import Doorkeeper, Perilous, records

TALK = "Salt From the Old Pans\n\nQ: Who owns teh pans now?\n\nA: The village does, since 1998.\n"
QUAY = "Nets dry on the quay."
PERILOUS = Pipeline(stages=[Perilous(), Doorkeeper()])
LIMITS = Run(seconds=60, memory=512)

perilous = partial(process_batch, pipeline=PERILOUS, limits=LIMITS)


def batch(*texts: str | None) -> pa.Table:
    return pa.table({"id": [f"d{n}" for n in range(len(texts))], "text": pa.array(texts, pa.string())})


def fates(text: str) -> list[str]:
    return [row["outcome"] for row in rows(perilous(batch(text)))]


def rows(table: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def outcome_cells(table: pa.Table) -> list[tuple[str | None, str, str | None]]:
    return [(row["id"], row["outcome"], row["reason"]) for row in rows(table)]


# What comes back


def test_rows_come_in_the_same_order() -> None:
    found = perilous(batch("Nets dry on the quay.", "RAISE", "Tiny.", "Boats wait for teh wind."))
    assert [(row["id"], row["outcome"]) for row in rows(found)] == [
        ("d0", "written"),
        ("d1", "failed"),
        ("d2", "rejected"),
        ("d3", "written"),
    ]


def test_the_article_equals_that_of_the_library() -> None:
    table = pa.table({"id": ["pans"], "text": [TALK], "url": ["https://example.org/7"]})
    (row,) = rows(process_batch(table))
    origin = Origin(path=None, media_type=None, member=None, row=None, field="text", sha256=None)
    want = Pipeline().process(TALK, id="pans", metadata={"id": "pans", "url": "https://example.org/7"}, origin=origin)
    assert row["article"].encode() == ARTICLE_ENCODER.encode(want)


def test_a_degraded_row_has_stage_reason_and_kind() -> None:
    (row,) = rows(perilous(batch("They GARBLE it.")))
    assert (row["outcome"], row["stage"], row["kind"], row["rule"]) == ("written", "doorkeeper", "degraded", None)
    assert "holds a lone surrogate" in row["reason"]
    article = msgspec.json.decode(row["article"], type=Article)
    assert [note.rule for note in article.failures] == ["stage.failed"]
    assert dict(row["notes"]) == {"stage.failed": 1}


def test_a_failed_row_has_stage_reason_and_kind() -> None:
    (row,) = rows(perilous(batch("RAISE")))
    assert (row["stage"], row["kind"], row["article"]) == ("perilous", None, None)
    assert row["reason"].startswith("raised ZeroDivisionError: division by zero")


def test_a_rejected_row_has_rule_and_reason() -> None:
    (row,) = rows(perilous(batch("Tiny.")))
    assert (row["rule"], row["reason"]) == ("doorkeeper.short", "has 5 characters")


def test_a_written_row_has_the_counts_of_its_article() -> None:
    (row,) = rows(process_batch(pa.table({"id": ["pans"], "text": [TALK.replace("Who owns", "Who  owns&quot;")]})))
    want = ArticleCounts.of(process(TALK.replace("Who owns", "Who  owns&quot;"), id="pans"))
    assert (row["bytes"], row["exchanges"], row["turns"]) == (want.bytes, want.exchanges, want.turns)
    assert dict(row["edits"]) == want.edits
    assert dict(row["notes"]) == want.notes
    assert row["edits"]


@pytest.mark.parametrize("texts", [(), ("RAISE",), (None,), ("Nets dry on the quay.",), ("Tiny.", "Tiny.")])
def test_the_schema_does_not_depend_on_the_rows(texts: Sequence[str | None]) -> None:
    """Engines need the schema before there is any row."""
    found = perilous(batch(*texts))
    assert found.schema.equals(OUTCOMES)
    assert found.num_rows == len(texts)


# What goes in


def test_other_columns_are_metadata() -> None:
    table = pa.table({"id": ["a"], "text": ["Nets dry on the quay."], "year": [1998], "tags": [["sea", "salt"]]})
    (outcome,) = outcomes_of_table(perilous(table))
    assert article(outcome).meta == {"id": "a", "year": "1998", "tags": '["sea","salt"]'}


def test_columns_are_named_by_keyword() -> None:
    table = pa.table({"key": [7, 8], "story": ["Nets dry on the quay.", "Boats wait for the wind."]})
    found = perilous(table, id="key", text="story")
    assert [row["id"] for row in rows(found)] == ["7", "8"]
    assert article(outcomes_of_table(found)[1]).text == "Boats wait for the wind."


def test_bytes_are_decoded_like_a_file() -> None:
    pans = "问：盐田现在是谁的？\n答：是村里的。公司走了以后，我们在一九九八年把它买了回来。\n"
    table = pa.table({"id": ["a", "b"], "data": [pans.encode("gb18030"), b"Nets dry on the quay."]})
    found = outcomes_of_table(perilous(table))
    assert article(found[0]).text == pans
    assert article(found[0]).provenance.source.bytes == len(pans.encode("gb18030"))
    assert article(found[1]).text == "Nets dry on the quay."


def test_the_encoding_can_be_given() -> None:
    table = pa.table({"id": ["a"], "data": ["Żółte łodzie wracają.".encode("iso8859-2")]})
    assert article(outcomes_of_table(perilous(table, encoding="iso8859-2"))[0]).text == "Żółte łodzie wracają."


def test_a_column_of_pages_is_read_as_pages() -> None:
    table = pa.table({"id": ["a"], "html": ["<p>Nets dry on the quay, said the keeper of the pans.</p>"]})
    assert article(outcomes_of_table(perilous(table, text="html"))[0]).text.strip() == (
        "Nets dry on the quay, said the keeper of the pans."
    )


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())])
def test_texts_may_have_any_string_type(kind: Any) -> None:
    texts = pa.array(["Nets dry on the quay.", "Boats wait for the wind."]).cast(kind)
    found = perilous(pa.table({"id": ["a", "b"], "text": texts}).slice(1))
    assert [(row["id"], row["outcome"]) for row in rows(found)] == [("b", "written")]


def test_a_row_without_an_id_or_a_text_fails_by_its_number_or_name() -> None:
    table = pa.table({"id": ["a", None, ""], "text": [None, "Nets dry on the quay.", "Boats wait for the wind."]})
    assert outcome_cells(perilous(table)) == [
        ("a", "failed", "has no text in column 'text'; leave it out"),
        (None, "failed", "row 2 of its batch has no id in column 'id'; give it one"),
        (None, "failed", "row 3 of its batch has no id in column 'id'; give it one"),
    ]


def test_a_batch_without_any_text_does_not_end_the_job() -> None:
    table = pa.table({"id": ["a", "b"], "text": pa.nulls(2)})
    reason = "has no text in column 'text'; leave it out"
    assert outcome_cells(perilous(table)) == [("a", "failed", reason), ("b", "failed", reason)]


@pytest.mark.parametrize(
    ("columns", "named", "message"),
    [
        ({"id": ["a"], "text": [7]}, {}, "the column 'text' of the table contains no text"),
        ({"id": ["a"], "txet": ["x"]}, {}, r"no column 'text' \(there are: id, txet\); name it with text="),
        ({"id": ["a"], "story": ["x"]}, {"text": "stroy"}, "no column 'stroy'; did you mean 'story'"),
        ({"id": ["a"], "text": [7]}, {"text": "text"}, "the column 'text' of the table contains no text"),
        ({"ids": ["a"], "text": ["x"]}, {}, "no column 'id'; did you mean 'ids'.*name it with id="),
    ],
)
def test_a_missing_column_is_reported_first(
    columns: dict[str, list[object]], named: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        process_batch(pa.table(columns), **named)  # type: ignore[arg-type]


# What documents may do to the process


@pytest.mark.parametrize(
    ("text", "kind", "stage", "reason"),
    [
        ("CRASH", "crash", "perilous", "crashed its worker process twice"),
        ("HANG", "time", "perilous", "took longer than 2 s, twice"),
        ("GREEDY", "memory", "perilous", "needs more than 512 MiB of memory"),
    ],
)
def test_a_document_that_kills_its_process_is_a_row(text: str, kind: str, stage: str, reason: str) -> None:
    table = batch("Nets dry on the quay.", text, "Boats wait for the wind.")
    limits = Run(seconds=2, memory=512) if text == "HANG" else LIMITS
    before, harmful, after = rows(process_batch(table, pipeline=PERILOUS, limits=limits))
    assert (before["outcome"], after["outcome"]) == ("written", "written")
    assert (harmful["outcome"], harmful["kind"], harmful["stage"]) == ("failed", kind, stage)
    assert harmful["reason"].startswith(reason)


def process_of(table: pa.Table) -> str:
    """Returns the id of the process that processed a document."""
    (outcome,) = outcomes_of_table(table)
    (note,) = article(outcome).notes
    return note.message


def test_the_worker_is_kept_while_the_config_is_the_same() -> None:
    telling = Pipeline(stages=[Perilous(tells=True)])
    first = process_of(process_batch(batch("Nets dry on the quay."), pipeline=telling))
    again = pickle.loads(pickle.dumps(telling))
    assert process_of(process_batch(batch("Boats wait for the wind."), pipeline=again)) == first
    assert process_of(process_batch(batch("Boats wait for the wind."), pipeline=telling, limits=LIMITS)) != first


@pytest.mark.parametrize("method", get_all_start_methods())
def test_a_daemon_can_process_documents(method: str) -> None:
    perilous(batch(QUAY))
    # Its processes are daemons, which may have no children.
    with get_context(method).Pool(1) as engine:
        assert engine.map_async(fates, [QUAY, "CRASH"]).get(120) == [["written"], ["failed"]]
    assert fates(QUAY) == ["written"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_a_forked_process_can_process_documents_while_its_parent_does() -> None:
    slow = partial(perilous, batch(QUAY, "HANG"), limits=Run(seconds=2, memory=512))
    with ThreadPoolExecutor(1) as others:
        busy = others.submit(slow)
        until(_WORKER._lock.locked)
        child = os.fork()
        if not child:
            signal.alarm(600)
            os._exit(0 if fates(QUAY) == ["written"] else 3)
        assert os.waitpid(child, 0) == (child, 0)
        assert [row["outcome"] for row in rows(busy.result(120))] == ["written", "failed"]
    assert fates("CRASH") == ["failed"]


def test_a_partial_function_can_be_pickled() -> None:
    there = pickle.loads(pickle.dumps(perilous))
    assert there(batch("Nets dry on the quay.")).equals(perilous(batch("Nets dry on the quay.")))


# Records of a run, there and back


def article(outcome: Outcome) -> Article:
    assert isinstance(outcome, Written)
    return msgspec.json.decode(outcome.body or b"", type=Article)


def test_outcomes_of_a_table_equal_those_of_a_worker() -> None:
    given_ = records("Nets dry on teh quay.", "RAISE", "Tiny.", "", "Boats wait for the wind.", "GARBLE the text")
    want: list[Outcome] = []
    for record in given_:
        made = process_record(record, PERILOUS)
        if isinstance(made, Article):
            want.append(write_article(record, made, InMemoryWriter()))
        else:
            want.append(made)
    table = perilous(records_table(given_))
    assert outcomes_of_table(table) == want
    assert isinstance(want[5], Written)
    assert want[5].degraded is not None
    assert isinstance(want[2], Rejection)
    assert isinstance(want[4], Written)
    assert want[4].counts is not None
    assert want[4].counts.bytes == len("Boats wait for the wind.")


optional = st.none() | st.text()
sound = st.builds(
    Record,
    id=st.text(min_size=1),
    data=st.text() | st.binary(),
    origin=st.builds(
        Origin,
        path=optional,
        media_type=optional,
        member=optional,
        row=st.none() | st.integers(1, 2**62),
        field=optional,
        sha256=optional,
    ),
    metadata=st.dictionaries(st.text(), st.text(), max_size=4),
    converted_by=optional,
    encoding=optional,
    evidence=st.lists(st.builds(Evidence, st.integers(0, 9), st.integers(1, 9), st.sampled_from(["bold", "cell"]))).map(
        tuple
    ),
)


@given(st.lists(sound, max_size=4))
def test_a_record_travels_whole(given_: list[Record]) -> None:
    assert list(table_documents(records_table(given_))) == given_


@pytest.mark.parametrize(
    "record",
    [
        Record("a\ud800", "x", NOWHERE),
        Record("a", "x\udc80", NOWHERE),
        Record("a", b"x", NOWHERE, {"\ud800": "y"}),
        Record("a", b"x", Origin(path="\udc80", media_type=None, member=None, row=None, field=None, sha256=None)),
    ],
)
def test_a_lone_surrogate_does_not_travel(record: Record) -> None:
    assert not is_encodable(record)


def test_a_record_batch_is_accepted_like_a_table() -> None:
    """Spark's `mapInArrow` passes these."""
    table = batch("Nets dry on the quay.", "Boats wait for the wind.")
    (only,) = table.to_batches()
    assert process_batch(only).equals(process_batch(table))
