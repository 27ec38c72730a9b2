"""From text and labels to an Article: laws, and the field of each label."""

import pytest
from hypothesis import given
from labelled import Piece, answer, article, exchanges, labelled_texts, part, question

import pipeline
from pipeline import Article, Note, StageError
from pipeline.model.article import Notice, Title, Turn, resolve
from pipeline.text.lines import unwrap


def segments(made: Article) -> list[tuple[str, str, str | None]]:
    """Text, label and field of each segment."""
    return [(made.text[s.start : s.end], s.label, s.field) for s in made.segments]


@given(labelled_texts())
def test_any_labels_over_any_text_make_an_article_without_faults(content: list[str | Piece]) -> None:
    assert list(pipeline.faults(article(*content))) == []


@given(labelled_texts())
def test_every_field_gives_its_span_back(content: list[str | Piece]) -> None:
    made = article(*content)
    for segment in made.segments:
        if segment.field is not None and segment.label != "speaker":
            assert unwrap(made.text[segment.start : segment.end]) in resolve(made, segment.field)


@given(labelled_texts())
def test_segments_are_the_labels_and_the_unlabelled_text(content: list[str | Piece]) -> None:
    made = article(*content)
    labels = {(s.start, s.end) for s in made.segments if s.rule == "given.label"}
    unlabelled = [s for s in made.segments if s.rule != "given.label"]
    assert len(labels) + len(unlabelled) == len(made.segments)
    assert all((s.rule, s.confidence) == ("assembly.unlabelled", 0.0) for s in unlabelled)
    assert all(s.label in {"lead", "prose", "closing"} for s in unlabelled)


# --- prose


def test_prose_before_the_first_turn_of_a_section_belongs_to_the_section() -> None:
    made = article(part("heading", "Winter"), "\n", part("prose", "Ice lay in the harbour."), "\n", answer("Eight."))
    assert made.sections[0].paragraphs == ("Ice lay in the harbour.",)


def test_later_prose_is_an_aside_of_the_exchange_it_follows() -> None:
    made = article(
        question("When?"), "\n", answer("Six."), "\n", part("prose", "He looks at the sky."), "\n", question("Why?")
    )
    first, second = exchanges(made)
    assert first.asides == (Turn(n=3, speaker=None, paragraphs=("He looks at the sky.",)),)
    assert second.asides == ()


def test_title_lead_and_closing_become_the_fields_of_that_name() -> None:
    made = article(
        part("title", "The Last Ferry"), "\n", part("lead", "She sails at six."), "\n", part("lead", "Or later."), "\n",
        answer("Six."), "\n", part("closing", "The bridge opens in May."),
    )  # fmt: skip
    assert made.title == Title(text="The Last Ferry", truncated=False)
    assert made.lead == ("She sails at six.", "Or later.")
    assert made.closing == ("The bridge opens in May.",)


def test_a_title_in_two_places_is_one_field_of_two_segments() -> None:
    made = article(part("title", "The Last Ferry"), "\n\n", part("title", "A day on\nthe sound"), "\n", answer("Six."))
    assert made.title == Title(text="The Last Ferry\nA day on the sound", truncated=False)
    assert [field for _, label, field in segments(made) if label == "title"] == ["/title/text"] * 2


def test_a_title_is_truncated_where_a_note_says_so() -> None:
    cut = Note(4, 13, "given.title-truncated", "warning", "cut off", "Last Ferry")
    made = article(part("title", "The Last Ferr"), "\n", answer("Six."), notes=(cut,))
    assert made.title == Title(text="The Last Ferr", truncated=True)


def test_a_note_elsewhere_truncates_no_title() -> None:
    cut = Note(14, 17, "given.title-truncated", "warning", "cut off")
    assert article(part("title", "The Last Ferr"), "\n", answer("Six."), notes=(cut,)).title == Title(
        text="The Last Ferr", truncated=False
    )


# --- byline, credits, notices, disclaimer


def test_a_byline_is_its_text_and_the_parts_inside_it() -> None:
    made = article(
        part(
            "byline",
            part("byline.outlet", "海潮日报"), "记者 ", part("byline.reporter", "林一舟"), "、",
            part("byline.reporter", "周平"), " ", part("byline.place", "青湾"), part("byline.date", "5月3日"), "电",
        ),
        "\n\n",
        answer("Six."),
    )  # fmt: skip
    assert made.byline is not None
    assert made.byline.text == "海潮日报记者 林一舟、周平 青湾5月3日电"
    assert made.byline.outlet == "海潮日报"
    assert made.byline.reporters == ("林一舟", "周平")
    assert (made.byline.place, made.byline.date) == ("青湾", "5月3日")
    assert segments(made)[0][1:] == ("byline", "/byline/text")
    assert len(segments(made)) == 2


def test_an_article_without_a_byline_has_none() -> None:
    assert article(answer("Six.")).byline is None


def test_a_byline_part_outside_any_byline_fails_the_document() -> None:
    with pytest.raises(StageError, match=r"'byline\.place' at 13 \(given\.label\) stands in no byline"):
        article(part("byline", "By Ann Ash"), " – ", part("byline.place", "Greenbay"))


def test_credits_are_gathered_by_their_number() -> None:
    made = article(
        answer("Six."), "\n\n", part("credit.role", "编辑", of=0), "：", part("credit.name", "林一舟", of=0), "、",
        part("credit.name", "周平", of=0), "\n",
        part("credit.role", "潮汐表", of=1), "：", part("credit.name", "港务局", of=1),
    )  # fmt: skip
    assert [(credit.role, credit.names) for credit in made.credits] == [
        ("编辑", ("林一舟", "周平")),
        ("潮汐表", ("港务局",)),
    ]
    assert made.credits[0].role_en is not None
    assert made.credits[1].role_en is None
    assert segments(made)[3] == ("周平", "credit.name", "/credits/0/names/1")


def test_role_without_names_is_a_credit_without_names() -> None:
    assert article(part("credit.role", "编辑", of=0)).credits[0].names == ()


def test_a_credit_without_a_role_fails_the_document() -> None:
    with pytest.raises(StageError, match=r"credit 3 has names .林一舟. and no role"):
        article(answer("Six."), "\n", part("credit.name", "林一舟", of=3))


def test_notices_keep_their_kind_and_order() -> None:
    made = article(
        part("notice", "来源：海潮日报", of="source"),
        "\n",
        answer("Six."),
        "\n",
        part("notice", "© Tidewater", of="copyright"),
    )
    assert made.notices == (
        Notice(kind="source", text="来源：海潮日报"),
        Notice(kind="copyright", text="© Tidewater"),
    )


@pytest.mark.parametrize("kind", [None, "advert"])
def test_a_notice_of_no_kind_fails_the_document(kind: str | None) -> None:
    with pytest.raises(StageError, match=f"notice at 0 .* is of kind {kind!r}; kinds are source, repost"):
        article(part("notice", "Share this!", of=kind))


def test_a_disclaimer_in_two_paragraphs_is_one_field() -> None:
    made = article(
        answer("Six."), "\n", part("disclaimer", "Views are\nhis own."), "\n\n", part("disclaimer", "No advice.")
    )
    assert made.disclaimer == "Views are his own.\nNo advice."
    assert article(answer("Six.")).disclaimer is None


@pytest.mark.parametrize("value", ["label", "legend", "front-matter", "reference", "repeat"])
def test_unassigned_part_is_a_segment_without_field(value: str) -> None:
    made = article(answer("The ferry sails at six."), "\n", part(value, "ferry"))
    assert segments(made)[1] == ("ferry", value, None)
    assert list(pipeline.faults(made)) == []


# --- unlabelled text


def test_unlabelled_text_around_turns_is_lead_prose_and_closing() -> None:
    made = article("Before.\n", question("When?"), "\nBetween.\n", answer("Six."), "\n  After.\nAt last.")
    assert made.lead == ("Before.",)
    assert [turn.text for turn in exchanges(made)[0].asides] == ["Between."]
    assert made.closing == ("After.", "At last.")


def test_unlabelled_text_is_a_lead() -> None:
    assert article("The ferry\n\n——\n\nsails.").lead == ("The ferry", "sails.")


def test_unlabelled_text_below_a_heading_is_prose_of_its_section() -> None:
    made = article(part("heading", "Times"), "\nShe sails at six.")
    assert made.sections[0].paragraphs == ("She sails at six.",)


def test_marks_between_labels_are_not_unlabelled_text() -> None:
    made = article("**", question("When?"), "** ——\n• ", answer("Six."), " ■")
    assert len(made.segments) == 2


# --- contradictions


def test_labels_that_overlap_fail_the_document_with_both_named() -> None:
    with pytest.raises(StageError) as error:
        article(part("question", "When does ", part("answer", "she sail?")))
    assert (error.value.document, error.value.stage) == ("sample", "assembly")
    assert error.value.reason == "'answer' at 10 (given.label) overlaps 'question' (given.label)"


def test_labels_that_touch_do_not_overlap() -> None:
    assert len(article(question("When?"), answer("Six.")).segments) == 2
