"""What is measured of a document to tell its kind: its turns and speakers, its paragraphs, its words.

Every feature is a whole number: a count, or a share in thousandths. Paragraphs are read from the text and not from the
labels, so that a talk whose labels were not accepted still shows. Of a long document, paragraphs and words are read in
samples of fixed size: the stage costs little, and each of these features means the same for any length.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import msgspec

from pipeline.lexicon.lists import table
from pipeline.model.document import EAST_ASIAN, Document, Label
from pipeline.text.lines import Line

MAX_COUNT = 4000
"""Counts are cut here; a tree needs no more."""
MAX_CHARS = 30_000
MAX_READ_PARAGRAPHS, RUN = 40, 4
"""Paragraphs that are read, and how many neighbours: a label and its text, a question and its answer stay together."""
MAX_LABELS = 24
"""Speakers' labels that are read."""
HEAD_CHARS = 400
"""Characters at the beginning whose words also count by themselves: title, keys, list of those present."""
WINDOW_CHARS, WINDOWS = 150, 4
"""Size and number of the further windows whose words are read, spread evenly over the rest."""
MAX_PAIRS = 10
"""Questions with an answer whose pronouns are read."""
ANSWER_CHARS = 200
"""Characters of an answer that are read for I and we."""
MAX_SHORT_CHARS, MIN_LONG_CHARS, MAX_QUESTION_CHARS = 40, 300, 200
MAX_INITIALS_CHARS, MAX_ANONYMOUS_CHARS = 3, 4
MAX_AFTER_LABEL_CHARS = 4
"""Characters between a label alone on its line and the line's end: a colon and marks of bold."""

WORD_CLASSES = (
    *("meeting", "play", "podcast", "press", "panel", "interview", "faq", "chat", "story", "guide"),
    *("spoken", "thanks", "first", "plural", "second", "third", "past"),
)
"""The classes of `words.tsv` in the order of the features."""
HEAD_CLASSES = WORD_CLASSES[:10]
"""The classes that are also counted in the head."""

WORD = re.compile("[a-z][a-z'’3]*")
MARKS = " \t\u3000>*_#-•"
LABEL = re.compile(r"(?:\[[^\]\n]{1,30}\]|(?:[^\W\d_]|[《【])[^:：!?。！？\n]{0,38}[:：](?!//))")
"""A label at the beginning of a paragraph, read more loosely than the stage `dialogue` does."""
TIME_MARK = re.compile(r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?[\])]?\s*")
Q_LABEL = re.compile(r"(?:Q|问|問)\d{0,2}[*_]{0,3}(?:[.:：、]|\s{2,}|\s(?=[A-Z]))")
OFFICIAL = re.compile(
    r"""
    M[RS]S?\.\s | THE\s(?:VICE\s)?PRESIDENT | (?:\w{1,12}\s)?(?:SECRETARY|OFFICIAL|MINISTER|AMBASSADOR)
  | (?:Minister|Spokes\w+|Secretary|Ambassador)\b
  | .{0,12}(?:[发發]言人|[部局]长|[部局]長)                       # 外交部发言人林小雨：
    """,
    re.VERBOSE,
)
"""A label with a title or an office."""
I_WORD = re.compile(r"\b(?:I|my|me|My)\b|我(?![们們])")
WE_WORD = re.compile(r"\b(?:[Ww]e|[Oo]ur|us)\b|我[们們]|咱")
YOU_WORD = re.compile(r"\b[Yy]ou(?:r|rs)?\b|[你您]")


class TurnFacts(msgspec.Struct, frozen=True):
    """What the labels of `dialogue` say. Shares of turns unless something else is named."""

    turns: int
    speakers: int
    unnamed: int
    """Turns without a named speaker."""
    turn_share: int
    """Characters of turns among those of all parts."""
    questions: int
    answers: int
    asking: int
    """Questions that end in a question mark, of the questions."""
    question_chars: int
    answer_chars: int
    first_speaker: int
    """Turns of the speaker who speaks most."""
    second_speaker: int
    speakers_once: int
    """Speakers with one turn, of the speakers."""
    askers: int
    answerers: int
    changes: int
    """Turns whose speaker is not that of the turn before."""
    labels: int
    bare_questions: int
    times: int
    capital_labels: int
    """Labels in capitals, of the labels."""
    initials: int
    labels_alone: int
    """Labels that are all of their line, of the labels."""
    anonymous: int
    """Labels such as Q and A, of the labels."""
    directions: int
    paragraphs_per_turn: int
    headings: int
    asking_headings: int
    """Of the headings."""
    prose_share: int
    lead_share: int
    credits: int


class LineFacts(msgspec.Struct, frozen=True):
    """What the paragraphs of the text say, without labels. Shares of the paragraphs unless something else is named."""

    lines: int
    chars: int
    mean_chars: int
    han: int
    """Characters of Chinese, of all."""
    asking: int
    labelled: int
    recurring: int
    """Paragraphs whose label recurs."""
    different: int
    """Different labels that recur."""
    changes: int
    """Recurring labels that differ from the one before, of the recurring."""
    names_alone: int
    """Short lines without an end mark that recur: names above what they say."""
    different_names_alone: int
    bracketed: int
    timed: int
    chevrons: int
    q_labels: int
    official: int
    """Labels with a title or an office, of the labels: `MR. WEIR`, `发言人`."""
    bullets: int
    headings: int
    asking_headings: int
    """Of the headings."""
    directions: int
    quoted: int
    """Paragraphs that begin with a quotation mark."""
    capitals: int
    """Short lines in capitals."""
    capital_labels: int
    """Of the labels."""
    short: int
    long: int
    exclamations: int
    """In ten thousand characters."""
    code: int
    """Marks of code and links, in ten thousand characters."""
    asked: int
    """Questions and `Q:` lines with a paragraph below that does not ask."""
    asked_you: int
    """Those that say you, of the asked."""
    asked_i: int
    """Those that say I: `How do I …?`."""
    answers_i: int
    """Those whose answers say I."""
    answers_we: int


FEATURES = (
    *TurnFacts.__struct_fields__,
    *(f"line_{name}" for name in LineFacts.__struct_fields__),
    *(f"word_{name}" for name in WORD_CLASSES),
    *(f"head_{name}" for name in HEAD_CLASSES),
)
"""The names of the features, in the order in which the trees know them."""


def features_of(document: Document) -> list[int]:
    """The features of a document, in the order of `FEATURES`."""
    return [
        *msgspec.structs.astuple(turn_facts(document)),
        *msgspec.structs.astuple(line_facts(document)),
        *word_rates(document.text),
    ]


def _share(part: int, whole: int) -> int:
    """A share in thousandths, 0 of nothing."""
    return part * 1000 // whole if whole else 0


# --- turns


class _Turns:
    """What is counted while the labels are read in order. Used once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.chars = dict.fromkeys(("question", "answer", "aside", "lead", "prose", "heading", "title", "closing"), 0)
        self.turns = {"question": 0, "answer": 0, "aside": 0}
        self.by_speaker: dict[str | int | None, int] = {}
        self.askers: set[str | int | None] = set()
        self.answerers: set[str | int | None] = set()
        self.labels: list[Label] = []
        self.label_count = self.paragraphs = self.changes = self.asking = 0
        self.bare = self.times = self.directions = self.credits = self.headings = self.asking_headings = 0

    def read(self, parts: Sequence[Label]) -> None:
        """Counts the labels of the layer `part`."""
        begins, last, last_part = True, None, ""
        for label in parts:
            value = label.value
            if value in self.turns:
                self.chars[value] += label.end - label.start
                self.paragraphs += 1
                if begins or value != last_part or label.of != last:
                    self._begin_turn(label, last)
                    last, last_part = label.of, value
                begins = False
            elif value == "speaker":
                begins = True
                self.label_count += 1
                if self.label_count <= MAX_LABELS:
                    self.labels.append(label)
            elif value in self.chars:
                self.chars[value] += label.end - label.start
                if value == "heading":
                    begins = True
                    self.headings += 1
                    self.asking_headings += self.text[label.end - 1] in "?？"
            elif value == "label":
                self.times += label.rule == "dialogue.beside-label"
            elif value in {"credit.name", "byline"}:
                self.credits += 1

    def _begin_turn(self, label: Label, last: str | int | None) -> None:
        speaker = label.of
        self.turns[label.value] += 1
        self.by_speaker[speaker] = self.by_speaker.get(speaker, 0) + 1
        self.changes += speaker != last
        if label.value == "question":
            self.askers.add(speaker)
            self.asking += self.text[label.end - 1] in "?？"
            self.bare += label.rule == "dialogue.bare-question"
        elif label.value == "answer":
            self.answerers.add(speaker)
        else:
            self.directions += label.rule == "dialogue.direction"


def turn_facts(document: Document) -> TurnFacts:
    """What the labels of a document say about its turns."""
    text = document.text
    read = _Turns(text)
    read.read(document.layer("part"))
    chars, turns = read.chars, read.turns
    count = sum(turns.values())
    unnamed = read.by_speaker.pop(None, 0)
    numbers = sorted(read.by_speaker.values(), reverse=True)
    spoken = chars["question"] + chars["answer"] + chars["aside"]
    whole = sum(chars.values())
    shown = [text[label.start : label.end] for label in read.labels]
    return TurnFacts(
        turns=min(MAX_COUNT, count),
        speakers=min(MAX_COUNT, len(numbers)),
        unnamed=_share(unnamed, count),
        turn_share=_share(spoken, whole),
        questions=_share(turns["question"], count),
        answers=_share(turns["answer"], count),
        asking=_share(read.asking, turns["question"]),
        question_chars=min(MAX_COUNT, chars["question"] // max(1, turns["question"])),
        answer_chars=min(MAX_COUNT, chars["answer"] // max(1, turns["answer"])),
        first_speaker=_share(numbers[0], count) if numbers else 0,
        second_speaker=_share(numbers[1], count) if len(numbers) > 1 else 0,
        speakers_once=_share(numbers.count(1), len(numbers)),
        askers=min(MAX_COUNT, len(read.askers)),
        answerers=min(MAX_COUNT, len(read.answerers)),
        changes=_share(read.changes, count),
        labels=_share(read.label_count, count),
        bare_questions=min(MAX_COUNT, read.bare),
        times=_share(read.times, count),
        capital_labels=_share(sum(map(str.isupper, shown)), len(shown)),
        initials=_share(sum(len(label) <= MAX_INITIALS_CHARS for label in shown), len(shown)),
        labels_alone=_share(sum(_is_alone(text, label) for label in read.labels), len(shown)),
        anonymous=_share(sum(map(_is_anonymous, shown)), len(shown)),
        directions=_share(read.directions, count),
        paragraphs_per_turn=min(MAX_CHARS, _share(read.paragraphs, count)),
        headings=min(MAX_COUNT, read.headings),
        asking_headings=_share(read.asking_headings, read.headings),
        prose_share=_share(chars["prose"], whole),
        lead_share=_share(chars["lead"], whole),
        credits=min(MAX_COUNT, read.credits),
    )


def _is_alone(text: str, label: Label) -> bool:
    return "\n" in text[label.end : label.end + MAX_AFTER_LABEL_CHARS + 1]


def _is_anonymous(label: str) -> bool:
    return len(label) <= MAX_ANONYMOUS_CHARS and label.lstrip("*_ ")[:1] in {"Q", "A", "问", "問", "答"}


# --- paragraphs


class _Paragraph(msgspec.Struct, frozen=True, gc=False):
    """One paragraph: the text without marks and time, its label, and whether it asks."""

    marked: str
    text: str
    label: str
    timed: bool
    asks: bool
    q_label: bool


def _read_paragraph(marked: str) -> _Paragraph | None:
    """A paragraph without marks; None if it is nothing else."""
    text = marked.strip(MARKS)
    if not text:
        return None
    time = TIME_MARK.match(text) if text[0] in "[(0123456789" else None
    if time is not None:
        text = text[time.end() :] or text
    label = LABEL.match(text)
    q_label = text[0] in "Q问問" and Q_LABEL.match(text) is not None
    return _Paragraph(marked, text, label[0] if label else "", time is not None, text[-1] in "?？", q_label)


def line_facts(document: Document) -> LineFacts:
    """What the paragraphs of a document say."""
    read = [found for line in _sampled(document.paragraphs) if (found := _read_paragraph(line.text))]
    return LineFacts(
        lines=min(MAX_COUNT, len(document.paragraphs)),
        chars=min(MAX_CHARS, len(document.text)),
        **_text_facts(read),
        **_label_facts(read),
        **_form_facts(read),
        **_asked_facts(read),
    )


def _text_facts(read: Sequence[_Paragraph]) -> dict[str, int]:
    """What the characters say."""
    texts = [paragraph.text for paragraph in read]
    joined = "\n".join(texts)
    size = sum(map(len, texts))
    code = sum(map(joined.count, ("`", "](", "://", "{")))
    return {
        "mean_chars": min(MAX_COUNT, size // max(len(texts), 1)),
        "han": 0 if joined.isascii() else _share(len(EAST_ASIAN.findall(joined, 0, MAX_COUNT)), min(size, MAX_COUNT)),
        "exclamations": _share(10 * (joined.count("!") + joined.count("！")), size),
        "code": _share(10 * code, size),
    }


def _label_facts(read: Sequence[_Paragraph]) -> dict[str, int]:
    """What the labels at the beginning of paragraphs say, taken or not."""
    count = len(read)
    labels = [paragraph.label for paragraph in read if paragraph.label]
    recurring = _recurring(labels)
    turns = [label for label in labels if label in recurring]
    return {
        "labelled": _share(len(labels), count),
        "recurring": _share(len(turns), count),
        "different": len(recurring),
        "changes": _share(sum(before != after for before, after in pairwise(turns)), len(turns)),
        "bracketed": _share(sum([label[0] == "[" for label in labels]), count),
        "official": _share(sum([OFFICIAL.match(label) is not None for label in labels]), len(labels)),
        "capital_labels": _share(sum(map(str.isupper, labels)), len(labels)),
        "q_labels": _share(sum([paragraph.q_label for paragraph in read]), count),
        "timed": _share(sum([paragraph.timed for paragraph in read]), count),
        "chevrons": _share(sum([paragraph.marked.startswith(">>") for paragraph in read]), count),
    }


def _form_facts(read: Sequence[_Paragraph]) -> dict[str, int]:
    """What the form of the paragraphs says."""
    count = len(read)
    short = [paragraph.text for paragraph in read if len(paragraph.text) <= MAX_SHORT_CHARS]
    alone = _recurring([text for text in short if text[-1].isalpha()])
    headings = [paragraph for paragraph in read if paragraph.marked[0] == "#"]
    return {
        "asking": _share(sum([paragraph.asks for paragraph in read]), count),
        "names_alone": _share(sum(alone.values()), count),
        "different_names_alone": len(alone),
        "bullets": _share(sum([paragraph.marked[0] in "-*+•" for paragraph in read]), count),
        "headings": _share(len(headings), count),
        "asking_headings": _share(sum([paragraph.asks for paragraph in headings]), len(headings)),
        "directions": _share(sum([text[0] in "[(（【" and text[-1] in "])）】" for text in short]), count),
        "quoted": _share(sum([paragraph.text[0] in '"“‘「『«' for paragraph in read]), count),
        "capitals": _share(sum(map(str.isupper, short)), count),
        "short": _share(len(short), count),
        "long": _share(sum([len(paragraph.text) >= MIN_LONG_CHARS for paragraph in read]), count),
    }


def _asked_facts(read: Sequence[_Paragraph]) -> dict[str, int]:
    """Of the questions with a paragraph below that does not ask: how many say you or I, and whether answers do."""
    pairs = [
        (before.text, after.text)
        for before, after in pairwise(read)
        if (before.asks or before.q_label) and not (after.asks or after.q_label)
    ]
    asked = _share(len(pairs), len(read))
    pairs = pairs[:MAX_PAIRS]
    count = len(pairs)
    return {
        "asked": asked,
        "asked_you": _share(sum([YOU_WORD.search(above) is not None for above, _ in pairs]), count),
        "asked_i": _share(sum([I_WORD.search(above) is not None for above, _ in pairs]), count),
        "answers_i": _share(sum([I_WORD.search(below, 0, ANSWER_CHARS) is not None for _, below in pairs]), count),
        "answers_we": _share(sum([WE_WORD.search(below, 0, ANSWER_CHARS) is not None for _, below in pairs]), count),
    }


def _recurring(texts: Sequence[str]) -> dict[str, int]:
    """The texts that recur, with their numbers."""
    if len(set(texts)) == len(texts):
        return {}
    return {text: number for text, number in Counter(texts).items() if number > 1}


def _sampled(lines: Sequence[Line]) -> Iterator[Line]:
    """All lines, or runs of neighbours spread evenly."""
    if len(lines) <= MAX_READ_PARAGRAPHS:
        yield from lines
        return
    runs = MAX_READ_PARAGRAPHS // RUN
    for i in range(runs):
        start = i * (len(lines) - RUN) // (runs - 1)
        yield from lines[start : start + RUN]


# --- words


@cache
def _latin_classes() -> dict[str, int]:
    return {word: number for number, word in _words() if not EAST_ASIAN.search(word)}


@cache
def _han_words() -> tuple[tuple[int, str], ...]:
    return tuple((number, word) for number, word in _words() if EAST_ASIAN.search(word))


def _words() -> Iterator[tuple[int, str]]:
    """Each word of `words.tsv` with the number of its class."""
    for name, *words in table(__package__, "words.tsv"):
        yield from ((WORD_CLASSES.index(name), word) for word in words)


def word_rates(text: str) -> list[int]:
    """Words of each class in a thousand of the sample, then the words of the head."""
    rest = len(text) - HEAD_CHARS
    head, head_size = _class_counts(text[:HEAD_CHARS].lower())
    if rest <= 0:
        return [*(_share(number, head_size) for number in head), *head[: len(HEAD_CLASSES)]]
    step = max(WINDOW_CHARS, rest // WINDOWS)
    windows = [text[at : at + WINDOW_CHARS] for at in range(HEAD_CHARS, len(text), step)[:WINDOWS]]
    body, body_size = _class_counts("\n".join(windows).lower())
    size = head_size + body_size
    return [*(_share(head[i] + body[i], size) for i in range(len(head))), *head[: len(HEAD_CLASSES)]]


def _class_counts(sample: str) -> tuple[list[int], int]:
    """The number of words of each class, and of all words; a Chinese character counts as half a word."""
    counts = [0] * len(WORD_CLASSES)
    words = WORD.findall(sample)
    for number, times in Counter(map(_latin_classes().get, words)).items():
        if number is not None:
            counts[number] = times
    han = 0 if sample.isascii() else len(EAST_ASIAN.findall(sample))
    if han:
        for number, word in _han_words():
            if word in sample:
                counts[number] += sample.count(word)
    return counts, len(words) + han // 2
