"""Left-over tags, for the repair `markup`.

Only tags of known elements are taken out, and only where they are tags: `x <y and z> w`, `List<String>`, `<3` and
`<a@b.c>` stay. What they enclose stays too. A tag that parted two lines becomes a line end.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import regex

from pipeline.model.stage import Rule
from pipeline.stages.markup.code_spans import code_spans, inside
from pipeline.text.edits import Edit

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
ATTRIBUTE = (
    r"\s+(?:style=\"[^<>\n]{0,500}?\"(?=\s{0,3}/?>|\s{1,3}[\w:-]{1,40}=)|"
    r"[A-Za-z_:@][\w:.-]{0,40}\s{0,3}=\s{0,3}(?:\"[^\"<\n]{0,2000}+\"|'[^'<\n]{0,2000}+'|[^\s\"'<>=`]{1,500}+)"
    r"|hidden|disabled|checked|selected|controls|async|defer|nowrap|noshade|allowfullscreen|autoplay|loop|muted"
    r"|required|readonly|multiple|open|download|itemscope|data-[\w-]{1,40})"
)
COMMENT = r"<!--(?:[^-<]|-(?!->)|<(?!!--)){0,2000}+-->|<!DOCTYPE[^<>\n]{0,300}>"
TOLD = regex.compile(
    r"(?:\b(?:write|writing|type|use|using|uses|insert|tags?|elements?|called|named)\s{1,2}|标签|标记|元素|使用|插入)$",
    regex.IGNORECASE,
)
TOLD_WHY = regex.compile(r"\s{0,2}(?:(?:for|to|instead|as|in|when|where|if|rather|and|or)\b|[,.;:，。；：)）\n]|$)")
LISTED = r"(?:\s?(?:,|/|、|和|或|and|or|,\sand|,\sor)\s?</?\w{1,12}>){0,5}+"
NAMED = regex.compile(LISTED + r"(?:\s{1,2}(?:tags?|elements?)\b|\s?(?:标签|标记|元素))")
KINDS = regex.compile(
    r"(?:\b(?:tags?|elements?)(?:,?\s(?:such as|like|are|named|called|including|e\.g\.|for example))?,?"
    r"\s{1,2}|(?:标签|元素)[如是有为：:]{1,2})$",
    regex.IGNORECASE,
)
"""What stands before and behind a tag that the text talks about: `use <br> to part lines`, `the <b> element`."""
KIND_BEFORE = regex.compile(r"(?:\b(?:tags?|elements?)\s{1,2}|[^\x00-\x7f])$", regex.IGNORECASE)
QUOTED = frozenset({'""', "''", "“”", "‘’", "「」", "『』"})
NEAR = 150
"""Characters behind a tag that is talked about in which another one is, too."""
LABEL = re.compile(r"(?:\A|\n)[^\n:：]{1,40}[:：]\Z")
"""A speaker's label at the start of a line: `<p>` behind it and a blank begins the words, not a line of their own."""


@cache
def elements() -> dict[str, tuple[str, str]]:
    """Of each known element, what its tags part, and when an opening tag without attributes is one."""
    text = files("pipeline.stages.markup").joinpath("tags.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: (part, bare) for name, part, bare in rows}


def element(name: str) -> tuple[str, str]:
    """What is known of an element; those of Office, `<st1:place>`, enclose words."""
    return elements().get(name, ("inline", "closed"))


@cache
def tags() -> regex.Pattern[str]:
    """A tag of a known element, or a comment. Every repetition is bounded and gives nothing back."""
    names = "|".join(sorted(elements(), key=len, reverse=True))
    return regex.compile(
        rf"<(?P<close>/?)(?P<name>{names}|(?:st1|[ovw]):[a-z]{{1,20}})(?P<given>(?:{ATTRIBUTE}){{0,30}}+)\s{{0,3}}/?>"
        rf"|{COMMENT}",
        regex.IGNORECASE,
    )


def is_tag(text: str, match: regex.Match[str], closed: frozenset[str]) -> bool:
    """Whether this is a tag of the text's own: not one that is talked about, nor a type in angle brackets."""
    if match["name"] is None:
        return True
    if is_talked_about(text, match, closed):
        return False
    if match["close"] or match["given"]:
        return True
    name = match["name"].lower()
    bare = element(name)[1]
    return bare == "sure" or (bare == "closed" and name in closed)


def is_talked_about(text: str, match: regex.Match[str], closed: frozenset[str]) -> bool:
    """Whether the text names the tag: `use <br> for a new line`, `the <b> element`."""
    if match["name"] is None or match["given"]:
        return False
    start, end = match.span()
    before, behind = text[max(0, start - 40) : start], text[end : end + 80]
    if before[-1:] + behind[:1] in QUOTED:
        return True
    if NAMED.match(behind) and (not before or before[-1].isspace() or not before[-1].isascii()):
        return True
    if match["close"] or behind[:1] in ("", "\n"):
        # `</p>` behind 元素, or `<br>` behind `the elements` at the end of a line, closes what was said.
        return not match["close"] and TOLD.search(before) is not None and not KIND_BEFORE.search(before)
    if match["name"].lower() not in closed and KINDS.search(before):
        return True
    return TOLD.search(before) is not None and TOLD_WHY.match(behind) is not None


def is_alone(match: regex.Match[str], closed: frozenset[str]) -> bool:
    """Whether this is an opening tag without attributes that nothing closes."""
    name = match["name"]
    return name is not None and not match["given"] and not match["close"] and name.lower() not in closed


def runs(text: str) -> Iterator[tuple[int, int, bool]]:
    """Tags that stand side by side, with the blanks between them, and whether one of them parts lines."""
    spans = code_spans(text)
    found = [match for match in tags().finditer(text) if not inside(spans, match.start())]
    closed = frozenset(match["name"].lower() for match in found if match["close"])
    start = end = told = -1
    parts = False
    for match in found:
        if is_talked_about(text, match, closed):
            told = match.end()
        if not is_tag(text, match, closed):
            continue
        if (
            told >= 0
            and match.start() - told < NEAR
            and is_alone(match, closed)
            and "\n" not in text[told : match.start()]
        ):
            # Where one tag is talked about, the next one is, too.
            continue
        if start >= 0 and not text[end : match.start()].strip(" \t"):
            end = match.end()
        else:
            if start >= 0:
                yield start, end, parts
            (start, end), parts = match.span(), False
        if match["name"]:
            parts = parts or element(match["name"].lower())[0] != "inline"
    if start >= 0:
        yield start, end, parts


def alone(text: str, start: int, end: int) -> bool:
    """Whether this is one bare `<p>` at the start of a line that nothing closes: too little to go by, so only noted."""
    match = tags().match(text, start, end)
    if match is None or match.end() != end or match["name"] is None or match["given"] or match["close"]:
        return False
    opens = element(match["name"].lower())[0] == "block"
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
