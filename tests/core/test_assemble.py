"""Text and labels to an Article: what each label becomes, and that nothing falls out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from labelled import Piece, article, language, part, version
from strategies import characters

import pipeline
from pipeline import Article, Note, StageError
from pipeline.model.article import Exchange, Notice, Speaker, Title, Turn, resolve
from pipeline.model.verify import BLANK_LINE
from pipeline.text.lines import unwrap

ASH, MA = "Ms Ash", "马船长"


def asked(*paragraphs: str, of: str | None = ASH) -> Piece:
    return part("question", *paragraphs, of=of)


def told(*paragraphs: str, of: str | None = MA) -> Piece:
    return part("answer", *paragraphs, of=of)


def named(label: str, name: str | None) -> Piece:
    return part("speaker", label, of=name)


def exchanges(made: Article) -> list[Exchange]:
    return list(made.exchanges)


def rows(made: Article) -> list[tuple[str, str, str | None]]:
    """What each segment is: its text, its label, its field."""
    return [(made.text[s.start : s.end], s.label, s.field) for s in made.segments]


# --- the law

words = st.text(st.one_of(characters, st.just("\n")), min_size=1, max_size=10).filter(
    lambda text: not text.isspace() and not BLANK_LINE.search(text)
)
gaps = st.sampled_from(["", " ", "\n", "\n\n", ": ", "** ", " and then\n", "\n又及\n\n"])

PEOPLE: dict[str, str | None] = {
    "Q": None,
    "答": None,
    "ASH": ASH,
    "Ms Ash": ASH,
    "马": MA,
    "马船长": MA,
    "MODERATOR": "MODERATOR",
}


VALUES = [
    *("title", "lead", "heading", "prose", "closing", "question", "answer", "aside", "speaker", "byline", "notice"),
    *("disclaimer", "credit", "label", "legend", "front-matter", "reference", "version"),
]


@st.composite
def pieces(draw: st.DrawFn, number: int) -> list[str | Piece]:
    """A labelled stretch of text, or two that belong together."""
    value = draw(st.sampled_from(VALUES))
    text = draw(words)
    if value == "speaker":
        label = draw(st.sampled_from(list(PEOPLE)))
        turn = draw(st.sampled_from(["question", "answer", "aside", None]))
        return [named(label, PEOPLE[label]), "：", *([part(turn, text, of=PEOPLE[label])] if turn else [])]
    if value in {"question", "answer", "aside"}:
        return [part(value, text, of=draw(st.sampled_from([None, ASH, MA])))]
    if value == "byline":
        inner = draw(st.sampled_from(["outlet", "reporter", "place", "date"]))
        return [part("byline", "by ", part(f"byline.{inner}", draw(words).strip()), "!")]
    if value == "notice":
        return [part("notice", text, of=draw(st.sampled_from(["source", "repost", "copyright"])))]
    if value == "credit":
        return [part("credit.role", "编辑", of=number), " ", part("credit.name", text, of=number)]
    if value == "label":
        return [part("label", text.replace("\n", " "))]
    if value == "version":
        return [version("en", part(draw(st.sampled_from(["title", "lead", "heading", "answer", "prose"])), text))]
    return [part(value, text)]


@st.composite
def labelled_texts(draw: st.DrawFn) -> list[str | Piece]:
    """Any labels over any text, with text between them that nobody labelled."""
    content: list[str | Piece] = [draw(gaps), "x"]
    for number in range(draw(st.integers(0, 8))):
        content += ["\n\n", *draw(pieces(number)), draw(gaps)]
    return content


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
def test_segments_are_the_labels_and_what_nobody_labelled(content: list[str | Piece]) -> None:
    made = article(*content)
    labels = {(s.start, s.end) for s in made.segments if s.rule == "given.label"}
    unlabelled = [s for s in made.segments if s.rule != "given.label"]
    assert len(labels) + len(unlabelled) == len(made.segments)
    assert all((s.rule, s.confidence) == ("assembly.unlabelled", 0.0) for s in unlabelled)
    assert all(s.label in {"lead", "prose", "closing"} for s in unlabelled)


# --- turns, exchanges, sections


def test_a_question_and_its_answer_are_an_exchange() -> None:
    made = article(asked("When does she sail?"), "\n", told("At six."))
    assert exchanges(made) == [
        Exchange(
            n=1,
            questions=(Turn(n=1, speaker=ASH, paragraphs=("When does she sail?",)),),
            answers=(Turn(n=2, speaker=MA, paragraphs=("At six.",)),),
            asides=(),
        )
    ]


def test_a_speaker_label_points_to_the_speaker_of_the_turn_behind_it() -> None:
    made = article(named("ASH", ASH), ": ", asked("When?"), "\n", named("船长", MA), "：", told("At six."))
    assert rows(made) == [
        ("ASH", "speaker", "/sections/0/exchanges/0/questions/0/speaker"),
        ("When?", "question", "/sections/0/exchanges/0/questions/0/paragraphs/0"),
        ("船长", "speaker", "/sections/0/exchanges/0/answers/0/speaker"),
        ("At six.", "answer", "/sections/0/exchanges/0/answers/0/paragraphs/0"),
    ]


def test_paragraphs_of_one_speaker_are_one_turn() -> None:
    made = article(told("At six."), "\n\n", told("In winter\nat eight."))
    (exchange,) = exchanges(made)
    assert exchange.answers == (Turn(n=1, speaker=MA, paragraphs=("At six.", "In winter at eight.")),)


def test_a_new_turn_starts_at_a_speaker_label() -> None:
    made = article(told("At six."), "\n", named("马", MA), "：", told("In winter at eight."))
    assert [turn.n for turn in exchanges(made)[0].answers] == [1, 2]


def test_a_new_turn_starts_at_another_speaker() -> None:
    made = article(told("At six."), "\n", told("At seven!", of="Mate"))
    assert [turn.speaker for turn in exchanges(made)[0].answers] == [MA, "Mate"]


def test_a_new_turn_starts_at_another_part() -> None:
    made = article(told("At six."), "\n", part("aside", "One moment.", of="Host"), "\n", told("That is her."))
    (exchange,) = exchanges(made)
    assert [turn.text for turn in exchange.turns] == ["At six.", "One moment.", "That is her."]
    assert exchange.asides == (Turn(n=2, speaker="Host", paragraphs=("One moment.",)),)


def test_an_aside_of_nobody_does_not_end_the_turn_around_it() -> None:
    made = article(told("At six."), "\n", part("aside", "(A horn sounds.)"), "\n", told("That is her."))
    (exchange,) = exchanges(made)
    assert exchange.answers[0].paragraphs == ("At six.", "That is her.")
    assert exchange.asides == (Turn(n=2, speaker=None, paragraphs=("(A horn sounds.)",)),)


def test_a_question_behind_an_answer_opens_the_next_exchange() -> None:
    made = article(asked("When?"), "\n", told("Six."), "\n", asked("Why?"), "\n", told("The tide."))
    assert [(exchange.n, exchange.question, exchange.answer) for exchange in exchanges(made)] == [
        (1, "When?", "Six."),
        (2, "Why?", "The tide."),
    ]


def test_questions_in_a_row_are_one_exchange() -> None:
    made = article(asked("When?"), "\n", asked("And why?", of="Mr Birch"), "\n", told("The tide."))
    (exchange,) = exchanges(made)
    assert [turn.speaker for turn in exchange.questions] == [ASH, "Mr Birch"]


def test_a_statement_is_an_exchange_without_questions() -> None:
    made = article(told("I have sailed her for thirty years."), "\n", asked("When?"), "\n", told("Six."))
    assert [(exchange.questions != (), exchange.answers != ()) for exchange in exchanges(made)] == [
        (False, True),
        (True, True),
    ]


def test_a_question_without_an_answer_is_kept() -> None:
    (exchange,) = exchanges(article(told("Six."), "\n", asked("Why?")))[1:]
    assert exchange.answers == ()


def test_a_heading_opens_a_section_and_ends_the_turn() -> None:
    made = article(told("Six."), "\n\n", part("heading", "Winter"), "\n\n", told("Eight."))
    assert [section.heading for section in made.sections] == [None, "Winter"]
    assert [exchange.n for exchange in exchanges(made)] == [1, 2]
    assert exchanges(made)[1].answers[0].n == 2


def test_exchanges_and_turns_are_counted_through_the_body() -> None:
    made = article(
        part("heading", "Summer"), "\n", asked("When?"), "\n", told("Six."), "\n",
        part("heading", "Winter"), "\n", asked("When?"), "\n", told("Eight."),
    )  # fmt: skip
    assert [exchange.n for exchange in exchanges(made)] == [1, 2]
    assert [turn.n for exchange in exchanges(made) for turn in exchange.turns] == [1, 2, 3, 4]


def test_a_label_that_nobodys_words_follow_is_a_turn_without_words() -> None:
    made = article(named("ASH", ASH), ":\n", named("马", MA), "：", told("Six."), "\n", named("马", MA), "：")
    (exchange,) = exchanges(made)
    assert exchange.asides == (Turn(n=1, speaker=ASH, paragraphs=()),)
    assert [turn.paragraphs for turn in exchange.answers] == [("Six.",), ()]


def test_a_label_and_the_words_of_somebody_else_are_two_turns() -> None:
    made = article(named("ASH", ASH), ":\n", told("Six."))
    assert [(turn.speaker, turn.paragraphs) for turn in exchanges(made)[0].turns] == [(ASH, ()), (MA, ("Six.",))]
    assert [(speaker.name, speaker.labels) for speaker in made.speakers] == [(ASH, ("ASH",)), (MA, ())]


# --- prose


def test_prose_before_the_first_turn_of_a_section_belongs_to_the_section() -> None:
    made = article(part("heading", "Winter"), "\n", part("prose", "Ice lay in the harbour."), "\n", told("Eight."))
    assert made.sections[0].paragraphs == ("Ice lay in the harbour.",)


def test_later_prose_is_an_aside_of_the_exchange_it_follows() -> None:
    made = article(asked("When?"), "\n", told("Six."), "\n", part("prose", "He looks at the sky."), "\n", asked("Why?"))
    first, second = exchanges(made)
    assert first.asides == (Turn(n=3, speaker=None, paragraphs=("He looks at the sky.",)),)
    assert second.asides == ()


def test_title_lead_and_closing_become_the_fields_of_that_name() -> None:
    made = article(
        part("title", "The Last Ferry"), "\n", part("lead", "She sails at six."), "\n", part("lead", "Or later."), "\n",
        told("Six."), "\n", part("closing", "The bridge opens in May."),
    )  # fmt: skip
    assert made.title == Title(text="The Last Ferry", truncated=False)
    assert made.lead == ("She sails at six.", "Or later.")
    assert made.closing == ("The bridge opens in May.",)


def test_a_title_in_two_places_is_one_field_of_two_segments() -> None:
    made = article(part("title", "The Last Ferry"), "\n\n", part("title", "A day on\nthe sound"), "\n", told("Six."))
    assert made.title == Title(text="The Last Ferry\nA day on the sound", truncated=False)
    assert [field for _, label, field in rows(made) if label == "title"] == ["/title/text"] * 2


def test_a_title_is_truncated_where_a_note_says_so() -> None:
    cut = Note(4, 13, "given.title-truncated", "warning", "cut off", "Last Ferry")
    made = article(part("title", "The Last Ferr"), "\n", told("Six."), notes=(cut,))
    assert made.title == Title(text="The Last Ferr", truncated=True)


def test_a_note_elsewhere_truncates_no_title() -> None:
    cut = Note(14, 17, "given.title-truncated", "warning", "cut off")
    assert article(part("title", "The Last Ferr"), "\n", told("Six."), notes=(cut,)).title == Title(
        text="The Last Ferr", truncated=False
    )


# --- speakers


def test_speakers_come_in_the_order_of_their_first_turn_with_all_their_labels() -> None:
    made = article(
        named("ASH", ASH), ": ", asked("When?"), "\n", named("马", MA), "：", told("Six."), "\n",
        named("Ms Ash", ASH), ": ", asked("Why?"), "\n", named("马", MA), "：", told("The tide."),
    )  # fmt: skip
    assert made.speakers == (
        Speaker(name=ASH, role="interviewer", labels=("ASH", "Ms Ash")),
        Speaker(name=MA, role="interviewee", labels=("马",)),
    )


def test_who_neither_asks_nor_answers_is_a_moderator() -> None:
    made = article(
        named("MODERATOR", "MODERATOR"), ": ", part("aside", "Welcome.", of="MODERATOR"), "\n",
        asked("When?"), "\n", told("Six."),
    )  # fmt: skip
    assert [(speaker.name, speaker.role) for speaker in made.speakers] == [
        ("MODERATOR", "moderator"),
        (ASH, "interviewer"),
        (MA, "interviewee"),
    ]


def test_in_a_conversation_in_which_nobody_asks_all_roles_are_other() -> None:
    made = article(told("Six.", of="Mate"), "\n", told("Seven."))
    assert [speaker.role for speaker in made.speakers] == ["other", "other"]
    assert len(exchanges(made)) == 1


def test_q_and_a_words_name_nobody_but_ask_and_answer() -> None:
    made = article(named("Q", None), ": ", asked("When?", of=None), "\n", named("A", None), ": ", told("Six.", of=None))
    assert made.speakers == (
        Speaker(name=None, role="interviewer", labels=("Q",)),
        Speaker(name=None, role="interviewee", labels=("A",)),
    )
    assert [turn.speaker for turn in exchanges(made)[0].turns] == [None, None]


def test_a_stage_direction_is_no_speaker() -> None:
    made = article(asked("When?"), "\n", part("aside", "(Laughter.)"))
    assert [speaker.name for speaker in made.speakers] == [ASH]


# --- byline, credits, notices, disclaimer


def test_a_byline_is_its_text_and_the_parts_inside_it() -> None:
    made = article(
        part(
            "byline",
            part("byline.outlet", "海潮日报"), "记者 ", part("byline.reporter", "林一舟"), "、",
            part("byline.reporter", "周平"), " ", part("byline.place", "青湾"), part("byline.date", "5月3日"), "电",
        ),
        "\n\n",
        told("Six."),
    )  # fmt: skip
    assert made.byline is not None
    assert made.byline.text == "海潮日报记者 林一舟、周平 青湾5月3日电"
    assert made.byline.outlet == "海潮日报"
    assert made.byline.reporters == ("林一舟", "周平")
    assert (made.byline.place, made.byline.date) == ("青湾", "5月3日")
    assert rows(made)[0][1:] == ("byline", "/byline/text")
    assert len(rows(made)) == 2


def test_an_article_without_a_byline_has_none() -> None:
    assert article(told("Six.")).byline is None


def test_a_byline_part_outside_any_byline_fails_the_document() -> None:
    with pytest.raises(StageError, match=r"'byline\.place' at 13 \(given\.label\) stands in no byline"):
        article(part("byline", "By Ann Ash"), " – ", part("byline.place", "Greenbay"))


def test_credits_are_gathered_by_their_number() -> None:
    made = article(
        told("Six."), "\n\n", part("credit.role", "编辑", of=0), "：", part("credit.name", "林一舟", of=0), "、",
        part("credit.name", "周平", of=0), "\n",
        part("credit.role", "潮汐表", of=1), "：", part("credit.name", "港务局", of=1),
    )  # fmt: skip
    assert [(credit.role, credit.names) for credit in made.credits] == [
        ("编辑", ("林一舟", "周平")),
        ("潮汐表", ("港务局",)),
    ]
    assert made.credits[0].role_en is not None
    assert made.credits[1].role_en is None
    assert rows(made)[3] == ("周平", "credit.name", "/credits/0/names/1")


def test_a_role_that_nobody_holds_is_a_credit_without_names() -> None:
    assert article(part("credit.role", "编辑", of=0)).credits[0].names == ()


def test_a_credit_without_a_role_fails_the_document() -> None:
    with pytest.raises(StageError, match=r"credit 3 has names .林一舟. and no role"):
        article(told("Six."), "\n", part("credit.name", "林一舟", of=3))


def test_notices_keep_their_kind_and_order() -> None:
    made = article(
        part("notice", "来源：海潮日报", of="source"),
        "\n",
        told("Six."),
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
        told("Six."), "\n", part("disclaimer", "Views are\nhis own."), "\n\n", part("disclaimer", "No advice.")
    )
    assert made.disclaimer == "Views are his own.\nNo advice."
    assert article(told("Six.")).disclaimer is None


@pytest.mark.parametrize("value", ["label", "legend", "front-matter", "reference", "repeat"])
def test_what_is_no_field_is_a_segment_that_points_nowhere(value: str) -> None:
    made = article(told("The ferry sails at six."), "\n", part(value, "ferry"))
    assert rows(made)[1] == ("ferry", value, None)
    assert list(pipeline.faults(made)) == []


# --- versions and languages


def test_a_translation_is_shaped_like_the_body() -> None:
    made = article(
        part("title", "末班渡轮"), "\n", part("lead", "六点半开。"), "\n", asked("几点？"), "\n", told("六点。"),
        "\n\n",
        version("en", part("title", "The Last Ferry"), "\n", part("lead", "She sails."), "\n",
                part("heading", "Times"), "\n"),
        version("en", asked("When?"), "\n", told("Six."), of=1), "\n",
        version("en", part("closing", "It ends.")),
    )  # fmt: skip
    (translation,) = made.translations
    assert (translation.language, translation.title) == ("en", Title(text="The Last Ferry", truncated=False))
    assert (translation.lead, translation.closing) == (("She sails.",), ("It ends.",))
    assert translation.sections[0].heading == "Times"
    assert [(exchange.n, exchange.answer) for exchange in translation.sections[0].exchanges] == [(1, "Six.")]
    assert made.title == Title(text="末班渡轮", truncated=False)
    assert [exchange.answer for exchange in exchanges(made)] == ["六点。"]
    assert list(pipeline.faults(made)) == []


def test_a_translation_of_an_exchange_that_is_not_there_says_of_none() -> None:
    """A rule that is turned off may leave the main body with fewer exchanges than its translation was read for."""
    (section,) = article(told("六点。"), "\n", version("en", told("Six."), of=7)).translations[0].sections
    assert [exchange.n for exchange in section.exchanges] == [None]


def test_each_language_is_a_translation_of_its_own() -> None:
    made = article(told("六点。"), "\n", version("en", told("Six."), of=1), "\n", version("ja", told("六時。"), of=1))
    assert [translation.language for translation in made.translations] == ["en", "ja"]
    assert rows(made)[2][2] == "/translations/1/sections/0/exchanges/0/answers/0/paragraphs/0"


def test_turns_of_a_translation_between_those_of_the_body_are_counted_apart() -> None:
    made = article(
        asked("几点？"), "\n", version("en", asked("When?"), of=1), "\n",
        told("六点。"), "\n", version("en", told("Six."), of=1),
    )  # fmt: skip
    assert [turn.n for turn in exchanges(made)[0].turns] == [1, 2]
    assert [turn.n for turn in made.translations[0].sections[0].exchanges[0].turns] == [1, 2]


def test_words_that_translate_another_exchange_open_one() -> None:
    """Where only the answers were translated, no question tells where the next exchange begins."""
    made = article(
        asked("几点？"), "\n", told("六点。"), "\n", version("en", told("Six."), of=1), "\n",
        asked("为何？"), "\n", told("潮水。"), "\n", version("en", told("The tide."), of=2),
    )  # fmt: skip
    assert [(x.n, x.answer) for x in made.translations[0].sections[0].exchanges] == [(1, "Six."), (2, "The tide.")]
    assert list(pipeline.faults(made)) == []


def test_words_that_translate_no_known_exchange_have_no_number() -> None:
    made = article(told("六点。"), "\n", version("en", told("Six.")))
    assert made.translations[0].sections[0].exchanges[0].n is None


def test_a_segment_has_the_language_it_begins_in_and_the_article_that_of_most_of_its_body() -> None:
    made = article(
        language("en", part("title", "The Last Ferry of the Sound")), "\n",
        language("zh-Hans", told("渡轮每天早上六点半开出，风浪小的时候更早一些，冬天要到八点才走。")), "\n", told("?"),
    )  # fmt: skip
    assert [segment.language for segment in made.segments] == ["en", "zh-Hans", "und"]
    assert made.language == "zh-Hans"


def test_a_translation_does_not_decide_the_language_of_the_body() -> None:
    made = article(
        language("zh-Hans", told("六点。")),
        "\n",
        language("en", version("en", told("At half past six, as ever."), of=1)),
    )
    assert made.language == "zh-Hans"


def test_an_article_whose_language_nothing_tells_is_undetermined() -> None:
    assert article(told("Six.")).language == "und"


# --- what nobody labelled


def test_unlabelled_text_around_turns_is_lead_prose_and_closing() -> None:
    made = article("Before.\n", asked("When?"), "\nBetween.\n", told("Six."), "\n  After.\nAt last.")
    assert made.lead == ("Before.",)
    assert [turn.text for turn in exchanges(made)[0].asides] == ["Between."]
    assert made.closing == ("After.", "At last.")


def test_a_text_that_nobody_labelled_is_a_lead() -> None:
    assert article("The ferry\n\n——\n\nsails.").lead == ("The ferry", "sails.")


def test_unlabelled_text_below_a_heading_is_prose_of_its_section() -> None:
    made = article(part("heading", "Times"), "\nShe sails at six.")
    assert made.sections[0].paragraphs == ("She sails at six.",)


def test_marks_between_labels_are_no_text_that_nobody_labelled() -> None:
    made = article("**", asked("When?"), "** ——\n• ", told("Six."), " ■")
    assert len(made.segments) == 2


# --- contradictions


def test_labels_that_overlap_fail_the_document_with_both_named() -> None:
    with pytest.raises(StageError) as error:
        article(part("question", "When does ", part("answer", "she sail?")))
    assert (error.value.document, error.value.stage) == ("sample", "assembly")
    assert error.value.reason == "'answer' at 10 (given.label) overlaps 'question' (given.label)"


def test_labels_that_touch_do_not_overlap() -> None:
    assert len(article(asked("When?"), told("Six.")).segments) == 2
