"""The user's vocabulary: what it holds, and how two of them add up."""

from pipeline.vocabulary import NOTHING, Vocabulary

FIRST = Vocabulary(("alot",), ("Ida Moss",), ("Daily Post",), {"策展": "curator", "调墨": "ink"})
SECOND = Vocabulary(("alot", "tobe"), (), ("海潮日报",), {"策展": ""})


def test_an_empty_vocabulary_is_false() -> None:
    assert not NOTHING
    assert not Vocabulary()
    assert FIRST
    assert Vocabulary(roles={"策展": ""})


def test_two_vocabularies_know_what_both_know_and_the_second_goes_first() -> None:
    assert (
        Vocabulary(("alot", "tobe"), ("Ida Moss",), ("Daily Post", "海潮日报"), {"策展": "", "调墨": "ink"})
        == FIRST + SECOND
    )


def test_nothing_adds_nothing() -> None:
    assert FIRST + NOTHING == NOTHING + FIRST == FIRST


def test_the_words_of_all_entries_are_known_in_small_letters() -> None:
    assert FIRST.lowered == {"alot", "ida", "moss", "daily", "post"}
