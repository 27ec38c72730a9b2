"""The stage `dialogue`: finds title, lead, headings, turns, speakers, asides, closing and translations.

A document goes through these modules, in this order:

- `blocks` makes blocks of the paragraphs that no earlier stage took.
- `duplicates` finds a body that is printed twice, `translations` a second language.
- `parse_body` labels the blocks of one language. It asks `titles` for the title, `label_candidates` for what could be
  a speaker's label, `label_scoring` which of these are labels, `speaker_aliases` and `speaker_key` who is meant,
  `turn_features` and `roles` who asks and who answers, `questions` for questions without labels, and `closing` where
  the dialogue ends.
- `notes` says what is doubtful.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pipeline.model.document import Document, Label
from pipeline.model.stage import Finding, Rule
from pipeline.stages import front_matter
from pipeline.stages.dialogue.blocks import Block, read_blocks, split_at, without_references
from pipeline.stages.dialogue.duplicates import RepeatedBlock, find_repeats
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.notes import structure_notes, translation_mismatch
from pipeline.stages.dialogue.parse_body import ParsedBody, parse_body, repeated_labels
from pipeline.stages.dialogue.titles import NON_WORD_CHARS
from pipeline.stages.dialogue.translations import matching_exchanges, split_versions, with_body_names

TALK_TEXT = (
    "A Walk\nDaily Post: Why walk?\nAda Fern: Because it is slow.\nDaily Post: And then?\nAda Fern: Then I rest."
)
STORY_TEXT = "The bridge is closed. Note: it opens again at 10:30. Why was it closed? Nobody at the council would say."
BARE_TEXT = (
    "How did you begin?\nWith a rope and a borrowed boat, and with no idea of the tide or of my luck that morning.\n"
    "Were you afraid?\nI was, of the wind, and of the rocks below the light, which nobody had charted since the war.\n"
    "Would you go again?\nTomorrow, if my knees allow it and if somebody lends me a better boat than the last one."
)
ESSAY_TEXT = (
    "On Rain\nIt rained when I was born, my mother says.\nIt has hardly stopped since.\n"
    "Q: Why does it rain?\nA: Because.\nQ: Will it stop?\nA: On Monday.\n"
    "So I told my daughter, and she wrote it down, and hung it on the kitchen door beside the calendar.\n"
    "On Monday it rained, and she took a pencil, crossed out the answer and wrote a better one below it."
)
TWICE_TEXT = (
    "Daily Post: Why do you walk to the harbour every morning, in any weather?\n"
    "Ada Fern: Because it is slow, and because the tide does not wait for those who drive.\n"
    "Daily Post: And what do you do there, when the boats have gone out?\n"
    "Ada Fern: Then I rest, and I count the gulls, and I write down what the pilots have told me.\n"
)
PACKING_TEXT = (
    "Before You Come\n## What should I pack?\nYour boots.\n## What should I leave?\nYour car.\n"
    "## May we sing?\nYou may."
)
MINUTES_TEXT = (
    "Minutes\n* [ada] Shall we begin?\n* [ben] I am ready.\n* [ada] Did you bring the maps?\n* [ben] I did, all."
    "\n* [ada] Thank you."
)

RULES = (
    Rule("dialogue.title", "the first line, short and without a full stop, or the first heading", (TALK_TEXT,)),
    Rule("dialogue.title-key", "the title among the keys above the article", ("---\ntitle: A Walk\n---\nI walk.",)),
    Rule(
        "dialogue.kicker",
        "a line above the title that names the section or the medium",
        ("Obituaries\nThe Woman Who Drew Maps\nShe drew them for sixty years.",),
        (TALK_TEXT,),
    ),
    Rule("dialogue.title-again", "a line that only prints the title again", ("A Walk\nA Walk\nI walked today.",)),
    Rule("dialogue.front-matter", "the other keys above the article", ("---\ntitle: A\nlayout: post\n---\nI walk.",)),
    Rule(
        "dialogue.above",
        "prose above the first turn: the lead, or a section's",
        (f"A Walk\nWe met at noon.\n{TALK_TEXT[7:]}",),
    ),
    Rule(
        "dialogue.heading",
        "a short line without a full stop before a turn or between prose",
        (f"{TALK_TEXT}\nRest\n{TALK_TEXT[7:]}",),
    ),
    Rule("dialogue.labelled", "a turn behind a speaker's label", (TALK_TEXT,), (STORY_TEXT,)),
    Rule("dialogue.speaker", "a label that comes again and takes turns with another", (TALK_TEXT,), (STORY_TEXT,)),
    Rule(
        "dialogue.beside-label",
        "a time or a number beside a label or a question",
        ("Host (9:41): Why walk?\nAda Fern (9:42): I like it.\nHost (9:43): And then?\nAda Fern (9:44): I rest.",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.repeated-label",
        "the label of who is speaking already: the turn goes on",
        (f"{TALK_TEXT}\nAda Fern: And I sleep.",),
        (TALK_TEXT,),
    ),
    Rule("dialogue.continued", "a paragraph without a label belongs to who spoke last", (f"{TALK_TEXT}\nAnd I eat.",)),
    Rule(
        "dialogue.direction", "a remark in brackets on a line of its own", (f"{TALK_TEXT}\n(Laughter.)",), (STORY_TEXT,)
    ),
    Rule(
        "dialogue.caption",
        "the caption of a picture in the midst of a turn",
        (f"{TALK_TEXT}\nPhoto by Ivo Moss",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.legend",
        "a line that says who is who",
        (f"DP: Daily Post; AF: Ada Fern\n{TALK_TEXT[7:]}",),
        (TALK_TEXT,),
    ),
    Rule("dialogue.between", "prose below a heading, before the next turn"),
    Rule(
        "dialogue.bare-question", "a question on a line of its own, with its answer below", (BARE_TEXT,), (STORY_TEXT,)
    ),
    Rule("dialogue.below-question", "the paragraphs below a bare question", (BARE_TEXT,), (STORY_TEXT,)),
    Rule("dialogue.prose", "prose of an article in which nobody is interviewed", (f"News\n{STORY_TEXT}",)),
    Rule(
        "dialogue.closing-phrase",
        "prose behind the last turn that speaks of the interview itself",
        (f"{TALK_TEXT}\nThis interview was conducted in May.",),
    ),
    Rule(
        "dialogue.third-person",
        "prose behind the last turn that speaks of the speaker",
        (f"{TALK_TEXT}\nMs. Fern walked away.",),
    ),
    Rule(
        "dialogue.behind-rule",
        "prose below a rule behind the last turn",
        (f"{TALK_TEXT}\n\n---\n\nWalk with us.",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.behind-notice",
        "prose below a notice behind the last turn",
        spares=(TALK_TEXT,),
    ),
    Rule(
        "dialogue.essay", "prose of an essay below a short list of questions and answers", (ESSAY_TEXT,), (TALK_TEXT,)
    ),
    Rule(
        "dialogue.signature",
        "a name and a date behind the last turn",
        (f"{TALK_TEXT}\nThe Walkers\n3 May 2021",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.reference",
        "a picture, a link's target, an address",
        ("A Walk\n![](walk.png)\nI walk.",),
        (TALK_TEXT,),
    ),
    Rule("dialogue.repeat", "a body that is printed a second time", (TWICE_TEXT + TWICE_TEXT,), (TWICE_TEXT,)),
    Rule("dialogue.version", "a body in a second language, behind the first or paragraph by paragraph"),
    Rule(
        "dialogue.unanswered", "a question that nobody answers", (f"{TALK_TEXT}\nDaily Post: And when?",), (TALK_TEXT,)
    ),
    Rule(
        "dialogue.heard-once",
        "somebody who speaks once",
        (f"{TALK_TEXT}\nIvo Moss: Is it cold?\nAda Fern: No.",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.two-titles", "two lines that could be the title", ("---\ntitle: A Walk\n---\n# Slow Steps\nI walk.",)
    ),
    Rule(
        "dialogue.doubtful-label",
        "labels that are hardly more likely than not to be speakers', or that nearly were",
        ("Ada Fern: I walk when the tide is out.\nIt was out at noon.\nAda Fern: I rest when it comes in.",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.unrecognised",
        "labels or questions in a pattern, in an article without an exchange",
        (MINUTES_TEXT, PACKING_TEXT),
        (
            TALK_TEXT,
            STORY_TEXT,
            "Minutes\n* Date: 3 May\n* Place: Hall\n* Date: 9 May\n* Place: Barn\n* Date: 2 June\n* Place: Hall",
        ),
    ),
    Rule(
        "dialogue.label-in-turn",
        "a label within another speaker's turn that is set like the others and was not accepted",
        (f"{TALK_TEXT}\nIvo Moss: I rest, too, and you know it.",),
        (TALK_TEXT, f"{TALK_TEXT}\nNote: I wrote this down."),
    ),
    Rule("dialogue.unmatched-version", "body and translation that do not have the same number of exchanges"),
)

MAKER_PARTS = frozenset({"byline", "credit.name"})
UNASSIGNED_PARTS = frozenset({"label", "legend", "repeat"})
"""What stands in no field, of the parts that a body may have."""
MAX_REFERENCE_SHARE = 0.45
"""Share of an article that may stand in no field, at most; the contract says half."""


@dataclass(frozen=True)
class Dialogue:
    """Who says what, under which heading, in which language."""

    name: ClassVar[str] = "dialogue"
    after: ClassVar[frozenset[str]] = frozenset({"languages", "credits"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({"part", "version"})
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar[int] = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Labels every paragraph that no earlier finder took."""
        top = front_matter.end_of(document.text)
        title = front_matter.title_in(document.text, top) if top else None
        keys, blocks = split_at(read_blocks(document), top)
        # What points elsewhere must not be most of an article: then it is what the article says.
        pointing = [block for block in blocks if block.reference]
        if pointing and _word_chars([*keys, *pointing]) > MAX_REFERENCE_SHARE * _word_chars([*keys, *blocks]):
            pointing = []
        free = without_references(blocks) if pointing else blocks
        makers = " ".join(
            document.text[label.start : label.end] for label in document.layer("part") if label.value in MAKER_PARTS
        )
        again = find_repeats(free, makers)
        yield from (_block_label(block, "reference", "dialogue.reference", 0.95) for block in pointing)
        body, *others = split_versions(document, [block for i, block in enumerate(free) if i not in again])
        known = " ".join(document.text[slice(*line)] for line in title.lines) if title else None
        main = parse_body(body.blocks, document.vocabulary, known, makers)
        printed = any(placed.part == "title" for placed in main.blocks)
        yield from _front_matter_labels(document.text, keys, title.lines if title and not printed else ())
        first = list(_body_labels(main))
        yield from structure_notes(main, title.value_span if title and not printed else None, document.text)
        for version in others:
            read = parse_body(version.blocks, document.vocabulary)
            renamed = with_body_names(main.blocks, read.blocks)
            numbers = matching_exchanges(main.blocks, read.blocks)
            for placed, repeated, exchange in zip(renamed, repeated_labels(renamed), numbers, strict=True):
                start = placed.label.start if placed.label else placed.start
                yield Label(start, placed.block.end, "version", version.language, "dialogue.version", 0.9, exchange)
                first += _labels_of(placed, placed.name, again=repeated)
            yield from translation_mismatch(main, read)
        yield from first
        yield from _repeat_labels(free, again, first)


def _block_label(block: Block, part: str, rule: str, confidence: float) -> Label:
    return Label(block.start, block.end, "part", part, rule, confidence)


def _word_chars(blocks: Sequence[Block]) -> int:
    """Letters and figures of some units."""
    return sum(len(NON_WORD_CHARS.sub("", block.text)) for block in blocks)


def _repeat_labels(
    free: Sequence[Block], again: Mapping[int, RepeatedBlock], first: Sequence[Label]
) -> Iterator[Label]:
    """What is printed a second time; `first` are the labels of what was printed the first time.

    What has a field there is a repeat here, each label for itself; what has none there is here what it is there.
    """
    if not again:
        return
    blocks = sorted((label for label in first if label.layer == "part"), key=lambda label: label.start)
    starts = [label.start for label in blocks]
    for i, copy in sorted(again.items()):
        block, above = free[i], free[copy.first]
        if copy.cut:
            yield Label(block.start, block.start + copy.cut, "part", "repeat", "dialogue.repeat", 0.95)
        by = block.start + copy.cut - above.start
        for label in blocks[bisect_left(starts, above.start) : bisect_left(starts, above.end)]:
            value = label.value if label.value in UNASSIGNED_PARTS else "repeat"
            rule = label.rule if label.value in UNASSIGNED_PARTS else "dialogue.repeat"
            yield Label(label.start + by, label.end + by, "part", value, rule, 0.95)


def _front_matter_labels(text: str, keys: Sequence[Block], title: Sequence[tuple[int, int]]) -> Iterator[Label]:
    """The keys above the article; `title` are the lines of the title among them, if it is not printed below."""
    yield from (Label(*line, "part", "title", "dialogue.title-key", 0.95) for line in title)
    for block in keys:
        at = block.start
        for start, end in [*title, (block.end, block.end)]:
            last = min(start, block.end)
            if any(map(str.isalnum, text[at:last])):
                yield Label(at, last, "part", "front-matter", "dialogue.front-matter", 0.95)
            at = max(at, end)


def _body_labels(read: ParsedBody) -> Iterator[Label]:
    for placed, repeated in zip(read.blocks, repeated_labels(read.blocks), strict=True):
        yield from _labels_of(placed, placed.name, again=repeated)


def _labels_of(placed: LabelledBlock, name: str | None, *, again: bool) -> Iterator[Label]:
    label = placed.label
    if placed.number is not None:
        yield Label(*placed.number, "part", "label", "dialogue.beside-label", 0.9)
    if label is not None:
        for start, end in label.beside:
            at = placed.block.start
            yield Label(at + start, at + end, "part", "label", "dialogue.beside-label", 0.9)
        if again:
            yield Label(label.start, label.end, "part", "label", "dialogue.repeated-label", placed.label_confidence)
        else:
            yield Label(label.start, label.end, "part", "speaker", "dialogue.speaker", placed.label_confidence, name)
    if placed.start < placed.block.end:
        of = name if placed.turn else None
        yield Label(placed.start, placed.block.end, "part", placed.part, placed.rule, placed.confidence, of)
