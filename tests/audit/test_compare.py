"""Comparison of two articles of one document: it finds all differences and nothing else."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from judged import articles, edit, two_ledgers, with_ledger
from labelled import Piece, article, labelled_texts, part, version
from strategies import texts

import pipeline
from pipeline import Article, ContractError, Note
from pipeline.audit.compare.compare import Difference, FieldChange, Hunk, compare
from pipeline.audit.compare.structure import COMPARED_FIELDS
from pipeline.audit.compare.values import part as part_of
from pipeline.model.article import Entry
from pipeline.text.edits import Change

RAW = """Bread Before Dawn

WEIR LANE POST: Why areyou up at two?

ODILE MARCHANT: The dough is quot;awakequot; before I am,and it does not wait.

WEIR LANE POST: 您的烤炉有多老？

ODILE MARCHANT: 一九三一年造的，比我母亲还大。
"""


def made(raw: str = RAW, **options: str) -> Article:
    """The article of a text, with rules off or at thresholds as `options` say."""
    rules = {name.replace("__", ".").replace("_", "-"): value for name, value in options.items()}
    return pipeline.Pipeline(rules=rules).process(raw, id="bread")  # type: ignore[arg-type]


def asked(text: str, of: str = "Post") -> Piece:
    return part("question", text, of=of)


def statement(text: str, of: str = "Odile") -> Piece:
    return part("answer", text, of=of)


def interview(*turns: str | Piece) -> Article:
    return article(*(piece for turn in turns for piece in (turn, "\n\n")))


def parts(difference: Difference) -> list[tuple[str, str]]:
    return [(change.what, change.part) for change in difference.structure]


def applied(old: str, hunks: tuple[Hunk, ...]) -> str:
    """The old text with every hunk made."""
    pieces, at = [], 0
    for hunk in hunks:
        assert old.startswith(hunk.old, hunk.old_start)
        pieces += [old[at : hunk.old_start], hunk.new]
        at = hunk.old_start + len(hunk.old)
    return "".join([*pieces, old[at:]])


# The laws


@given(articles())
def test_an_article_does_not_differ_from_itself(given_article: Article) -> None:
    again = msgspec.json.decode(msgspec.json.encode(given_article), type=Article)
    # Not even where equality is not seen at once.
    other = msgspec.structs.replace(again, metadata=(Entry(key="k", value="v"),))
    assert compare(given_article, again).same
    assert [change.part for change in compare(given_article, other).structure] == ["metadata"]
    assert compare(given_article, other).kinds == ("structure",)


@given(two_ledgers())
def test_hunks_make_the_new_text_of_the_old_one(pair: tuple[Article, Article]) -> None:
    old, new = pair
    assert applied(old.text, compare(old, new).text) == new.text


@given(texts(), texts())
def test_hunks_do_so_for_two_sources_as_well(old: str, new: str) -> None:
    difference = compare(with_ledger(old), with_ledger(new))
    assert applied(old, difference.text) == new
    assert ("source" in difference.kinds) == (old != new)


@given(two_ledgers())
def test_hunks_are_as_small_as_they_can_be(pair: tuple[Article, Article]) -> None:
    for hunk in compare(*pair).text:
        assert hunk.old[:1] != hunk.new[:1]
        assert hunk.old[-1:] != hunk.new[-1:]


@given(articles(), articles())
def test_any_two_articles_can_be_compared(old: Article, new: Article) -> None:
    assert applied(old.text, compare(old, new).text) == new.text


@given(two_ledgers())
def test_additions_one_way_are_removals_the_other_way(pair: tuple[Article, Article]) -> None:
    forth, back = compare(*pair), compare(*pair[::-1])
    assert sorted(f.example for f in forth.findings if f.side == "old") == sorted(
        f.example for f in back.findings if f.side == "new"
    )


@given(labelled_texts(), st.data())
def test_no_changed_value_is_overlooked(content: list[str | Piece], data: st.DataObject) -> None:
    """Whatever one value of the structure is turned into, though the text is the same."""
    old = article(*content)
    tree = msgspec.json.decode(msgspec.json.encode(old))
    path = data.draw(st.sampled_from(list(leaves({name: tree[name] for name in COMPARED_FIELDS}))))
    holder = tree
    for key in path[:-1]:
        holder = holder[key]
    value = holder[path[-1]]
    others = [not value] if isinstance(value, bool) else [None, f"{value}x", "answer", "other", "repost"]
    holder[path[-1]] = data.draw(st.sampled_from([other for other in others if other != value]))
    try:
        new = msgspec.convert(tree, Article)
    except msgspec.ValidationError:
        reject()
    assert "structure" in compare(old, new).kinds


def leaves(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value that holds no others; numbers of turns and exchanges only count."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else None
    if items is None:
        yield path
        return
    for key, inner in items:
        if key != "n":
            yield from leaves(inner, (*path, key))


# Edits


def test_difference_is_attributed_to_the_disabled_rule() -> None:
    difference = compare(made(), made(words="off"))
    (hunk,) = difference.text
    assert (hunk.old, hunk.new, hunk.rules, hunk.new_line) == (" ", "", ("words.in-vocabulary",), 3)
    assert (hunk.before, hunk.after) == ("WEIR LANE POST: Why are", "you up at two?")
    assert [(f.what, f.side, f.rule) for f in difference.findings] == [("edit", "old", "words.in-vocabulary")]


def test_an_edit_that_another_rule_moved_is_the_same_edit() -> None:
    """Without the entities before it, the missing space is eight characters further on."""
    difference = compare(made(entities="off"), made())
    assert {finding.rule for finding in difference.findings} == {"entities.lost-quotes"}
    assert {finding.side for finding in difference.findings} == {"new"}


def test_an_edit_s_place_is_that_in_the_source() -> None:
    difference = compare(made(words="off"), made())
    (finding,) = difference.findings
    assert finding.start == RAW.index("areyou") + 3


def test_an_edit_by_another_rule_is_another_edit_and_the_text_is_the_same() -> None:
    old = with_ledger("of\u200bthe", Change("markup", (edit(2, "\u200b", " ", "markup.invisible"),)))
    new = with_ledger("of\u200bthe", Change("words", (edit(2, "\u200b", " ", "words.joined"),)))
    difference = compare(old, new)
    assert difference.kinds == ("rules",)
    assert [(f.side, f.stage) for f in difference.findings] == [("old", "markup"), ("new", "words")]


def test_another_confidence_is_no_other_edit_but_counted() -> None:
    old = with_ledger("ofthe", Change("words", (edit(2, "", " ", confidence=0.8),)))
    new = with_ledger("ofthe", Change("words", (edit(2, "", " ", confidence=0.9),)))
    difference = compare(old, new)
    assert (difference.kinds, difference.findings, difference.confidences) == (("rules",), (), 1)


def test_an_edit_is_shown_in_the_text_that_its_stage_was_given() -> None:
    first, second = Change("a", (edit(0, "quot;", '"'),)), Change("b", (edit(5, "", " "),))
    difference = compare(with_ledger("quot;ofthe", first), with_ledger("quot;ofthe", first, second))
    assert [finding.example for finding in difference.findings] == ['"ofth{+ +}e']


def test_differences_that_touch_are_one() -> None:
    """One edit inserted, the other replaced the text after it: the reader sees one place."""
    old = with_ledger("灯x塔", Change("a", (edit(1, "", " "),)))
    new = with_ledger("灯x塔", Change("a", (edit(1, "x", "y"),)))
    (hunk,) = compare(old, new).text
    assert (hunk.old, hunk.new) == (" x", "y")


def test_a_ledger_that_does_not_fit_is_named() -> None:
    broken = msgspec.structs.replace(made(), text="nothing of the kind")
    with pytest.raises(ContractError, match="bread: /provenance/changes"):
        compare(made(), broken)


# Structure


FIRST = (asked("Why at two?"), statement("面团不等人。"))
SECOND = (asked("为什么用木柴？"), statement("It is what we have."))
THIRD = (asked("How old is it?"), statement("比我母亲还大。"))
LAUGHED = (asked("她笑了吗？"), statement("但她笑了。"))


def test_a_repair_in_a_paragraph_is_a_difference_of_the_text_only() -> None:
    assert "structure" not in compare(made(words="off", entities="off"), made()).kinds


def test_a_paragraph_that_was_all_mojibake_is_still_the_same_paragraph() -> None:
    difference = compare(
        interview(*FIRST, asked("她笑了吗？"), statement("ä½†å¥¹ç¬‘äº†ã€‚")),
        interview(*FIRST, *LAUGHED),
    )
    assert difference.text
    assert difference.structure == ()


def test_added_exchange_does_not_change_later_ones() -> None:
    same_text = interview(*FIRST, "为什么用木柴？", "It is what we have.", *THIRD)
    difference = compare(same_text, interview(*FIRST, *SECOND, *THIRD))
    added = [change for change in difference.structure if change.part == "exchange"]
    assert [(c.what, c.new_field, c.new) for c in added] == [
        ("added", "/sections/0/exchanges/1", "Post: 为什么用木柴？\nOdile: It is what we have.")
    ]
    assert all("exchanges/2" not in (change.new_field or "") for change in difference.structure)


def test_exchange_in_another_source_is_matched_by_position() -> None:
    difference = compare(interview(*FIRST, *THIRD), interview(*FIRST, *SECOND, *THIRD))
    assert parts(difference) == [("added", "exchange")]


def test_a_removed_exchange_is_shown_with_its_old_pointer() -> None:
    difference = compare(interview(*FIRST, *SECOND, *THIRD), interview(*FIRST, *THIRD))
    (change,) = difference.structure
    assert (change.what, change.old_field, change.new_field) == ("removed", "/sections/0/exchanges/1", None)


def test_added_heading_is_one_change_despite_new_pointers() -> None:
    old = interview(*FIRST, "Wood and flour", *SECOND)
    new = interview(*FIRST, part("heading", "Wood and flour"), *SECOND)
    assert parts(compare(old, new)) == [("removed", "aside"), ("added", "heading")]


def test_a_question_that_became_an_answer_is_removed_there_and_added_here() -> None:
    old = interview(*FIRST, asked("And the flour"), statement("From the mill."))
    new = interview(*FIRST, statement("And the flour", of="Post"), statement("From the mill."))
    difference = compare(old, new)
    labels = [(f.side, f.value) for f in difference.findings if f.what == "label"]
    assert labels == [("old", "question (und)"), ("new", "answer (und)")]
    assert "structure" in difference.kinds


def test_the_same_label_for_another_speaker_is_a_change_of_structure() -> None:
    old = interview(part("speaker", "OM", of="Odile"), statement("面团不等人。"))
    new = interview(part("speaker", "OM", of="Odile Marchant"), statement("面团不等人。", of="Odile Marchant"))
    difference = compare(old, new)
    assert ("changed", "answer.speaker") in parts(difference)
    assert ("changed", "speaker.name") in parts(difference)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("Bread Before Dawn",), (part("title", "Bread Before Dawn"),), ("added", "title")),
        (("面包与黎明",), (part("heading", "面包与黎明"),), ("added", "heading")),
        (("Text: Tom Reyes",), (part("credit.role", "Text", of=1), ": ", part("credit.name", "Tom Reyes", of=1)),
         ("added", "credit")),
        (("来源：韦巷晚报",), (part("notice", "来源：韦巷晚报", of="source"),), ("added", "notice")),
        (("仅代表个人观点",), (part("disclaimer", "仅代表个人观点"),), ("added", "disclaimer")),
    ],
)  # fmt: skip
def test_every_kind_of_field_is_compared(
    old: tuple[str | Piece, ...], new: tuple[str | Piece, ...], expected: tuple[str, str]
) -> None:
    assert expected in parts(compare(article(*old, "\n\nx"), article(*new, "\n\nx")))


def test_a_translation_that_belongs_to_another_exchange_is_a_change() -> None:
    old = article(*FIRST, "\n", version("en", statement("It does not wait."), of=1))
    new = article(*FIRST, "\n", version("en", statement("It does not wait.")))
    assert ("changed", "translation.exchange.n") in parts(compare(old, new))


def test_a_translation_moves_with_the_exchange_that_it_translates() -> None:
    english = version("en", statement("It does not wait."), of=1)
    later = version("en", statement("It does not wait."), of=2)
    difference = compare(interview(*FIRST, english), interview(*SECOND, *FIRST, later))
    assert parts(difference) == [("added", "exchange")]


def test_a_translation_whose_number_is_another_exchange_now_is_a_change() -> None:
    english = version("en", statement("It does not wait."), of=1)
    _, change = compare(interview(*FIRST, english), interview(*SECOND, *FIRST, english)).structure
    assert (change.what, change.part, change.old, change.new) == ("changed", "translation.exchange.n", "1", "1")


def test_metadata_is_matched_by_key() -> None:
    old = pipeline.process(RAW, id="bread", metadata={"site": "weir", "lang": "en"})
    new = pipeline.process(RAW, id="bread", metadata={"lang": "zh", "site": "weir", "date": "2021"})
    changes = compare(old, new).structure
    assert [(c.what, c.part, c.old, c.new) for c in changes] == [
        ("changed", "metadata.value", "en", "zh"),
        ("added", "metadata", None, '{"key":"date","value":"2021"}'),
    ]


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("/title/text", "title.text"),
        ("/sections/0/heading", "heading"),
        ("/sections/2/paragraphs/1", "prose"),
        ("/sections/0/exchanges/3", "exchange"),
        ("/sections/0/exchanges/3/answers/0", "answer"),
        ("/sections/0/exchanges/3/answers/0/paragraphs/1", "answer.paragraph"),
        ("/translations/0/sections/0/exchanges/3/asides/0/speaker", "translation.aside.speaker"),
        ("/byline/reporters/0", "byline.reporter"),
        ("/lead/4", "lead"),
    ],
)
def test_parts_are_named_without_numbers(pointer: str, name: str) -> None:
    assert part_of(pointer) == name


# Notes, source, provenance


def test_added_note_is_a_difference_of_the_notes() -> None:
    old, new = article("潮水 rises"), article("潮水 rises", notes=(Note(3, 8, "given.label", "info", "is it?"),))
    difference = compare(old, new)
    assert "notes" in difference.kinds
    assert [(f.side, f.value, f.example) for f in difference.findings] == [("new", "is it?", "is it? — rises")]


def test_a_note_that_moved_with_the_text_is_the_same_note() -> None:
    note = Note(0, 2, "given.label", "info", "is it?")
    old = article("潮水 rises", notes=(note,))
    new = article("The 潮水 rises", notes=(Note(4, 6, "given.label", "info", "is it?"),))
    assert "notes" not in compare(old, new).kinds


def test_another_line_end_is_another_source_of_the_same_text() -> None:
    difference = compare(pipeline.process(RAW, id="bread"), pipeline.process(RAW.replace("\n", "\r\n"), id="bread"))
    assert difference.kinds == ("source", "provenance")
    assert [c.part for c in difference.provenance] == ["source.sha256", "source.bytes", "source.newline"]


def test_other_settings_with_the_same_result_differ_in_provenance_only() -> None:
    old = pipeline.process(RAW, id="bread")
    new = pipeline.Pipeline(settings={"words": {"longest": 39}}).process(RAW, id="bread")
    difference = compare(old, new)
    assert difference.kinds == ("provenance",)
    assert [change.new_field for change in difference.provenance] == ["/provenance/pipeline/settings"]


def test_another_version_of_a_stage_is_named_by_the_stage() -> None:
    old = made()
    stages = old.provenance.pipeline.stages
    newer = (*stages[:-1], msgspec.structs.replace(stages[-1], version="99"))
    ran = msgspec.structs.replace(old.provenance.pipeline, stages=newer)
    new = msgspec.structs.replace(old, provenance=msgspec.structs.replace(old.provenance, pipeline=ran))
    (change,) = compare(old, new).provenance
    assert (change.part, change.new) == ("pipeline.stage.version", "99")


def test_a_text_of_many_lines_is_compared_line_by_line() -> None:
    """Two sources of thousands of lines, most of them alike and many of them the same."""
    old = [f"Line {n} 第{n}行" if n % 3 else "" for n in range(6000)]
    new = [*old[:100], "新的一行", *old[100:4000], *old[4001:]]
    hunks = compare(with_ledger("\n".join(old)), with_ledger("\n".join(new))).text
    assert [(hunk.old, hunk.new) for hunk in hunks] == [("", "新的一行\n"), ("Line 4000 第4000行\n", "")]


MAKERS: list[Callable[[], Article]] = [made, lambda: interview(*FIRST), lambda: made(dialogue="off")]


@pytest.mark.parametrize("maker", MAKERS)
def test_a_difference_can_be_read_back_from_its_json(maker: Callable[[], Article]) -> None:
    difference = compare(made(words="off"), msgspec.structs.replace(maker(), id="bread"))
    assert msgspec.json.decode(msgspec.json.encode(difference), type=Difference) == difference


def test_values_are_readable() -> None:
    (change,) = compare(interview(*FIRST), interview(*FIRST, *SECOND)).structure
    assert isinstance(change, FieldChange)
    assert change.new == "Post: 为什么用木柴？\nOdile: It is what we have."
