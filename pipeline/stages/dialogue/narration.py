"""Whether a body tells a story, whose characters talk to each other in quotation marks, and is no talk.

In a story people ask, answer, say I and you, as in an interview. What tells it is how the words between are told: in
the third person, in the past, with `said she` beside the speech. That still shows when the quotation marks were lost,
and when a Chinese story writes `他说：` before the speech. Boosted trees weigh it (`scripts/train_narration.py`).

`tells_story` is a pure function of the paragraphs, so that whatever decides about turns can ask it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from pipeline.lexicon.lists import table
from pipeline.model.document import EAST_ASIAN
from pipeline.segmentation.trees import load_trees

MIN_STORY_SCORE = 3000
"""Thousandths of log odds from which a body is a story.

Of families that the trees had not seen, no talk scored more than 2213, and each whole novel of two sources 3013 or more
(`scripts/train_narration.py` prints them). It was first 2500; then one of our own samples, a literary talk without
labels, turned out to score 2996. So it lies in a narrow gap, and was chosen with these samples in view.
"""
MAX_PARAGRAPHS, RUN = 60, 3
"""Paragraphs that are read, and how many neighbours."""
PARAGRAPH_CHARS = 240
"""Characters of a paragraph that are read."""
MIN_STORY_CHARS = 400
"""A shorter body tells too little."""

LOWER_CASE_WORD = re.compile("[a-z]+")
SPEECH_TAG = re.compile(
    r"""
    [,?!”"’—]\s?(?:\b(?:he|she|I|they|[A-Z]\w+)\s)?(?:said|asked|replied|cried|answered|remarked|exclaimed|whispered)\b
  | [？！。，”」]\s?[^，。：“”]{0,8}(?:说|說|问|問|答|喊|叫|笑)道?[，。：:]         # ……？”他问道。
  | [^，。：“”\n]{1,12}(?:说|說|道|问|問|喊|答)[：:]\s?[“「"]                      # 侨文达说：“……
    """,
    re.VERBOSE,
)
SPEECH_MARKS = '"“”‘’「」『』«»'
OPENING_LABEL = re.compile(r"[*_>#\s-]{0,6}(?:[QA]\s{1,4}(?=[A-Z“])|[^\W\d_][^:：!?。！？\n]{0,30}[:：](?!//))")
CLASSES = ("said", "third", "first", "second", "past", "talk")


class StoryFacts(msgspec.Struct, frozen=True):
    """What is measured of the paragraphs; whole numbers, shares in thousandths."""

    mean_chars: int
    han: int
    tags: int
    """Speech with who said it, of the paragraphs."""
    tagged_questions: int
    """Of the paragraphs that hold a question mark, those that say who asked."""
    quoted: int
    """Paragraphs that hold a quotation mark."""
    opened: int
    """Paragraphs that begin with one."""
    asking: int
    questions: int
    labelled: int
    recurring: int
    """Labels that recur, of the paragraphs."""
    said: int
    """Words in a thousand."""
    third: int
    first: int
    second: int
    past: int
    talk: int
    said_by: int
    """Paragraphs with a word for saying."""
    third_by: int
    dialogue: int
    """First and second person, of all pronouns."""
    marks: int
    """Links, code, list marks and digits in a thousand characters."""


STORY_FEATURES = StoryFacts.__struct_fields__


def tells_story(paragraphs: Sequence[str]) -> bool:
    """Whether the paragraphs of a body tell a story and are no talk."""
    return story_score(paragraphs) >= MIN_STORY_SCORE


def story_score(paragraphs: Sequence[str]) -> int:
    """The log odds that the paragraphs tell a story, in thousandths; very low for a short body."""
    if sum(map(len, paragraphs)) < MIN_STORY_CHARS:
        return -10_000
    return load_trees("narration", __package__).scores([msgspec.structs.astuple(story_facts(paragraphs))])[0]


def _share(part: int, whole: int) -> int:
    return part * 1000 // whole if whole else 0


def story_facts(paragraphs: Sequence[str]) -> StoryFacts:
    """What is measured of some paragraphs."""
    read = [text[:PARAGRAPH_CHARS] for text in _sampled(paragraphs) if text]
    count = len(read)
    joined = "\n".join(read)
    lower = joined.lower()
    words, han, classes = _words(lower)
    labels = [match[0] for text in read if (match := OPENING_LABEL.match(text))]
    recurring = [number for number in Counter(labels).values() if number > 1]
    tags = [SPEECH_TAG.search(text) is not None for text in read]
    asks = ["?" in text or "？" in text for text in read]
    size = words + han // 2
    persons = classes["first"] + classes["second"] + classes["third"]
    marks = sum(map(joined.count, ("](", "`", "://", "* ", "- ", "#"))) + sum(map(joined.count, "0123456789"))
    return StoryFacts(
        mean_chars=sum(map(len, read)) // max(count, 1),
        han=_share(han, len(joined)),
        tags=_share(sum(tags), count),
        tagged_questions=_share(sum(tag and ask for tag, ask in zip(tags, asks, strict=True)), sum(asks)),
        quoted=_share(sum(any(map(text.__contains__, SPEECH_MARKS)) for text in read), count),
        opened=_share(sum(text.lstrip(" *_>#")[:1] in SPEECH_MARKS for text in read), count),
        asking=_share(sum(text.rstrip(' *_”"’」')[-1:] in "?？" for text in read), count),
        questions=_share(sum(asks), count),
        labelled=_share(len(labels), count),
        recurring=_share(sum(recurring), count),
        **{name: _share(classes[name], size) for name in CLASSES},
        said_by=_share(sum(any(map(text.lower().__contains__, _said())) for text in read), count),
        third_by=_share(sum(THIRD.search(text) is not None for text in read), count),
        dialogue=_share(classes["first"] + classes["second"], persons),
        marks=_share(marks, len(joined)),
    )


THIRD = re.compile(r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er|him)\b|[他她]")


def _sampled(paragraphs: Sequence[str]) -> Iterator[str]:
    """All paragraphs, or runs of neighbours spread evenly."""
    if len(paragraphs) <= MAX_PARAGRAPHS:
        yield from paragraphs
        return
    runs = MAX_PARAGRAPHS // RUN
    for i in range(runs):
        start = i * (len(paragraphs) - RUN) // (runs - 1)
        yield from paragraphs[start : start + RUN]


def _words(lower: str) -> tuple[int, int, Counter[str]]:
    """The number of Latin words, of Chinese characters, and of the words of each class."""
    words = LOWER_CASE_WORD.findall(lower)
    classes = Counter(filter(None, map(_latin_classes().get, words)))
    han = 0 if lower.isascii() else len(EAST_ASIAN.findall(lower))
    if han:
        for name, word in _han_words():
            classes[name] += lower.count(word)
    return len(words), han, classes


@cache
def _latin_classes() -> dict[str, str]:
    return {word: name for name, word in _listed() if word.isascii()}


@cache
def _han_words() -> tuple[tuple[str, str], ...]:
    return tuple((name, word) for name, word in _listed() if not word.isascii())


@cache
def _said() -> tuple[str, ...]:
    return tuple(f" {word}" if word.isascii() else word for name, word in _listed() if name == "said")


def _listed() -> Iterator[tuple[str, str]]:
    for name, *words in table(__package__, "narration.tsv"):
        yield from ((name, word) for word in words)
