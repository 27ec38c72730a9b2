"""The counters of a run: no document is missing."""

import pytest

import pipeline
from pipeline.runs.article_counts import ArticleCounts, ContentFigures, ContentTotals
from pipeline.runs.counters import Counters, Totals
from pipeline.runs.outcome import Failure, Rejection, Written

INTERVIEW = """Rope From Nettles

Q: Who still twists rope by hand?

A: Two of us, and my sister when she visits.

Q: From nettlesonly?

A: Nettles, quot;and nothing else quot;, as she says.
"""


def test_counters_begin_at_zero() -> None:
    assert Counters().totals == Totals(documents=0, written=0, failed=0, rejected=0, unchanged=0)
    assert Counters().totals.complete
    assert Counters().figures == ContentFigures(bytes=0, exchanges=0, turns=0, edits=0, notes=0)


def test_documents_are_written_failed_rejected_or_unchanged() -> None:
    account = Counters()
    account.count_read(4)
    account.count_outcome(Written(1200))
    account.count_outcome(Failure("b", None, "is empty; leave it out"))
    account.count_outcome(Rejection("c", "filter.short", "has nine words"))
    assert not account.totals.complete
    account.count_unchanged()
    assert account.totals == Totals(documents=4, written=1, failed=1, rejected=1, unchanged=1)
    assert account.totals.complete
    assert account.finished == 4


@pytest.mark.parametrize("documents", [0, 2])
def test_totals_are_incomplete_with_a_document_too_few_or_too_many(documents: int) -> None:
    assert not Totals(documents=documents, written=1, failed=0, rejected=0, unchanged=0).complete


def test_article_counts_are_added_up() -> None:
    tally = ContentTotals()
    article = pipeline.process(INTERVIEW, id="a")
    tally.add(ArticleCounts.of(article))
    tally.add(ArticleCounts.of(article))
    edits = sum(len(change.edits) for change in article.provenance.changes)
    assert edits >= 3
    assert tally.figures == ContentFigures(
        bytes=2 * len(INTERVIEW),
        exchanges=4,
        turns=8,
        edits=2 * edits,
        notes=2 * len(article.notes),
        without_exchange=0,
        with_warnings=0,
    )


def test_edits_are_counted_by_their_rule() -> None:
    tally = ContentTotals()
    article = pipeline.process(INTERVIEW, id="a")
    tally.add(ArticleCounts.of(article))
    assert tally.edits_by_rule.total() == tally.figures.edits
    assert set(tally.edits_by_rule) == {edit.rule for change in article.provenance.changes for edit in change.edits}


def test_articles_without_an_exchange_and_with_warnings_are_counted() -> None:
    tally = ContentTotals()
    for text in (INTERVIEW, "The rope is long.\n", "Ada Fern: We lit our lamps.\n\nThe tide was out.\n\n" * 3):
        tally.add(ArticleCounts.of(pipeline.process(text, id="a")))
    assert (tally.figures.without_exchange, tally.figures.with_warnings) == (2, 1)
