"""A dry run counts what each rule would do."""

from collections import Counter
from collections.abc import Iterable

import pytest

from pipeline import Pipeline
from pipeline.core.pipeline import NOWHERE
from pipeline.model.record import Record, Unreadable
from pipeline.runs.dry_run import DryRunReport, simulate_run
from runs.callbacks import Callbacks

TEXTS = {
    "bell": "Host: Who rings the bell ofthe tower?\n\n船长：quot;风quot;,他说。\n",
    "oar": "Host: Where is the oar?\n\n船长：It is ofthe old kind .\n",
}


def forecast(*records: Record | Unreadable) -> DryRunReport:
    return simulate_run(records, Pipeline()).report()


def records(**texts: str) -> Iterable[Record]:
    return [Record(name, text, NOWHERE) for name, text in texts.items()]


def test_rules_are_counted_over_all_articles() -> None:
    counts = {firing.rule: (firing.count, firing.articles) for firing in forecast(*records(**TEXTS)).edits}
    assert counts["words.in-vocabulary"] == (2, 2)
    assert counts["entities.lost-quotes"] == (2, 1)


def test_rules_in_most_articles_come_first() -> None:
    edits = forecast(*records(**TEXTS, more="One . 二 。 Three . four . five .\n")).edits
    assert [firing.articles for firing in edits] == sorted((f.articles for f in edits), reverse=True)


def test_a_rule_has_three_examples_at_most() -> None:
    many = {f"d{n}": f"Host: Who keeps the bell ofthe {n}th tower? 钟。\n" for n in range(6)}
    (firing,) = (f for f in forecast(*records(**many)).edits if f.rule == "words.in-vocabulary")
    assert [specimen.document for specimen in firing.examples] == ["d0", "d1", "d2"]


def test_an_example_shows_the_text_that_its_stage_got() -> None:
    (firing,) = (f for f in forecast(*records(**TEXTS)).edits if f.rule == "entities.lost-quotes")
    assert firing.examples[0].text == '船长：[-quot;-]{+"+}风quot;,他说。'


def test_kinds_of_labels_are_counted() -> None:
    counts = {kind.label: (kind.count, kind.articles) for kind in forecast(*records(**TEXTS)).labels}
    segments = [segment.label for text in TEXTS.values() for segment in Pipeline().process(text).segments]
    assert {label: count for label, (count, _) in counts.items()} == Counter(segments)


def test_notes_are_counted_by_their_rule() -> None:
    made = Pipeline(rules={"words": 1})
    notes = simulate_run(records(**TEXTS), made).report().notes
    assert {(note.rule, note.count) for note in notes} >= {("words.in-vocabulary", 2)}
    assert any("{+ +}" in note.examples[0].text for note in notes)


def test_every_document_is_accounted_for() -> None:
    report = forecast(*records(**TEXTS, empty=" "), Unreadable("lost", "is no text"))
    assert (report.documents.documents, report.documents.would_be_written, report.documents.failed) == (4, 2, 2)
    assert [failure.document for failure in report.failures] == ["empty", "lost"]


def test_the_same_documents_give_the_same_report() -> None:
    assert forecast(*records(**TEXTS)) == forecast(*records(**TEXTS))


@pytest.mark.parametrize("number", [0, 3])
def test_each_document_is_reported_when_it_is_done(number: int) -> None:
    seen: list[str] = []
    simulate_run(
        list(records(**TEXTS))[:number], Pipeline(), events=Callbacks(document=lambda name, _: seen.append(name))
    )
    assert seen == list(TEXTS)[:number]
