"""Repair `entities`: HTML entities and escapes that no parser decoded, to the characters they stand for.

`&quot;` is a quotation mark, `&amp;quot;` is one that was escaped twice; `quot;` (see `lost_entities`) is one whose
ampersand something ate. What is decoded stays as it was meant: `"` is no curly quote, `&nbsp;` a no-break space.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import ClassVar

import regex

from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.stages.entities.json_escapes import ESCAPE_RULES, escaped, in_code, repaired_escapes
from pipeline.stages.entities.lost_candidates import TAG_PATTERN, Place, lost_names
from pipeline.stages.entities.lost_entities import LOST_RULES, repaired_lost
from pipeline.stages.entities.lost_spaces import (
    BLANK_RULES,
    LineEnds,
    line_ends,
    many,
    repaired_between,
    repaired_line_ends,
)
from pipeline.stages.entities.lost_tags import TAG, repaired_tags
from pipeline.stages.entities.script_escapes import SCRIPT_RULES, repaired_fields, repaired_percents
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.text.edits import Edit

INTACT = Rule(
    "entities.intact",
    "an HTML entity that was not decoded",
    acts=("salt &amp; pepper", "the harbour&#146;s edge", "（&quot;；"),
    spares=("make a copy; then leave", "Write &amp; for an ampersand.", "x.org/?a=1&copy=2", "`&lt;br&gt;`"),
)
AGAIN = Rule(
    "entities.escaped-again",
    "an HTML entity that was escaped twice or more",
    acts=("it&amp;#39;s late", "&amp;amp;quot;Go&amp;amp;quot;"),
    spares=("salt and pepper", "The HTML entity &amp;quot; is a mark."),
)
TORN = Rule(
    "entities.torn",
    "an HTML entity with a blank behind its ampersand, or without its semicolon",
    acts=("we waited & mdash; in vain", "What&rsquos new", "the port&#39s cranes"),
    spares=("salt & pepper", "?a=1&quot=2", "AT&T", "black & white; grey"),
)

AMPERSANDS = r"(?P<again>(?:(?:amp|#0{0,3}38|#[xX]0{0,3}26)[;；])*+)"
ENTITY = regex.compile(
    r"(?:[&＆﹠]|\\{1,2}u0026|(?<![A-Za-z])u0026(?=[a-z#]))"
    + AMPERSANDS
    + r"(?:(?P<body>[#＃]\d{1,7}|[#＃][xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31})[;；])?"
)
TORN_ENTITY = regex.compile(
    r"(?P<gap>[ ]?)(?:(?P<name>[lr][sd]quo|[mn]dash|hellip|nbsp|quot|amp)[ ]?;"
    r"|(?P<open>[lr][sd]quo|[mn]dash|hellip|nbsp|quot|amp)(?=s\b|t\b|re\b|ve\b|ll\b|[^\w;=]|$)"
    r"|(?P<glued>(?:[lr][sd]quo|[mn]dash|hellip|nbsp|quot)(?=[\p{L}\d])(?![A-Za-z\d_]{0,20}[;=(\[]))"
    r"|(?P<letter>(?:[aeiouAEIOU](?:grave|acute|circ|uml)|[aonAON]tilde|[cC]cedil|[aA]ring|[oO]slash|[aA]elig|szlig)(?![A-Za-z]{0,20}[;=]))"
    r"|(?P<initial>(?<=[A-Z]&)amp(?=[A-Z]\b))"
    r"|(?P<number>\#(?:3[49]|14[5-8]|15[01]|82(?:11|12|16|17|20|21|30)|[xX](?:2[27]|20(?:1[3489cdCD]|26))))"
    r"(?:[ ]?;|(?![\da-fA-F])))"
)
NAMES_OF_TORN = ("name", "open", "glued", "letter", "initial", "number")
CLINGING = {"“": "open", "‘": "open", "”": "close", "’": "close"}
"""At which side of a word a torn mark stands, which then loses the blanks on that side."""
SUFFIXED = regex.compile(r"(?:s|t|re|ve|ll|d|m)(?=[\s,.;:!?)]|$)")
CONTRACTED = regex.compile(r" (?=(?:s|t|re|ve|ll|d|m)\b)")

LITERAL = (
    r"(?<=\w\(\s?|\w\([^()\n]{1,80},\s?|[\w)\]]\s?[+=]{1,3}\s|\breturn\s)"
    r"(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}'|/[^/\n]{1,100}/[gimsuy]{0,4})(?=\s?[),;+]|\.\w)"
)
"""A string or a pattern of a program."""
FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
SPARED = regex.compile(
    r"``[^\n]{1,300}?``|`[^`\n]{1,300}`"
    rf"|{TAG_PATTERN}|{LITERAL}"
    r"|(?P<url>(?:https?://|ftp://|www\.)"
    r"(?:(?![&＆](?:amp;)*+(?:quot|lt|gt|nbsp|apos|\#\d+|[lr][sd]quo)[;；]|quot;)[^\s<>\"“”‘’\p{Han}，。；、！？（）《》「」])+)"
)
ABOUT = regex.compile(
    r"\b(?:HTML|XML|SGML|character|named|numeric|special)\s+(?:character\s+)?(?:entit|reference|escape)"
    r"|\bentit(?:y|ies)\W{0,3}[&＆](?!amp)|[;；]\W{0,3}entit(?:y|ies)\b|转义|HTML实体|字符实体|实体(?:字符|编码|引用|名)",
    regex.IGNORECASE,
)
TOLD_TO = regex.compile(
    r"\b(?:write|writing|written|type|typed|use|using|insert|escaped?|escaping|replace|encoded?|becomes?|写成|替换)"
    r"(?:\s+(?:as|an?|the|with|by|to|it))*\W{0,3}$",
    regex.IGNORECASE,
)
TOLD_WHY = regex.compile(
    r"\W{0,3}(?:$|(?:or|for|to|with|by|instead|as|in|when|because|where|if|rather|and not|表示|代表)\b)|[,.;:)]"
)
TOLD_IN_CHINESE = regex.compile(r"(?:使用|输入|插入|键入|写成|写作|替换[成为]|转义[成为]|[用写])[：:]?[ ]?$")
TOLD_WHY_IN_CHINESE = regex.compile(
    r"[ ]?(?:即可|就行|来?(?:表示|代表|代替|替代|换行|分隔)|空格|符号|字符|标签|标记|实体|转义|[或和与、])"
)
CURLY = regex.compile(r"[&＆](?:amp;)*(?:[lr][sd]quo|quot|#8216|#8217|#8220|#8221)\b")
"""Quotes stand before any word in Chinese: `使用“标签”`."""
ESCAPED_TAG = regex.compile(r"[&＆](?:amp;){0,3}lt;/?[A-Za-z][A-Za-z\d]{0,11}[ ]?/?[&＆](?:amp;){0,3}gt;")
ESCAPED_TAG_END = regex.compile(ESCAPED_TAG.pattern + "$")
LISTED = regex.compile(
    r"(?<![\p{L}\d])(?P<entity>[&＆](?:amp;){0,3}[#A-Za-z\d]{2,10}[;；])"
    r"(?:\s?[(（]?\s?(?:or|and|for|as|to|into|with|becomes|，?或者?|和|与|、|,|=|→)\s?[(（]?\s?)$"
)
LONGEST_LIST = 8
MEANS = regex.compile(
    r"\W{0,3}(?:stands? for|means|denotes|is (?:an?|the|called)|表示|代表)"
    r"|\W{0,2} (?:for|is|=|→|[-=]>) [\"'“‘(]?[<>&\"'](?=[\s,.;:)\"'”’]|$)",
    regex.IGNORECASE,
)
SIGN_BEFORE = regex.compile(r"(?:^|[\s(\"'“‘])[<>&\"'][\"'”’)]? (?:as|to|with|by|becomes|=|→|[-=]>) [\"'“‘(]?$")
"""The sign itself beside its entity: `&lt; for <`, `& as &amp;`."""


@cache
def hints() -> re.Pattern[str]:
    """Finds the semicolon of an entity that lost its ampersand: by its first character, for speed, then backwards."""
    return re.compile(";(?:" + "|".join(f"(?<={name};)" for name in (*lost_names(), "amp")) + ")")


AMPERSANDS_OF_ENTITIES = {
    sign: re.compile(
        sign + r"(?: ?#|＃|[A-Za-z][A-Za-z\d]{1,31}[;；]| ?(?:[lr][sd]quo|[mn]dash|hellip|nbsp|quot|amp)"
        r"|[A-Za-z]{1,2}(?:grave|acute|circ|uml|tilde|cedil|ring|slash|lig))"
    )
    for sign in "&＆﹠"
}
"""Of each ampersand, what may begin an entity; not those of `R&D` or `black & white`. One sign at a time, because
`re` looks for a pattern that begins with one character ten times faster than for one of two."""
NUMBERS = re.compile(r"#(?:\d{2,5}|x[\da-fA-F]{2,4});")
ESCAPES = re.compile(r"u(?:20|00)[\da-fA-F]{2}")
BACKSLASHES = re.compile(r"\\(?=[\w/\"'($])")
FIELDS = re.compile(r"_x[\da-fA-F]{4}_")
PERCENTS = re.compile(r"%u[\da-fA-F]{4}")


def suspects(text: str) -> list[int]:
    """Where an entity may be. Clean text costs a few searches for one character each."""
    found: list[int] = []
    for sign, begun in AMPERSANDS_OF_ENTITIES.items():
        if sign in text:
            found += [match.start() for match in begun.finditer(text)]
    if ";" in text:
        found += [match.start() for match in hints().finditer(text)]
        if "#" in text:
            found += [match.start() for match in NUMBERS.finditer(text)]
    if "u20" in text or "u00" in text:
        found += [match.start() for match in ESCAPES.finditer(text)]
    if "\\" in text:
        found += [match.start() for match in BACKSLASHES.finditer(text)]
    if ";" in text and "gt;" in text:
        found += [match.start() for match in re.finditer("gt;", text)]
    if "_" in text and "_x" in text:
        found += [match.start() for match in FIELDS.finditer(text)]
    if "%" in text and "%u" in text:
        found += [match.start() for match in PERCENTS.finditer(text)]
    if found and "   " in text:
        found += [match.start() for match in re.finditer("(?<=[A-Za-z])   (?=[A-Z])", text)]
    found.sort()
    return found


def fences(text: str) -> list[tuple[int, int]]:
    """The fenced blocks of code; the last one may be open."""
    if "```" not in text and "~~~" not in text:
        return []
    marks = [match.start() for match in FENCE.finditer(text)]
    return list(zip(marks[::2], [*marks[1::2], len(text)], strict=False))


def places(text: str, found: list[int]) -> Iterator[Place]:
    """The lines that hold something suspect, code apart, with what in them must not be read as prose."""
    blocks = fences(text)
    starts = [start for start, _ in blocks]
    end = -1
    for at in found:
        if at < end:
            continue
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        block = bisect_right(starts, at) - 1
        if block >= 0 and at < blocks[block][1]:
            continue
        line = text[start:end]
        code: list[tuple[int, int]] = []
        links: list[tuple[int, int]] = []
        if "`" in line or "://" in line or "www." in line or "=" in line or "(" in line:
            for match in SPARED.finditer(line):
                (links if match["url"] else code).append(match.span())
        yield Place(line, start, code, links)


def number(digits: str) -> str | None:
    """The character of a numeric reference: `39` is `'`; 128 to 159 are meant as cp1252, as browsers read them."""
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    if code in range(0x80, 0xA0):
        # Five of these bytes have no character in cp1252.
        return bytes([code]).decode("cp1252", "ignore") or chr(code)
    if code > 0x10FFFF or code in range(0xD800, 0xE000) or code == 0x7F or (code < 32 and code not in (9, 10, 13)):
        return None
    return chr(code)


def decoded(body: str) -> str | None:
    """What the inside of an entity stands for: `quot`, `#39`, `#x27`; nothing where there is no such entity."""
    from html.entities import html5  # a large table

    if body[0] in "#＃":
        return number(body[1:])
    return html5.get(body + ";") or (html5.get(body.lower() + ";") if body.lower() in lost_names() else None)


def talked_about(place: Place, start: int, end: int) -> bool:
    """Whether the text names the entity rather than uses it: `write &amp; for an ampersand`."""
    line = place.text
    if line[start : start + 1] in "&＆":
        start, end = _whole_tag(line, start, end)
    if _is_told(line, start, end):
        return True
    # `&lt; or &#60;`, `&amp;amp; for &amp;`: what is said of the first is said of the second.
    for _ in range(LONGEST_LIST):
        listed = LISTED.search(line, max(0, start - 40), start)
        if listed is None or line[end : end + 1].isalnum():
            return False
        start, end = _whole_tag(line, *listed.span("entity"))
        if _is_told(line, start, end):
            return True
    return False


def _whole_tag(line: str, start: int, end: int) -> tuple[int, int]:
    """Where the escaped tag that the entity is a bracket of begins and ends: `&lt;br&gt;` is named as a whole."""
    tag = ESCAPED_TAG.match(line, start) or ESCAPED_TAG_END.search(line, max(0, start - 40), end)
    return tag.span() if tag and tag.start() <= start and end <= tag.end() else (start, end)


def _is_told(line: str, start: int, end: int) -> bool:
    before, after = line[start - 1 : start], line[end : end + 1]
    behind = line[end : end + 60]
    if TOLD_IN_CHINESE.search(line, max(0, start - 12), start) and TOLD_WHY_IN_CHINESE.match(behind):
        return CURLY.match(line, start) is None
    if before.isalnum() and after.isalnum():
        return False
    if before + after in ('""', "''", "“”", "‘’", "``"):
        return True
    if not after.isalnum() and ABOUT.search(line, max(0, start - 80), min(len(line), end + 60)):
        return True
    alone = not before.isalnum() and not after.isalnum()
    told = alone and TOLD_TO.search(line[max(0, start - 40) : start])
    if told and TOLD_WHY.match(behind):
        return True
    return alone and bool(MEANS.match(behind) or SIGN_BEFORE.search(line, max(0, start - 16), start))


def torn(place: Place, start: int, end: int) -> Edit | None:
    """An entity in two pieces: `& rsquo; s` is `’s`, `& mdash;` a dash, `What&rsquos` is `What’s`."""
    line = place.text
    match = TORN_ENTITY.match(line, end)
    if match is None or (match["gap"] and not (match["name"] or match["number"])):
        return None
    if match["gap"] and match["number"] and not match[0].endswith(";"):
        return None
    name = next(name for name in match.group(*NAMES_OF_TORN) if name)
    new = decoded(name)
    if new is None:
        return None
    side, stop = CLINGING.get(new), match.end()
    if match["gap"] and match["number"]:
        if new == "'" and (SUFFIXED.match(line, stop) or CONTRACTED.match(line, stop)):
            side = "close"
        if line[start - 1 : start].strip() == line[stop : stop + 1].strip() == "" and not CONTRACTED.match(line, stop):
            return None
    if match["gap"] and side == "open" and line[stop : stop + 1] == " ":
        stop += 1
    if match["gap"] and side == "close":
        start -= line[start - 1 : start] == " " and start > 1
        stop += bool(CONTRACTED.match(line, stop))
    return Edit(place.start + start, line[start:stop], new, TORN.name, 0.95)


def entity(place: Place, start: int) -> Edit | None:
    """The edit for an entity whose ampersand is at `start` of the line."""
    line = place.text
    match = ENTITY.match(line, start)
    if match is None or place.in_code(start):
        return None
    again, body = match["again"], match["body"]
    end = match.end("again")
    new = decoded(body) if body else None
    if place.in_link(start):
        # The only escape that a query needs; `&copy=2` is a field called copy.
        return Edit(place.start + start, line[start:end], "&", INTACT.name, 0.95) if again and not new else None
    if new is None and not (body and again) and (found := torn(place, start, end)):
        return None if talked_about(place, start, start + len(found.old)) else found
    if new is not None:
        end = match.end()
    elif again or line[start] in "\\u":
        new = "&"
    else:
        return None
    if talked_about(place, start, end) or (line[start] in "\\u" and in_code(place, start, end)):
        return None
    if new in ("'", "’") and line[start - 1 : start] == " " and line[max(0, start - 2) : start - 1].isalpha():
        # `the ferry &#39;s`, `it &#39; s`: what was spaced out as a token goes back to its word.
        if SUFFIXED.match(line, end):
            start -= 1
        elif CONTRACTED.match(line, end):
            start, end = start - 1, end + 1
    twice = bool(again and (body and new != "&")) or again.count("amp") + again.count("38") + again.count("26") > 1
    return Edit(place.start + start, line[start:end], new, (AGAIN if twice else INTACT).name, 0.98)


ENTITY_START = re.compile(r"[&＆﹠]|\\{1,2}u0026|(?<![A-Za-z])u0026(?=[a-z#])")


def repair(document: Document) -> Iterator[Edit]:
    """One round over the suspect lines: first what still has its ampersand, then what lost it."""
    text = document.text
    if not (found := suspects(text)):
        return
    lines = list(places(text, found))
    padded = sum(place.padded for place in lines) > 0
    json = "\\" in text and escaped(text)
    ends = [line_ends(place) if "\\" in place.text else LineEnds() for place in lines]
    if not many(ends):
        ends = [LineEnds()] * len(lines)
    for place, found_ends in zip(lines, ends, strict=True):
        yield from disjoint(of_line(place, found_ends, padded=padded, json=json))


def of_line(place: Place, ends: LineEnds, *, padded: bool, json: bool) -> Iterator[Edit]:
    """The edits of one line, the surer kinds first. `padded` and `json` are what the document has shown."""
    taken: list[tuple[int, int]] = []
    end = 0
    for sign in ENTITY_START.finditer(place.text):
        if sign.start() >= end and (edit := entity(place, sign.start())):
            taken.append((edit.start - place.start, edit.end - place.start))
            end = taken[-1][1]
            yield edit
    about = partial(talked_about, place)
    lost = list(repaired_lost(place, taken, about, padded=padded))
    yield from lost
    taken += [(edit.start - place.start, edit.end - place.start) for edit in lost]
    taken.sort()
    if "gt;" in place.text or "u003" in place.text:
        yield from repaired_tags(place, taken)
    if "\\" in place.text or "u20" in place.text or "u00" in place.text:
        yield from repaired_escapes(place, taken, about, json=json)
    if "_x" in place.text:
        yield from repaired_fields(place, about)
    if "%u" in place.text:
        yield from repaired_percents(place, about)
    yield from repaired_line_ends(place, ends)
    if padded and "   " in place.text:
        yield from repaired_between(place)


def disjoint(edits: Iterable[Edit]) -> Iterator[Edit]:
    """The edits without those that meet an earlier one: what two rules claim belongs to the surer, which came first."""
    kept: list[tuple[int, Edit]] = []
    for rank, edit in sorted(enumerate(edits), key=lambda ranked: ranked[1].start):
        if not kept or kept[-1][1].end <= edit.start:
            kept.append((rank, edit))
        elif rank < kept[-1][0]:
            kept[-1] = (rank, edit)
    for _, edit in kept:
        yield edit


@dataclass(frozen=True)
class Entities:
    """Entities and escapes to characters: `&quot;`, `&amp;#39;`, `quot;`, `countries#39;`, `parentsu2019`."""

    name: ClassVar = "entities"
    after: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (
        INTACT,
        AGAIN,
        TORN,
        *LOST_RULES,
        TAG,
        *BLANK_RULES,
        *ESCAPE_RULES,
        *SCRIPT_RULES,
    )
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an edit for each entity."""
        yield from propose_to_fixpoint(document, self.rules, repair)
