"""Each test breaks a valid article in one way and expects exactly that fault."""

from collections.abc import Callable

import msgspec
import pytest
from labelled import article, part, version

from pipeline import Article, faults
from pipeline.model.article import Annotation, Byline, Exchange, Remark, Section, Segment, Turn
from pipeline.model.verify import unassigned_share
from pipeline.text.decoding import Undecodable
from pipeline.text.edits import Change, Edit

replace = msgspec.structs.replace


@pytest.fixture
def sound() -> Article:
    """A valid article with something in every field."""
    made = article(
        part("title", "The Last Ferry"), "\n",
        part("byline", "By ", part("byline.reporter", "Ann Ash"), ", Greenbay"), "\n\n",
        part("label", "07:30"), "\n",
        part("lead", "She sails at\nsix."), "\n\n",
        part("speaker", "ASH", of="Ann Ash"), ": ", part("question", "When?", of="Ann Ash"), "\n",
        part("speaker", "马", of="马船长"), "：", part("answer", "六点。", of="马船长"), "\n",
        part("speaker", "ASH", of="Ann Ash"), ": ", part("question", "Why?", of="Ann Ash"), "\n",
        part("speaker", "马", of="马船长"), "：", part("answer", "潮水。", of="马船长"), "\n\n",
        version("en", part("answer", "At six.", of="马船长"), of=1), "\n\n",
        part("repeat", "Last Ferry."), "\n\n",
        part("credit.role", "编辑", of=0), "：", part("credit.name", "林一舟", of=0), "\n",
        part("notice", "Source: Tidewater", of="source"), "\n",
        part("disclaimer", "Views are his own."),
    )  # fmt: skip
    assert list(faults(made)) == []
    return made


def only(broken: Article) -> str:
    """The one fault of an article."""
    (fault,) = faults(broken)
    return fault


def with_segment(made: Article, label: str, **changes: object) -> Article:
    """The article with its first segment of a label changed."""
    at = next(i for i, segment in enumerate(made.segments) if segment.label == label)
    segments = list(made.segments)
    segments[at] = replace(segments[at], **changes)
    return replace(made, segments=tuple(segments))


def without_segment(made: Article, label: str) -> Article:
    at = next(i for i, segment in enumerate(made.segments) if segment.label == label)
    return replace(made, segments=(*made.segments[:at], *made.segments[at + 1 :]))


def with_exchanges(made: Article, change: Callable[[int, Exchange], Exchange]) -> Article:
    """The article with the exchanges of its only section changed."""
    (section,) = made.sections
    changed = tuple(change(i, exchange) for i, exchange in enumerate(section.exchanges))
    return replace(made, sections=(replace(section, exchanges=changed),))


def with_turns(made: Article, change: Callable[[Turn], Turn]) -> Article:
    """The article with all its turns changed."""
    return with_exchanges(
        made,
        lambda _, exchange: replace(
            exchange,
            questions=tuple(change(turn) for turn in exchange.questions),
            answers=tuple(change(turn) for turn in exchange.answers),
        ),
    )


def with_source(made: Article, **changes: object) -> Article:
    source = replace(made.provenance.source, **changes)
    return replace(made, provenance=replace(made.provenance, source=source))


def with_edits(made: Article, *edits: Edit) -> Article:
    changes = (*made.provenance.changes, Change("words", edits))
    return replace(made, provenance=replace(made.provenance, changes=changes))


def place(made: Article, label: str) -> Segment:
    return next(segment for segment in made.segments if segment.label == label)


# --- restoring


def test_a_hash_of_other_bytes(sound: Article) -> None:
    assert only(with_source(sound, sha256="0" * 64)).startswith("/provenance/source/sha256")


def test_a_count_of_other_bytes(sound: Article) -> None:
    assert only(with_source(sound, bytes=1)).startswith("/provenance/source/bytes: is 1")


def test_another_line_end(sound: Article) -> None:
    assert only(with_source(sound, newline="crlf")).startswith("/provenance/source/sha256")


def test_a_byte_order_mark_that_was_not_there(sound: Article) -> None:
    assert only(with_source(sound, bom=True)).startswith("/provenance/source/sha256")


def test_undecodable_bytes_without_a_replacement_character(sound: Article) -> None:
    assert "there is no U+FFFD at 2" in only(with_source(sound, undecodable=(Undecodable(2, "gA=="),)))


def test_an_edit_that_is_not_in_the_text(sound: Article) -> None:
    assert "/provenance/changes: the edit at 4" in only(with_edits(sound, Edit(4, "Lst", "First", "words.x", 1.0)))


def test_an_edit_that_changes_nothing(sound: Article) -> None:
    assert only(with_edits(sound, Edit(4, "Last", "Last", "words.x", 1.0))) == (
        "/provenance/changes: words: the edit at 4 is not the smallest"
    )


def test_an_edit_whose_sides_share_a_long_run(sound: Article) -> None:
    """Offsets inside an edit are lost, so an edit must not be larger than what it changes."""
    edit = Edit(0, "The Last Ferri", "The Last Ferry", "words.x", 1.0)
    found = list(faults(with_edits(sound, edit)))
    assert "/provenance/changes: words: the edit at 0 is not the smallest" in found


# --- segments


@pytest.mark.parametrize(("start", "end"), [(0, 20), (14, 14), (9, 3)])
def test_a_segment_that_overlaps_or_is_empty(sound: Article, start: int, end: int) -> None:
    broken = with_segment(sound, "byline", start=start, end=end)
    assert only(broken) == f"/segments/1: {start}-{end} overlaps, is empty or lies outside the text"


def test_a_segment_outside_the_text(sound: Article) -> None:
    assert "overlaps, is empty or lies outside the text" in only(with_segment(sound, "disclaimer", end=10_000))


def test_words_in_no_segment(sound: Article) -> None:
    assert "/segments/1: 'ByAnnAshGreenbay' before it is in no segment" in list(
        faults(without_segment(sound, "byline"))
    )


def test_words_at_the_end_in_no_segment(sound: Article) -> None:
    assert only(without_segment(sound, "disclaimer")) == "/segments: 'Viewsarehisown' at the end is in no segment"


def test_a_field_label_that_points_nowhere(sound: Article) -> None:
    assert only(with_segment(sound, "lead", field=None)) == "/segments/3: a lead points nowhere"


@pytest.mark.parametrize("words", ["a" * 41, "07:30\nMay"])
def test_a_label_that_is_too_long(words: str) -> None:
    broken = article(part("label", words), "\n", part("lead", "She sails."))
    assert only(broken) == f"/segments/0: {words!r} is too long for a label"


def test_a_label_of_forty_characters_on_one_line_is_one() -> None:
    assert list(faults(article(part("label", "a" * 40), "\n", part("lead", "She sails.")))) == []


@pytest.mark.parametrize("blank", ["\n\n", "\n \u3000\n"])
def test_a_segment_that_spans_a_blank_line(blank: str) -> None:
    whole = article(part("lead", "She sails."), blank, part("lead", "At six."))
    one = msgspec.structs.replace(whole.segments[0], end=whole.segments[1].end)
    assert only(msgspec.structs.replace(whole, segments=(one,))) == "/segments/0: spans a blank line"


def test_a_speaker_segment_that_points_elsewhere(sound: Article) -> None:
    assert only(with_segment(sound, "speaker", field="/title/text")).endswith("a speaker points to /title/text")


def test_a_segment_of_words_that_points_to_a_speaker(sound: Article) -> None:
    field = place(sound, "speaker").field
    assert only(with_segment(sound, "question", field=field)).endswith(f"a question points to {field}")


def test_most_of_a_text_in_no_field() -> None:
    words = "the tide tables of the sound " * 10
    sound = article(part("title", words), "\n\n", part("lead", words[:150]))
    segment = msgspec.structs.replace(sound.segments[0], label="reference", field=None)
    broken = replace(sound, title=None, segments=(segment, *sound.segments[1:]))
    assert only(broken) == "/segments: 66% of the text is in no field"


def test_the_share_is_ignored_in_a_short_text() -> None:
    assert list(faults(article(part("reference", "the tide tables of the sound"), "\n\n", part("lead", "x")))) == []


# --- fields


def test_a_field_with_other_words_than_its_span(sound: Article) -> None:
    assert (
        only(replace(sound, lead=("She sails at ten.",)))
        == "/lead/0: is 'She sails at ten.', its span 'She sails at\\nsix.'"
    )


def test_a_field_that_keeps_its_line_ends(sound: Article) -> None:
    assert only(replace(sound, lead=("She sails at\nsix.",))).startswith("/lead/0: is 'She sails at\\nsix.', its span")


@pytest.mark.parametrize("pointer", ["/lead/1", "/leads/0", "/byline/0", "/lead/first"])
def test_a_segment_that_points_to_nothing(sound: Article, pointer: str) -> None:
    found = list(faults(with_segment(sound, "lead", field=pointer)))
    assert found == [f"{pointer}: is not there", "/lead/0: has no span"]


def test_a_segment_that_points_to_a_turn_that_is_not_there(sound: Article) -> None:
    field = "/sections/0/exchanges/7/questions/0/paragraphs/0"
    assert f"{field}: is not there" in list(faults(with_segment(sound, "question", field=field)))


@pytest.mark.parametrize(
    ("pointer", "change"),
    [
        ("/lead/1", {"lead": ("She sails at six.", "Or seven.")}),
        ("/closing/0", {"closing": ("The end.",)}),
        ("/sections/1/heading", {"sections": "heading"}),
        ("/credits/0/names/1", {"credits": "names"}),
    ],
)
def test_a_field_without_a_span(sound: Article, pointer: str, change: dict[str, object]) -> None:
    if change.get("sections"):
        change = {"sections": (*sound.sections, Section(heading="Winter", paragraphs=(), exchanges=()))}
    if change.get("credits"):
        change = {"credits": (replace(sound.credits[0], names=("林一舟", "周平")),)}
    assert only(replace(sound, **change)) == f"{pointer}: has no span"


@pytest.mark.parametrize(
    "change", [{"outlet": "Tidewater"}, {"reporters": ("Ann Ash", "Bo Birch")}, {"place": "Sound"}]
)
def test_a_part_that_is_not_in_the_byline(sound: Article, change: dict[str, object]) -> None:
    assert isinstance(sound.byline, Byline)
    broken = replace(sound, byline=replace(sound.byline, **change))
    assert only(broken) in [f"/byline: {name!r} is not in its text" for name in ("Tidewater", "Bo Birch", "Sound")]


def test_a_repeat_of_text_that_is_nowhere_else(sound: Article) -> None:
    found = only(article(part("lead", "She sails."), "\n", part("repeat", "He sails.")))
    assert found == "/segments: 'He sails.' is called a repeat and is none"


# --- speakers and turns


def test_a_label_that_is_in_no_speakers_labels(sound: Article) -> None:
    speakers = tuple(replace(speaker, labels=()) for speaker in sound.speakers)
    found = list(faults(replace(sound, speakers=speakers)))
    assert found[0] == "/sections/0/exchanges/0/questions/0/speaker: 'ASH' is no label of 'Ann Ash'"
    assert len(found) == 4


def test_a_label_that_is_the_name_must_be_among_the_labels_too() -> None:
    made = article(part("speaker", "Ash", of="Ash"), ": ", part("question", "When?", of="Ash"))
    broken = replace(made, speakers=(replace(made.speakers[0], labels=()),))
    assert only(broken).endswith("'Ash' is no label of 'Ash'")


def test_a_label_of_another_speaker(sound: Article) -> None:
    asks, answers = sound.speakers
    swapped = (replace(asks, labels=answers.labels), replace(answers, labels=asks.labels))
    assert "'ASH' is no label of 'Ann Ash'" in next(faults(replace(sound, speakers=swapped)))


def test_a_turn_of_an_unknown_speaker(sound: Article) -> None:
    found = list(faults(replace(sound, speakers=sound.speakers[:1])))
    assert "/sections: turn 2: '马船长' is no speaker" in found


def test_turns_that_are_not_numbered_through(sound: Article) -> None:
    broken = with_turns(sound, lambda turn: replace(turn, n=turn.n + 1))
    assert only(broken) == "/sections: its turns are not numbered through"


def test_turns_that_are_numbered_in_another_order_than_that_of_the_text(sound: Article) -> None:
    broken = with_turns(sound, lambda turn: replace(turn, n=5 - turn.n))
    assert only(broken) == "/sections: its turns are not numbered in the order of the text"


def test_exchanges_that_are_not_numbered_through(sound: Article) -> None:
    broken = with_exchanges(sound, lambda i, exchange: replace(exchange, n=2 * i + 1))
    assert only(broken) == "/sections: its exchanges are not numbered through"


def test_turns_of_a_translation_that_are_not_numbered_through(sound: Article) -> None:
    (translation,) = sound.translations
    (section,) = translation.sections
    (exchange,) = section.exchanges
    turns = (replace(exchange.answers[0], n=2),)
    sections = (replace(section, exchanges=(replace(exchange, answers=turns),)),)
    broken = replace(sound, translations=(replace(translation, sections=sections),))
    assert only(broken) == "/translations/0/sections: its turns are not numbered through"


def test_a_translation_of_an_exchange_that_is_not_there() -> None:
    sound = article(part("answer", "六点。"), "\n", version("en", part("answer", "Six."), of=1))
    (translation,) = sound.translations
    (section,) = translation.sections
    (exchange,) = section.exchanges
    section = replace(section, exchanges=(replace(exchange, n=7),))
    broken = replace(sound, translations=(replace(translation, sections=(section,)),))
    assert only(broken) == "/translations/0: translates exchange 7, which is not there"


# --- notes and annotations


@pytest.mark.parametrize(("start", "end"), [(5, 4), (-1, 3), (0, 10_000)])
def test_a_note_outside_the_text(sound: Article, start: int, end: int) -> None:
    note = Remark(stage="words", rule="words.x", severity="info", message="look", start=start, end=end, suggestion=None)
    assert only(replace(sound, notes=(note,))) == f"/notes/0: {start}-{end} lies outside the text"


@pytest.mark.parametrize(("start", "end"), [(5, 4), (-1, 3), (0, 10_000), (0, None), (None, 3)])
def test_an_annotation_outside_the_text(sound: Article, start: int | None, end: int | None) -> None:
    mood = Annotation(layer="x.mood", value="calm", start=start, end=end, rule="x.y", confidence=1.0)
    assert only(replace(sound, annotations=(mood,))) == f"/annotations/0: {start}-{end} lies outside the text"


def test_an_annotation_of_the_whole_document_has_no_offsets(sound: Article) -> None:
    mood = Annotation(layer="x.mood", value="calm", start=None, end=None, rule="x.y", confidence=1.0)
    assert list(faults(replace(sound, annotations=(mood,)))) == []


# --- the share


def test_the_share_ignores_white_space_marks_and_repeats() -> None:
    made = article(part("lead", "abc def."), "\n", part("reference", "— x y."), "\n", part("repeat", "def"))
    assert unassigned_share(made) == 2 / 11


def test_a_text_without_words_has_no_share() -> None:
    assert unassigned_share(article("——")) == 0
