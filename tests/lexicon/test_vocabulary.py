"""The user's vocabulary: its entries, and the sum of two vocabularies."""

import pickle

from pipeline.lexicon.vocabulary import NO_VOCABULARY, PhraseSet, Vocabulary, changes_inside

FIRST = Vocabulary(("alot",), ("Ida Moss",), ("Daily Post",), {"策展": "curator", "调墨": "ink"})
SECOND = Vocabulary(("alot", "tobe"), (), ("海潮日报",), {"策展": ""})


def test_an_empty_vocabulary_is_false() -> None:
    assert not NO_VOCABULARY
    assert not Vocabulary()
    assert FIRST
    assert Vocabulary(roles={"策展": ""})


def test_the_sum_of_two_vocabularies_has_both_and_the_second_wins() -> None:
    assert (
        Vocabulary(("alot", "tobe"), ("Ida Moss",), ("Daily Post", "海潮日报"), {"策展": "", "调墨": "ink"})
        == FIRST + SECOND
    )


def test_an_empty_vocabulary_adds_nothing() -> None:
    assert FIRST + NO_VOCABULARY == NO_VOCABULARY + FIRST == FIRST


def test_the_words_of_all_entries_are_known_in_small_letters() -> None:
    assert FIRST.lowered == {"alot", "ida", "moss", "daily", "post"}


def test_an_entry_is_found_whatever_its_capitals_and_spaces() -> None:
    entries = PhraseSet.of(["The Skerry Letter", "肠粉大王"])
    assert "THE  SKERRY letter" in entries
    assert "肠粉大王" in entries
    assert "肠粉" not in entries


def test_the_longest_entry_that_ends_a_word_is_found_at_a_place() -> None:
    entries = PhraseSet.of(["Ida", "Ida Moss", "老王"])
    text = "by Ida Moss and 老王庄"
    assert text[3 : entries.at(text, 3, len(text))] == "Ida Moss"
    assert text[3 : entries.at(text, 3, 7)] == "Ida"
    assert entries.at(text, 16, len(text)) == 16


def test_blank_entries_are_skipped() -> None:
    blank = Vocabulary(words=("",), names=(" ",), outlets=("",), roles={"": "x"})
    assert not blank.people
    assert not blank.media
    assert not blank.tasks
    assert blank.marked("a text") == ()
    assert blank.people.at("a text", 0, 6) == 0


def test_an_entry_with_marks_or_figures_is_found_as_a_word() -> None:
    known = Vocabulary(words=("In2022", "plain"), outlets=("Yahoo!Japan",), names=("J. R. Moss",))
    text = "plain In2022 aIn2022 在Yahoo!Japan上 theYahoo!Japan J. R. Moss J. R. Mossy YAHOO!JAPAN"
    assert [text[start:end] for start, end in known.marked(text)] == [
        "In2022",
        "In2022",
        "Yahoo!Japan",
        "Yahoo!Japan",
        "J. R. Moss",
    ]


def test_a_change_at_the_edge_of_a_span_is_not_inside() -> None:
    spans = [(4, 9), (12, 14)]
    assert not changes_inside(spans, 4, 4)
    assert not changes_inside(spans, 9, 9)
    assert not changes_inside(spans, 9, 12)
    assert changes_inside(spans, 5, 5)
    assert changes_inside(spans, 3, 5)
    assert changes_inside(spans, 13, 20)


def test_derived_values_are_computed_once() -> None:
    made: list[tuple[str, ...]] = []

    def count(vocabulary: Vocabulary, *given: str) -> int:
        made.append((*vocabulary.words, *given))
        return len(made)

    known = Vocabulary(words=("alot",))
    assert [known.derived(count), known.derived(count), known.derived(count, "more")] == [1, 1, 2]
    assert made == [("alot",), ("alot", "more")]


def test_a_vocabulary_in_use_can_be_sent_to_another_process() -> None:
    known = Vocabulary(words=("alot", "In2022"), names=("Ida Moss",))
    known.marked("In2022")
    assert known.derived(len_of_names) == 1
    assert pickle.loads(pickle.dumps(known)) == known


def len_of_names(vocabulary: Vocabulary) -> int:
    return len(vocabulary.names)
