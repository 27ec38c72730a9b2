"""The words of a full-text index, and its queries."""

import pytest
from hypothesis import given
from strategies import texts

from pipeline.exporters.tables.ngrams import MAX_NGRAM_UNITS, phrase, units, words


def test_character_of_an_unspaced_script_is_a_unit_and_so_is_a_run_of_letters() -> None:
    assert units("我的AI采访, a steel bridge") == "我 的 AI 采 访 a steel bridge"


def test_full_width_letters_are_plain_ones_in_units_and_both_in_words() -> None:
    assert units("５Ｇ网") == "5G 网"
    assert words("５Ｇ网") == "5G网 ５Ｇ ５Ｇ网"
    assert words("Ｓunday") == "Ｓunday"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("采访", "采访"),
        ("好。采访", "采访"),
        ("采 访", ""),
        ("记者站在", "记者 记者站 记者站在 者站 者站在 站在"),
        ("卡拉OK厅", "卡拉 卡拉OK 卡拉OK厅 拉OK 拉OK厅 OK厅"),
        ("steel bridge", ""),
        (
            "北京电影学院",
            "北京 北京电 北京电影 北京电影学 北京电影学院 "
            "京电 京电影 京电影学 京电影学院 电影 电影学 电影学院 影学 影学院 学院",
        ),
    ],
)
def test_words_are_the_runs_of_two_to_six_units(text: str, expected: str) -> None:
    assert words(text) == expected


@given(texts())
def test_no_word_is_longer_and_each_is_in_the_text(text: str) -> None:
    plain = units(text).replace(" ", "")
    for word in words(text).split():
        assert len(units(word).split()) <= MAX_NGRAM_UNITS
        assert units(word).replace(" ", "") in plain


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("北京电影学院", '"北 京 电 影 学 院"'),
        ('say "hello"', '"say hello"'),
        ("don't", '"don t"'),
        ("用ＡＩ做", '"用 AI 做"'),
    ],
)
def test_a_phrase_is_quoted_units(typed: str, query: str) -> None:
    assert phrase(typed) == query


def test_a_phrase_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="has no word"):
        phrase("，。!")
