"""Repair `markup`: what is left of a page in its text: tags, comments, zero-width and control characters.

Only tags of known elements are taken out, and only where they are tags: `x <y and z> w`, `List<String>`, `<3` and
`<a@b.c>` stay. What they enclose stays too. A tag that parted two lines becomes a line end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import ClassVar

import regex

from pipeline import lexicon
from pipeline.document import Document
from pipeline.ledger import Edit
from pipeline.stage import Finding, Rule
from pipeline.stages.markup.bulletin_codes import CODE as BULLETIN_CODE
from pipeline.stages.markup.bulletin_codes import uncoded
from pipeline.stages.markup.escaped_marks import ESCAPED, inside, unescaped
from pipeline.stages.proposals import at_rest

TAG = Rule(
    "markup.tag",
    "a known tag within a line",
    acts=("a <strong>bold</strong> claim", 'see <a href="/x">this</a>', "a<!-- ad -->b"),
    spares=("x <y and z> w", "List<String>", "I <3 it", "write to <a@b.c>", "the <b> tag", "`<em>`"),
)
LINE_BREAK = Rule(
    "markup.line-break",
    "a tag that parts two lines",
    acts=("One.<br>Two.", "<p>One.</p><p>Two.</p>", "One. <br /> Two."),
    spares=("<p>One.</p>", "use <br> for a new line", "`<br>`"),
)
INVISIBLE = Rule(
    "markup.invisible",
    "a zero-width character, a mark of direction or a soft hyphen",
    acts=("hi\u200bdden", "hi\ufeffdden", "hy\u00adphen", "a\u2060b", "the\u200e end", "to\u200dgether"),
    spares=("👩\u200d🚀", "می\u200cخواهم", "ภาษา\u200bไทย", "a \u00ad b", "שלום\u200f"),
)
SCRIPT = Rule(
    "markup.script",
    "a script or a style sheet with what it holds",
    acts=("<script>var a = 1;</script>The tide", "<style>\n.a { color: red; }\n</style>The tide"),
    spares=("the <script> tag and its </script>", "`<script>var a;</script>`"),
)
SECTION = Rule(
    "markup.xml",
    "an XML declaration or the marks of a CDATA section",
    acts=("<![CDATA[The tide]]>", '<?xml version="1.0"?>The tide'),
    spares=("<?php echo 1; ?>", "a <![CDATA[ alone"),
)
CONTROL = Rule(
    "markup.control",
    "a control character",
    acts=("a\x00b", "a\x0bb", "\x1b[31mred\x1b[0m"),
    spares=("a\tb\n",),
)

ATTRIBUTE = (
    r"\s+(?:[A-Za-z_:@][\w:.-]{0,40}\s{0,3}=\s{0,3}(?:\"[^\"<\n]{0,2000}+\"|'[^'<\n]{0,2000}+'|[^\s\"'<>=`]{1,500}+)"
    r"|hidden|disabled|checked|selected|controls|async|defer|nowrap|noshade|allowfullscreen|autoplay|loop|muted"
    r"|required|readonly|multiple|open|download|itemscope|data-[\w-]{1,40})"
)
COMMENT = r"<!--(?:[^-<]|-(?!->)|<(?!!--)){0,2000}+-->|<!DOCTYPE[^<>\n]{0,300}>"
TOLD = regex.compile(
    r"(?:\b(?:write|writing|type|use|using|uses|insert|tags?|elements?|called|named)\s{1,2}|标签|标记|元素|使用|插入)$",
    regex.IGNORECASE,
)
TOLD_WHY = regex.compile(r"\s{0,2}(?:(?:for|to|instead|as|in|when|where|if|rather|and|or)\b|[,.;:，。；：)）\n]|$)")
NAMED = regex.compile(r"\s{1,2}(?:tags?|elements?)\b|\s?(?:标签|标记|元素)")
"""What stands before and behind a tag that the text talks about: `use <br> to part lines`, `the <b> element`."""
QUOTED = frozenset({'""', "''", "“”", "‘’", "「」", "『』"})
LABEL = re.compile(r"(?:\A|\n)[^\n:：]{1,40}[:：]\Z")
"""A speaker's label at the start of a line: `<p>` behind it and a blank begins the words, not a line of their own."""
FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
CODE = re.compile(r"``[^\n]{1,300}?``|`[^`\n]{1,300}`")
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]")
UNSEEN_ASCII = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
TERMINAL = re.compile("\x1b\\[[0-9;]{0,20}[A-Za-z]")
LINE_ENDS = frozenset("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
JOINED = re.compile("[\x20-\x7e\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
"""Characters that a zero-width joiner or non-joiner has nothing to do with."""
HALF_BEFORE, HALF_BEHIND = regex.compile(r"[\p{L}\u00ad]{1,40}$"), regex.compile(r"[\p{L}\u00ad]{1,40}")
SCRIPTS = regex.compile(
    r"<(?P<name>script|style)\b[^<>]{0,500}>(?P<held>(?:[^<]|<(?!/?(?:script|style)\b)){0,20000}+)</(?P=name)\s{0,3}>",
    regex.IGNORECASE,
)
PROGRAM = re.compile(r"[{};=()]")
SECTIONS = regex.compile(
    r"<!\[CDATA\[(?P<held>(?:[^\]<]|\](?!\]>)|<(?!!\[CDATA\[)){0,20000}+)\]\]>|<\?xml\b[^<>?]{0,200}\?>"
)
WORDS_UNPARTED = regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
"""Scripts in which a zero-width blank parts words that are written without blanks."""


@cache
def elements() -> dict[str, tuple[str, str]]:
    """Of each known element, what its tags part, and when an opening tag without attributes is one."""
    text = files(__package__).joinpath("tags.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: (part, bare) for name, part, bare in rows}


@cache
def tags() -> regex.Pattern[str]:
    """A tag of a known element, or a comment. Every repetition is bounded and gives nothing back."""
    names = "|".join(sorted(elements(), key=len, reverse=True))
    return regex.compile(
        rf"<(?P<close>/?)(?P<name>{names})(?P<given>(?:{ATTRIBUTE}){{0,30}}+)\s{{0,3}}/?>|{COMMENT}", regex.IGNORECASE
    )


def code_spans(text: str) -> list[tuple[int, int]]:
    """Fenced blocks and spans between backticks, in which nothing is a tag."""
    if "`" not in text and "~~~" not in text:
        return []
    fences = [match.start() for match in FENCE.finditer(text)]
    blocks = list(zip(fences[::2], [*fences[1::2], len(text)], strict=False))
    return sorted(blocks + [match.span() for match in CODE.finditer(text) if not inside(blocks, match.start())])


def is_tag(text: str, match: regex.Match[str], closed: frozenset[str]) -> bool:
    """Whether this is a tag of the text's own: not one that is talked about, nor a type in angle brackets."""
    if match["name"] is None:
        return True
    name, (start, end) = match["name"].lower(), match.span()
    if not match["given"]:
        before, behind = text[max(0, start - 24) : start], text[end : end + 16]
        if before[-1:] + behind[:1] in QUOTED:
            return False
        if NAMED.match(behind) and (not before or before[-1].isspace() or not before[-1].isascii()):
            return False
        if TOLD.search(before) and TOLD_WHY.match(behind):
            return False
    if match["close"] or match["given"]:
        return True
    bare = elements()[name][1]
    return bare == "sure" or (bare == "closed" and name in closed)


def runs(text: str) -> Iterator[tuple[int, int, bool]]:
    """Tags that stand side by side, with the blanks between them, and whether one of them parts lines."""
    spans = code_spans(text)
    found = [match for match in tags().finditer(text) if not inside(spans, match.start())]
    closed = frozenset(match["name"].lower() for match in found if match["close"])
    start = end = -1
    parts = False
    for match in found:
        if not is_tag(text, match, closed):
            continue
        if start >= 0 and not text[end : match.start()].strip(" \t"):
            end = match.end()
        else:
            if start >= 0:
                yield start, end, parts
            (start, end), parts = match.span(), False
        if match["name"]:
            parts = parts or elements()[match["name"].lower()][0] != "inline"
    if start >= 0:
        yield start, end, parts


def alone(text: str, start: int, end: int) -> bool:
    """Whether this is one bare `<p>` at the start of a line that nothing closes: too little to go by, so only noted."""
    match = tags().match(text, start, end)
    if match is None or match.end() != end or match["name"] is None or match["given"] or match["close"]:
        return False
    opens = elements()[match["name"].lower()][0] == "block"
    return opens and (start == 0 or text[start - 1] == "\n") and end < len(text) and text[end] != "\n"


def untagged(text: str) -> Iterator[Edit]:
    """`One.<br>Two.` to two lines, `a <b>bold</b> claim` to `a bold claim`."""
    found = list(runs(text))
    if len(found) == 1 and alone(text, *found[0][:2]):
        yield Edit(found[0][0], text[found[0][0] : found[0][1]], "", TAG.name, 0.45)
        return
    for run_start, run_end, parts in found:
        start, end = run_start, run_end
        while start and text[start - 1] in " \t":
            start -= 1
        while end < len(text) and text[end] in " \t":
            end += 1
        within = start > 0 and text[start - 1] != "\n" and end < len(text) and text[end] != "\n"
        if parts and within and not (start < run_start and LABEL.search(text[max(0, start - 42) : start])):
            yield Edit(start, text[start:end], "\n", LINE_BREAK.name, 0.97)
        elif not within:
            # At the edge of a line the blanks between it and the tag, or behind the tag, were the tag's own.
            start = start if end == len(text) or text[end] == "\n" else run_start
            yield Edit(start, text[start:end], "", TAG.name, 0.97)
        else:
            # Of the blanks before, between and behind the tags within a line one is enough.
            around = (start < run_start) + (end > run_end)
            stop = run_end + 1 if around > 1 else run_end
            kept = " " if not around and regex.search(r">[ \t]+<", text, pos=run_start, endpos=run_end) else ""
            yield Edit(run_start, text[run_start:stop], kept, TAG.name, 0.97)


def unseen(text: str) -> Iterator[Edit]:
    """Zero-width characters, soft hyphens within words, control characters; a run of them is one edit."""
    last: Edit | None = None
    end = 0
    for edit in unseen_one_by_one(text):
        if last and end == edit.start and last.rule == edit.rule and not last.new and not edit.new:
            end = edit.end
            continue
        if last:
            yield Edit(last.start, text[last.start : end], last.new, last.rule, last.confidence)
        last, end = edit, edit.end
    if last:
        yield Edit(last.start, text[last.start : end], last.new, last.rule, last.confidence)


def unseen_one_by_one(text: str) -> Iterator[Edit]:
    """The characters that `unseen` takes out, as they come."""
    end = -1
    turned: bool | None = None
    for match in (UNSEEN_ASCII if text.isascii() else UNSEEN).finditer(text):
        at, sign = match.start(), match[0]
        if at < end:
            continue
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if sign == "\x1b" and (escape := TERMINAL.match(text, at)):
            end = escape.end()
            yield Edit(at, escape[0], "", CONTROL.name, 0.97)
        elif sign == "\u00ad":
            if before.isalpha() and after.isalpha():
                yield soft_hyphen(text, at)
        elif sign in DIRECTIONS:
            if turned is None:
                turned = RIGHT_TO_LEFT.search(text) is not None
            if not turned:
                yield Edit(at, sign, "", INVISIBLE.name, 0.95)
        elif sign in "\u200c\u200d":
            if JOINED.match(before) and JOINED.match(after):
                yield Edit(at, sign, "", INVISIBLE.name, 0.93)
        elif sign in "\u200b\u2060\ufeff":
            if not (WORDS_UNPARTED.match(before) or WORDS_UNPARTED.match(after)):
                yield Edit(at, sign, "", INVISIBLE.name, 0.97)
        else:
            parts = sign in LINE_ENDS and before.strip() and after.strip()
            yield Edit(at, sign, "\n" if parts else "", CONTROL.name, 0.97)


def soft_hyphen(text: str, at: int) -> Edit:
    """`presi-dent` is one word; between two words that make none, `dual-use`, a real hyphen was turned soft: noted."""
    before, behind = HALF_BEFORE.search(text, max(0, at - 40), at), HALF_BEHIND.match(text, at + 1, at + 41)
    halves = [match[0].replace("\u00ad", "").lower() if match else "" for match in (before, behind)]
    known = lexicon.words()
    hard = all(len(half) > 2 and half in known for half in halves) and "".join(halves) not in known
    return Edit(at, "\u00ad", "-" if hard else "", INVISIBLE.name, 0.4 if hard else 0.95)


def unwrapped(text: str) -> Iterator[Edit]:
    """Scripts and style sheets as a whole, the marks of CDATA sections, and XML declarations."""
    spans = code_spans(text)
    found: list[Edit] = []
    if "</" in text:
        found = [
            Edit(match.start(), match[0], "", SCRIPT.name, 0.93)
            for match in SCRIPTS.finditer(text)
            if not inside(spans, match.start()) and (not match["held"].strip() or PROGRAM.search(match["held"]))
        ]
    if found or ("<![CDATA[" not in text and "<?xml" not in text):
        # A section around a script is for the next round.
        yield from found
        return
    for section in SECTIONS.finditer(text):
        if inside(spans, section.start()):
            continue
        if section["held"] is None:
            yield Edit(section.start(), section[0], "", SECTION.name, 0.95)
        else:
            yield Edit(section.start(), "<![CDATA[", "", SECTION.name, 0.95)
            yield Edit(section.end() - 3, "]]>", "", SECTION.name, 0.95)


def repair(document: Document) -> Iterator[Edit]:
    """One round: what holds other things first; what is inside only where nothing went, in the next round otherwise."""
    text = document.text
    found: list[Edit] = []
    if "<" in text and ("</" in text or "<!" in text or "<?" in text):
        found = list(unwrapped(text))
    if not found and "<" in text and ("</" in text or tags().search(text)):
        found = list(untagged(text))
    if not any(round(edit.confidence, 2) >= TAG.threshold_for(document) for edit in found):
        if "[/" in text:
            found += uncoded(text, code_spans(text))
        if "\\" in text:
            found += unescaped(text, code_spans(text))
        found += unseen(text)
    yield from sorted(found, key=lambda edit: edit.start)


@dataclass(frozen=True)
class Markup:
    """Left-over tags, comments, zero-width and control characters."""

    name: ClassVar = "markup"
    after: ClassVar[frozenset[str]] = frozenset({"entities", "mojibake"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (
        TAG,
        LINE_BREAK,
        SCRIPT,
        SECTION,
        BULLETIN_CODE,
        ESCAPED,
        INVISIBLE,
        CONTROL,
    )
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit for each run of tags, and for each character that cannot be seen."""
        yield from at_rest(document, self.rules, repair)
