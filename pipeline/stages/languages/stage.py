"""The stage `languages`: finds the language of each paragraph by its words and characters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import msgspec
import regex

from pipeline.lexicon.lists import rows, table
from pipeline.model.document import HAN_CHARACTER, Document, Label
from pipeline.model.stage import Finding
from pipeline.stages.languages.rules import (
    BOTH_LANGUAGES,
    CHINESE_CHARACTERS,
    CHINESE_UNDECIDED,
    ENGLISH_WORDS,
    FROM_DOCUMENT,
    RULES,
    UNKNOWN_LANGUAGE,
)
from pipeline.text.lines import Line

ENGLISH_SAMPLE_CHARS = (60, 400)
"""Characters of a paragraph that are read for English words: at first, and if these leave a doubt."""
HAN_SAMPLE_CHARS = 100
"""Characters of a Chinese paragraph that are read for its variant; all of it is read if these do not tell."""
MAX_SHORT_LINE_CHARS = 90
"""Characters of a Latin line that may hold no function word and still be in the document's language."""
MAX_LETTERS_PER_FUNCTION_WORD = 5
"""One word in so many must be a function word. English prose has one in three, French with English quotes one in 20."""
MAX_WORDS_PER_DISTINCT_WORD = 9
"""The same for the first look, which counts each different word once."""
MIN_PREVAILING_SHARE = 0.8
"""Share of the text in a known language that must agree before it decides for paragraphs that do not tell."""

LATIN_WORD = regex.compile(r"\p{Latin}{2,}")
OTHER_WRITING = re.compile("[\u0370-\u1fff\u3041-\u30fa\u30fc-\u31ff\uac00-\ud7ff]")
"""Greek, Cyrillic, Arabic, Thai …; Japanese; Korean. In ranges, which `re` scans faster than properties."""


@cache
def english_words() -> frozenset[str]:
    """Words that show that a text is English."""
    return frozenset(rows(__package__, "english.txt"))


@cache
def shared_words() -> frozenset[str]:
    """English function words that other languages have, too: they count only next to one that is English alone."""
    return frozenset(rows(__package__, "shared.txt"))


@cache
def foreign_words() -> frozenset[str]:
    """Function words of other languages in Latin script that English does not have."""
    return frozenset(rows(__package__, "foreign.txt"))


@cache
def variant_characters() -> tuple[frozenset[str], frozenset[str]]:
    """The characters of simplified Chinese only, and those of traditional Chinese only."""
    pairs = table(__package__, "variants.tsv")
    return frozenset(pair[0] for pair in pairs), frozenset(pair[1] for pair in pairs)


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The language of one paragraph by itself. A `value` that ends in `?` leaves the decision to the document."""

    value: str
    rule: str
    confidence: float


NO_LETTERS = Verdict("und", UNKNOWN_LANGUAGE.name, 0.9)
OTHER_LANGUAGE = Verdict("und", UNKNOWN_LANGUAGE.name, 0.8)
SURE_ENGLISH = Verdict("en", ENGLISH_WORDS.name, 0.99)
LIKELY_ENGLISH = Verdict("en", ENGLISH_WORDS.name, 0.9)
PERHAPS_ENGLISH = Verdict("en?", FROM_DOCUMENT.name, 0.7)
PERHAPS_EITHER = Verdict("zh?", CHINESE_UNDECIDED.name, 0.6)
MIXED = Verdict("mul", BOTH_LANGUAGES.name, 0.8)


def judge_latin(text: str) -> Verdict:
    """English by its words, `und` without them; for a short line the document decides.

    >>> judge_latin("They said that it rained.").value, judge_latin("Cold for free").value, judge_latin("12:30").value
    ('en', 'en?', 'und')
    """
    english = english_words()
    for size in ENGLISH_SAMPLE_CHARS:
        sample = text[:size].lower()
        if "’" in sample:
            sample = sample.replace("’", "'")
        words = sample.split()
        hits = len(english.intersection(words))
        if hits > 2 and hits * MAX_WORDS_PER_DISTINCT_WORD >= len(words):
            return SURE_ENGLISH
        if len(text) <= size:
            break
    # Punctuation hides words from a split at blanks (`this.` is not `this`); it matters only here.
    letters = LATIN_WORD.findall(sample)
    if not letters:
        return NO_LETTERS
    english_only = sum(map(english.__contains__, letters))
    shared = sum(map(shared_words().__contains__, letters))
    foreign = sum(map(foreign_words().__contains__, letters))
    if foreign > 2 * english_only and (foreign > 1 or not shared):
        return OTHER_LANGUAGE
    if english_only and (english_only + shared) * MAX_LETTERS_PER_FUNCTION_WORD >= len(letters):
        return LIKELY_ENGLISH
    return PERHAPS_ENGLISH if english_only or len(text) <= MAX_SHORT_LINE_CHARS else OTHER_LANGUAGE


def judge_chinese(text: str) -> Verdict:
    """Simplified or traditional Chinese by the characters that only one has; most of them decide.

    >>> judge_chinese("这是问题").value, judge_chinese("這是問題").value, judge_chinese("中文").value
    ('zh-Hans', 'zh-Hant', 'zh?')
    """
    simplified, traditional = _variant_counts(text[:HAN_SAMPLE_CHARS])
    if simplified + traditional < 2 and len(text) > HAN_SAMPLE_CHARS:
        simplified, traditional = _variant_counts(text)
    most, least = max(simplified, traditional), min(simplified, traditional)
    if OTHER_WRITING.search(text, 0, HAN_SAMPLE_CHARS) and len(OTHER_WRITING.findall(text)) * 5 > len(
        HAN_CHARACTER.findall(text)
    ):
        return OTHER_LANGUAGE
    if most < 2 * least + 1:
        return PERHAPS_EITHER if HAN_CHARACTER.search(text) else NO_LETTERS
    value = "zh-Hans" if simplified > traditional else "zh-Hant"
    if least:
        return Verdict(value, CHINESE_CHARACTERS.name, 0.8)
    return Verdict(value, CHINESE_CHARACTERS.name, 0.98 if most > 1 else 0.9)


def _variant_counts(text: str) -> tuple[int, int]:
    simplified, traditional = variant_characters()
    return len(simplified.intersection(text)), len(traditional.intersection(text))


def judge_mixed(text: str) -> Verdict:
    """Both languages if each has a stretch of its own; names in the other script do not count.

    >>> judge_mixed("我们加入了 Slow Tea Network，").value, judge_mixed("Mr Zhang Xiao (张骁) thinks so too").value
    ('zh-Hans', 'en')
    """
    words = LATIN_WORD.findall(text.lower())
    english = len(english_words().intersection(words))
    han = len(HAN_CHARACTER.findall(text))
    if han < 6 and len(words) > han:
        return judge_latin(HAN_CHARACTER.sub(" ", text))
    return MIXED if english >= 2 else judge_chinese(text)


def judge_paragraph(document: Document, line: Line) -> Verdict:
    """The language of one paragraph by itself."""
    text = line.text
    if text.isascii():
        return judge_latin(text)
    # A Chinese character takes three bytes in UTF-8, so it adds two to the length in characters: few added, Latin;
    # most that could be, Chinese (or another writing, which `judge_chinese` looks out for); in between, letters are
    # counted.
    beyond = len(text.encode("utf-8", "replace")) - len(text)
    if beyond * 10 < len(text):
        return judge_latin(text)
    if beyond * 10 > 16 * len(text):
        return judge_chinese(text)
    script = document.script(line)
    if script == "none":
        return NO_LETTERS
    return judge_latin(text) if script == "latin" else judge_chinese(text) if script == "han" else judge_mixed(text)


def _prevailing(counts: dict[str, int], values: tuple[str, ...]) -> str | None:
    """The one of `values` with a clear majority, or None."""
    whole = sum(counts.get(value, 0) for value in values)
    best = max(values, key=lambda value: counts.get(value, 0))
    return best if whole and counts.get(best, 0) >= MIN_PREVAILING_SHARE * whole else None


@dataclass(frozen=True)
class Languages:
    """Labels every paragraph with its language; neighbours with one value share a label.

    Values: `en`, `zh-Hans`, `zh-Hant`, `zh` if the characters do not tell, `mul` if both languages have a real share,
    `und` for numbers, other languages and what is too short. English is recognised by its function words, so French is
    `und`; the variant of Chinese by characters that only one has.
    """

    name: ClassVar = "languages"
    after: ClassVar = frozenset({"entities", "mojibake", "markup", "punctuation", "words"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar = frozenset({"language"})
    rules: ClassVar = RULES
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields one label for each run of paragraphs with one verdict."""
        judged = [(line, judge_paragraph(document, line)) for line in document.paragraphs]
        counts: dict[str, int] = {}
        for line, verdict in judged:
            # A long paragraph has more to say than a heading; `und` votes too, so that English quotes in a French
            # article do not make its headings English.
            if verdict is not NO_LETTERS:
                counts[verdict.value] = counts.get(verdict.value, 0) + len(line.text)
        latin = _prevailing(counts, ("en", "und"))
        chinese = _prevailing(counts, ("zh-Hans", "zh-Hant"))
        run: Verdict | None = None
        start = end = 0
        confidence = 1.0
        for line, verdict in judged:
            decided = verdict if verdict.value[-1] != "?" else _decide_by_document(verdict, latin, chinese)
            if run is not None and (decided is run or (run.value == decided.value and run.rule == decided.rule)):
                confidence = min(confidence, decided.confidence)
            else:
                if run is not None:
                    yield Label(start, end, "language", run.value, run.rule, confidence)
                run, start, confidence = decided, line.start, decided.confidence
            end = line.end
        if run is not None:
            yield Label(start, end, "language", run.value, run.rule, confidence)


def _decide_by_document(verdict: Verdict, latin: str | None, chinese: str | None) -> Verdict:
    """The verdict with the document's majority, for a paragraph that does not tell."""
    if verdict.value == "en?":
        return Verdict("en", verdict.rule, verdict.confidence) if latin == "en" else OTHER_LANGUAGE
    if verdict.value == "zh?":
        return Verdict(chinese, FROM_DOCUMENT.name, 0.8) if chinese else Verdict("zh", CHINESE_UNDECIDED.name, 0.6)
    return verdict
