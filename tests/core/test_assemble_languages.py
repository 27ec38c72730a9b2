"""From text and labels to an Article: translations and languages."""

from labelled import answer, article, exchanges, language, part, question, version

import pipeline
from pipeline import Article
from pipeline.model.article import Title


def segments(made: Article) -> list[tuple[str, str, str | None]]:
    """Text, label and field of each segment."""
    return [(made.text[s.start : s.end], s.label, s.field) for s in made.segments]


# --- versions and languages


def test_a_translation_is_shaped_like_the_body() -> None:
    made = article(
        part("title", "末班渡轮"), "\n", part("lead", "六点半开。"), "\n", question("几点？"), "\n", answer("六点。"),
        "\n\n",
        version("en", part("title", "The Last Ferry"), "\n", part("lead", "She sails."), "\n",
                part("heading", "Times"), "\n"),
        version("en", question("When?"), "\n", answer("Six."), of=1), "\n",
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
    (section,) = article(answer("六点。"), "\n", version("en", answer("Six."), of=7)).translations[0].sections
    assert [exchange.n for exchange in section.exchanges] == [None]


def test_each_language_is_a_translation_of_its_own() -> None:
    made = article(
        answer("六点。"), "\n", version("en", answer("Six."), of=1), "\n", version("ja", answer("六時。"), of=1)
    )
    assert [translation.language for translation in made.translations] == ["en", "ja"]
    assert segments(made)[2][2] == "/translations/1/sections/0/exchanges/0/answers/0/paragraphs/0"


def test_turns_of_a_translation_between_those_of_the_body_are_counted_apart() -> None:
    made = article(
        question("几点？"), "\n", version("en", question("When?"), of=1), "\n",
        answer("六点。"), "\n", version("en", answer("Six."), of=1),
    )  # fmt: skip
    assert [turn.n for turn in exchanges(made)[0].turns] == [1, 2]
    assert [turn.n for turn in made.translations[0].sections[0].exchanges[0].turns] == [1, 2]


def test_words_that_translate_another_exchange_open_one() -> None:
    """If only the answers were translated, no question shows where the next exchange begins."""
    made = article(
        question("几点？"), "\n", answer("六点。"), "\n", version("en", answer("Six."), of=1), "\n",
        question("为何？"), "\n", answer("潮水。"), "\n", version("en", answer("The tide."), of=2),
    )  # fmt: skip
    assert [(x.n, x.answer) for x in made.translations[0].sections[0].exchanges] == [(1, "Six."), (2, "The tide.")]
    assert list(pipeline.faults(made)) == []


def test_words_that_translate_no_known_exchange_have_no_number() -> None:
    made = article(answer("六点。"), "\n", version("en", answer("Six.")))
    assert made.translations[0].sections[0].exchanges[0].n is None


def test_a_segment_has_the_language_it_begins_in_and_the_article_that_of_most_of_its_body() -> None:
    made = article(
        language("en", part("title", "The Last Ferry of the Sound")), "\n",
        language("zh-Hans", answer("渡轮每天早上六点半开出，风浪小的时候更早一些，冬天要到八点才走。")),
        "\n", answer("?"),
    )  # fmt: skip
    assert [segment.language for segment in made.segments] == ["en", "zh-Hans", "und"]
    assert made.language == "zh-Hans"


def test_a_translation_does_not_decide_the_language_of_the_body() -> None:
    made = article(
        language("zh-Hans", answer("六点。")),
        "\n",
        language("en", version("en", answer("At half past six, as ever."), of=1)),
    )
    assert made.language == "zh-Hans"


def test_an_article_whose_language_nothing_tells_is_undetermined() -> None:
    assert article(answer("Six.")).language == "und"
