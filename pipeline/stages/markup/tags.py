"""Remove left-over tags and keep what they enclose. A tag between two lines becomes a line end.

Only tags of known elements are removed, and only if they are tags: `x <y and z> w`, `List<String>`, `<3` and
`<a@b.c>` stay, and so does `<br>` in a text about it.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

import msgspec
import regex

from pipeline.lexicon import lists
from pipeline.stages.markup.rules import LINE_BREAK, TAG
from pipeline.stages.non_prose.code_marks import Spans, is_inside
from pipeline.text.edits import Edit

ATTRIBUTE = r"""
    \s+(?:style="[^<>\n]{0,500}?"(?=\s{0,3}/?>|\s{1,3}[\w:-]{1,40}=)               # style="font: "Arial""
      |[A-Za-z_:@][\w:.-]{0,40}\s{0,3}=\s{0,3}
       (?:"[^"<\n]{0,2000}+"|'[^'<\n]{0,2000}+'|[^\s"'<>=`]{1,500}+)                # href="/x", id='a', width=5
      |hidden|disabled|checked|selected|controls|async|defer|nowrap|noshade
      |allowfullscreen|autoplay|loop|muted|required|readonly|multiple|open
      |download|itemscope|data-[\w-]{1,40})                                         # controls
"""
COMMENT = r"<!--(?:[^-<]|-(?!->)|<(?!!--)){0,2000}+-->|<!DOCTYPE[^<>\n]{0,300}>"
INSTRUCTION_BEFORE = regex.compile(
    r"""
    (?:\b(?:write|writing|type|use|using|uses|insert|tags?|elements?|called|named)\s{1,2}   # `use <br>`
      |标签|标记|元素|使用|插入)$
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
AFTER_INSTRUCTION = regex.compile(
    r"\s{0,2}(?:(?:for|to|instead|as|in|when|where|if|rather|and|or)\b|[,.;:，。；：)）\n]|$)"
)
NOUN_AFTER = regex.compile(
    r"""
    (?:\s?(?:,|/|、|和|或|and|or|,\sand|,\sor)\s?</?\w{1,12}>){0,5}+        # , <i> and <u>
    (?:\s{1,2}(?:tags?|elements?)\b|\s?(?:标签|标记|元素))                  # tags
    """,
    regex.VERBOSE,
)
LIST_BEFORE = regex.compile(
    r"""
    (?:\b(?:tags?|elements?)
       (?:,?\s(?:such[ ]as|like|are|named|called|including|e\.g\.|for[ ]example))?,?\s{1,2}    # tags such as <b>
      |(?:标签|元素)[如是有为：:]{1,2})$
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
NOUN_BEFORE = regex.compile(r"(?:\b(?:tags?|elements?)\s{1,2}|[^\x00-\x7f])$", regex.IGNORECASE)
QUOTES_AROUND_TAG = frozenset({'""', "''", "“”", "‘’", "「」", "『』"})
CHARS_BEFORE, CHARS_AFTER = 40, 80
"""Characters around a tag that say whether it is mentioned."""
MAX_MENTION_CHARS = 150
"""Characters after a tag that is mentioned, in which another one is mentioned too."""
SPEAKER_LABEL = re.compile(r"(?:\A|\n)[^\n:：]{1,40}[:：]\Z")
"""A speaker's label at the start of a line. `<p>` after it starts the words of the speaker, not a new line."""
MAX_SPEAKER_LABEL_CHARS = 42
"""A label with its line end and its colon."""

TAG_CONFIDENCE = 0.97
"""A tag of a known element that is not mentioned."""
LONE_TAG_CONFIDENCE = 0.45
"""One `<p>` and nothing else: below the threshold, so that it becomes a note."""

Separates = Literal["break", "block", "inline"]
"""What a tag separates: lines, paragraphs, or nothing."""
Bare = Literal["sure", "closed", "given"]
"""When an opening tag without attributes is one: always, if the text has its closing tag, or never."""


class Element(msgspec.Struct, frozen=True):
    """What is known of an HTML element. See `tags.tsv`."""

    separates: Separates
    bare: Bare


OFFICE_ELEMENT = Element("inline", "closed")
"""Elements of Microsoft Office, such as `<st1:place>`, enclose words."""


@cache
def elements() -> dict[str, Element]:
    """The known elements by name."""
    rows = lists.table(__package__, "tags.tsv")
    return {name: msgspec.convert({"separates": separates, "bare": bare}, Element) for name, separates, bare in rows}


def element(name: str) -> Element:
    """What is known of an element."""
    return elements().get(name, OFFICE_ELEMENT)


@cache
def tag_pattern() -> regex.Pattern[str]:
    """A tag of a known element, or a comment. Every repetition is bounded and gives nothing back."""
    names = "|".join(sorted(elements(), key=len, reverse=True))
    return regex.compile(
        rf"""
        <(?P<close>/?)(?P<name>{names}|(?:st1|[ovw]):[a-z]{{1,20}})(?P<attributes>(?:{ATTRIBUTE}){{0,30}}+)\s{{0,3}}/?>
        |{COMMENT}
        """,
        regex.IGNORECASE | regex.VERBOSE,
    )


class TagContext(msgspec.Struct, frozen=True):
    """A tag, the text around it, and the names of the closing tags of the whole text."""

    match: regex.Match[str]
    before: str
    after: str
    closed: frozenset[str]

    @classmethod
    def of(cls, match: regex.Match[str], closed: frozenset[str]) -> "TagContext":
        """The context of a match of `tag_pattern`."""
        text, (start, end) = match.string, match.span()
        return cls(match, text[max(0, start - CHARS_BEFORE) : start], text[end : end + CHARS_AFTER], closed)

    @property
    def is_comment(self) -> bool:
        """Whether this is a comment or a document type, and no tag."""
        return self.match["name"] is None

    @property
    def is_bare(self) -> bool:
        """Whether this is a tag without attributes."""
        return not self.is_comment and not self.match["attributes"]

    @property
    def is_closing(self) -> bool:
        """Whether this is a closing tag."""
        return bool(self.match["close"])

    @property
    def is_closed(self) -> bool:
        """Whether the text has a closing tag of this name."""
        return self.match["name"].lower() in self.closed

    @property
    def is_unclosed(self) -> bool:
        """Whether this is an opening tag without attributes that nothing closes."""
        return self.is_bare and not self.is_closing and not self.is_closed

    def is_tag(self) -> bool:
        """Whether this is markup of the text: not mentioned, and no type in angle brackets (`List<String>`)."""
        if self.is_comment:
            return True
        if self.is_mentioned():
            return False
        if self.is_closing or not self.is_bare:
            return True
        bare = element(self.match["name"].lower()).bare
        return bare == "sure" or (bare == "closed" and self.is_closed)

    def is_mentioned(self) -> bool:
        """Whether the text writes about the tag: `use <br> for a new line`, `the <b> element`."""
        if not self.is_bare:
            return False
        if self.before[-1:] + self.after[:1] in QUOTES_AROUND_TAG:
            return True
        is_after_ascii = self.before and not self.before[-1].isspace() and self.before[-1].isascii()
        if not is_after_ascii and NOUN_AFTER.match(self.after):
            return True
        is_instructed = INSTRUCTION_BEFORE.search(self.before) is not None
        if self.is_closing or self.after[:1] in ("", "\n"):
            # `</p>` after 元素, or `<br>` after `the elements` at the end of a line, closes what came before.
            return is_instructed and not self.is_closing and not NOUN_BEFORE.search(self.before)
        if not self.is_closed and LIST_BEFORE.search(self.before):
            return True
        return is_instructed and AFTER_INSTRUCTION.match(self.after) is not None


class TagRun(msgspec.Struct):
    """Tags side by side in `[start, end)`, with the spaces between them."""

    start: int
    end: int
    separates_lines: bool


def tag_runs(text: str, code: Spans) -> Iterator[TagRun]:
    """Yield the runs of tags outside `code`."""
    matches = [match for match in tag_pattern().finditer(text) if not is_inside(code, match.start())]
    closed = frozenset(match["name"].lower() for match in matches if match["close"])
    run: TagRun | None = None
    mention_end = -1
    for match in matches:
        tag = TagContext.of(match, closed)
        if tag.is_mentioned():
            mention_end = match.end()
        if not tag.is_tag() or (tag.is_unclosed and _follows_mention(text, mention_end, match.start())):
            continue
        if run and not text[run.end : match.start()].strip(" \t"):
            run.end = match.end()
        else:
            if run:
                yield run
            run = TagRun(*match.span(), separates_lines=False)
        if not tag.is_comment and element(match["name"].lower()).separates != "inline":
            run.separates_lines = True
    if run:
        yield run


def _follows_mention(text: str, mention_end: int, at: int) -> bool:
    """Whether a tag is mentioned shortly before `at` in the same line. Then the next one is mentioned too."""
    return mention_end >= 0 and at - mention_end < MAX_MENTION_CHARS and "\n" not in text[mention_end:at]


def is_lone_paragraph(text: str, run: TagRun) -> bool:
    """Whether a run is one bare `<p>` at the start of a line, which is too little evidence if nothing closes it."""
    match = tag_pattern().match(text, run.start, run.end)
    if match is None or match.end() != run.end:
        return False
    tag = TagContext.of(match, frozenset())
    if not tag.is_bare or tag.is_closing or element(match["name"].lower()).separates != "block":
        return False
    is_at_line_start = run.start == 0 or text[run.start - 1] == "\n"
    return is_at_line_start and run.end < len(text) and text[run.end] != "\n"


def without_tags(text: str, code: Spans) -> Iterator[Edit]:
    """Yield an edit for each run of tags outside `code`: `One.<br>Two.` to two lines, `a <b>claim</b>` to `a claim`."""
    runs = list(tag_runs(text, code))
    if len(runs) == 1 and is_lone_paragraph(text, runs[0]):
        yield Edit(runs[0].start, text[runs[0].start : runs[0].end], "", TAG.name, LONE_TAG_CONFIDENCE)
        return
    for run in runs:
        yield _edit_of(text, run)


def _edit_of(text: str, run: TagRun) -> Edit:
    start, end = with_spaces_around(text, run.start, run.end)
    is_at_line_end = end == len(text) or text[end] == "\n"
    is_within_line = start > 0 and text[start - 1] != "\n" and not is_at_line_end
    if not is_within_line:
        # The spaces between the edge of the line and the text belong to the tag.
        start = start if is_at_line_end else run.start
        return Edit(start, text[start:end], "", TAG.name, TAG_CONFIDENCE)
    follows_label = start < run.start and SPEAKER_LABEL.search(text[max(0, start - MAX_SPEAKER_LABEL_CHARS) : start])
    if run.separates_lines and not follows_label:
        return Edit(start, text[start:end], "\n", LINE_BREAK.name, TAG_CONFIDENCE)
    # One of the spaces before, between and after the tags is enough.
    has_space_before, has_space_after = start < run.start, end > run.end
    stop = run.end + 1 if has_space_before and has_space_after else run.end
    has_space_between = regex.search(r">[ \t]+<", text, pos=run.start, endpos=run.end) is not None
    new = " " if has_space_between and not has_space_before and not has_space_after else ""
    return Edit(run.start, text[run.start : stop], new, TAG.name, TAG_CONFIDENCE)


def with_spaces_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The span `[start, end)` with the spaces and tabs before and after it."""
    while start and text[start - 1] in " \t":
        start -= 1
    while end < len(text) and text[end] in " \t":
        end += 1
    return start, end
