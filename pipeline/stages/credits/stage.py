"""The stage `credits`: finds who made the article, and what is around it: byline, credits, notices, disclaimer.

Only the top and the end of a document are read, line by line. `bylines`, `datelines`, `credit_lines` and `notices` say
what one line is.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar

import msgspec
import regex

from pipeline.lexicon.vocabulary import Vocabulary
from pipeline.model.document import Document, Label
from pipeline.model.evidence import Evidence
from pipeline.model.stage import Finding, Rule
from pipeline.stages import front_matter
from pipeline.stages.credits import one_line
from pipeline.stages.credits.byline_parts import BylineMatch
from pipeline.stages.credits.bylines import byline_in, date_in, outlet_in, source_line_in, trailing_byline_in
from pipeline.stages.credits.credit_lines import MAX_CREDIT_LINE_CHARS, CreditMatch, credits_in, trailing_in
from pipeline.stages.credits.credit_names import CreditName
from pipeline.stages.credits.datelines import WIRE_CONFIDENCE, dateline_in
from pipeline.stages.credits.marked_bylines import marked_byline_in
from pipeline.stages.credits.notices import continues_disclaimer, disclaimer_at, disowns_opinions, kind_of
from pipeline.stages.credits.rules import BYLINE, COMPOSED, DATELINE, DISCLAIMER, FRONT_MATTER, LINE, NOTICE, RULES
from pipeline.text.lines import Line

MAX_HEAD_PARAGRAPHS = 14
"""Paragraphs at the top that may be a byline."""
MIN_BODY_CHARS = 150
"""Characters of a paragraph that is prose; at the second the body has begun."""
ONLY_AT_EDGES = frozenset({"copyright", "promotion", "related"})
MAX_EDGE_PARAGRAPHS = 4
"""Paragraphs at the very top that may be such notices; further down they are part of the text."""
MAX_FOREIGN_PARAGRAPHS = 3
"""Paragraphs of another kind that may be among credits and notices at the end."""

MAX_SHORT_NAME_CHARS = 4
"""Characters of a Chinese name."""
MAX_CONTINUATION_PARAGRAPHS = 12
"""Paragraphs, read upwards, that may continue a disclaimer before it is found."""

PAGE_FURNITURE = regex.compile(
    r"""
    [\s>*_]*+
    (?: \[[^\]\n]{1,12}\]:                                            # [1]: https://example.org
      | !\[                                                           # ![A boat](boat.jpg)
      | </?\w                                                         # <div>
      | (?: [-=*_~—]{3,} | (?i:end|完|全文完|[（(]完[）)]) )\s*$         # ---, END, （完）
      | \#{1,6}\s*$                                                   # ##
      | (?:\#[\w\p{Han}]+\s*)+$                                       # #film #harbour
    )
    """,
    regex.VERBOSE,
)
"""Lines between credits that mean nothing: link targets, images, rules."""
LINK_LINE = regex.compile(r"[\s>*+\-•·\d.、]*+\[[^\]\n]{1,120}\]\([^()\s]{0,400}\)[\s*]*$|[\s>*+\-•·]*+https?://\S+$")
TURN_LABEL = regex.compile(r"[\s*_>#]*+(?P<label>[^\s:：*_>#!\[<|][^\n:：*/()\[\]<>|]{0,30}?)[ *_]*+[:：]")
LINE_LABEL = re.compile(r"^(?:\*\*|> )?([^\n:：]{1,60}?)(?:\*\*)?[:：]", re.MULTILINE)
QA_OPENING = regex.compile(r"[\s*_>#]*+(?:[QA问答問]|Question|Answer)\d{0,2}[.:：、|]")
PICTURE_ROLE = regex.compile(r"[图圖题題摄攝封]|photo|picture|image|illustration", regex.IGNORECASE)
INTERVIEWER_ROLE = regex.compile(r"[记記访訪]|[对對][话話]|通[讯訊]|特派|report|interview|correspond", regex.IGNORECASE)
TURN_LABEL_SEARCH_CHARS = 60
"""Characters of a paragraph within which the colon of a speaker's label must be."""

AUTHOR_CONFIDENCE, UNSURE_AUTHOR_CONFIDENCE = 0.95, 0.85
"""A byline that consists of credits, and one in which not every name shows by its form that it is one."""
MIN_TAIL_BYLINE_CONFIDENCE = 0.9
"""Exclusive. At the end only bylines with known names count, because the line may also be the last of the text."""
FRONT_MATTER_CONFIDENCE = 0.9
"""The key says what the value is, but the value is free text."""
LABELLED_DISCLAIMER_CONFIDENCE = 0.97
"""A label such as 免责声明 says that it is one."""
NOTICE_CONFIDENCE = 0.92
"""A notice opens with fixed words or contains them."""
PROHIBITION_CONFIDENCE = 0.9
"""A disclaimer by a phrase that forbids use, which a text may also mention."""
DISOWNED_OPINION_CONFIDENCE = 0.85
"""A disclaimer by a phrase about opinions, which are also a subject of interviews."""
RELATED_LINK_CONFIDENCE = 0.85
"""A link below a heading for further reading; nothing in the link itself shows it."""
CONTINUATION_CONFIDENCE = 0.8
"""A paragraph after a disclaimer that only begins like one more of it."""
KNOWN_ROLE_CONFIDENCE, COMPOUND_ROLE_CONFIDENCE, POSSIBLE_ROLE_CONFIDENCE = 0.97, 0.93, 0.7
"""A role of the lexicon, one composed of known words, and one that only ends like a role."""
UNSURE_NAMES_PENALTY, WEAK_SEPARATOR_PENALTY = 0.1, 0.05
"""Taken from the confidence of a credit if a name is not sure, and if neither a colon nor a bar follows the role."""


class CreditsPart(msgspec.Struct, frozen=True):
    """What a paragraph, or the start of one, is. `sure`: it needs no further credits next to it."""

    start: int
    end: int
    labels: tuple[Label, ...] = ()
    credits: tuple[CreditMatch, ...] = ()
    kind: str = ""
    sure: bool = True


@dataclass(frozen=True)
class Credits:
    """Labels of layer `part`: `byline` and its parts, `credit.role` and `credit.name`, `notice`, `disclaimer`.

    Only the top and the end of a document are read. A byline is known by its form; a credit is a role, a separator
    and names, on a line that holds nothing else, and a label that opens several paragraphs is a speaker's.
    """

    name: ClassVar = "credits"
    after: ClassVar = frozenset({"entities", "mojibake", "markup", "punctuation", "words", "languages"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar = frozenset({"part"})
    rules: ClassVar = RULES
    protocol: ClassVar = 1
    outlets: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Papers, agencies, channels, beside those of the vocabulary: what bylines name."),
    ] = ()

    def find(self, document: Document) -> Iterator[Finding]:
        """Reads the top, then the end, and numbers the credits in the order of the text."""
        if self.outlets:
            document = _with_vocabulary(document, document.vocabulary.derived(_with_outlets, *self.outlets))
        top = front_matter.front_matter_end(document.text)
        lines = document.paragraphs
        first = next((i for i, line in enumerate(lines) if line.start >= top), len(lines)) if top else 0
        head, reached = _head(document, lines, first, after_keys=top > 0)
        tail = _tail(document, lines, reached)
        found = [*head, *tail]
        found += _continuations(lines, found)
        if first < len(lines) and len(lines[-1].text) >= one_line.MIN_ONE_LINE_ARTICLE_CHARS and not found:
            found += _on_one_line(document, lines)
        if top:
            found += _front_matter_parts(document, top, bylines=not any(part.kind == "byline" for part in head))
        yield from _numbered(sorted(found, key=lambda part: part.start))


def _on_one_line(document: Document, lines: Sequence[Line]) -> Iterator[CreditsPart]:
    """What is at both ends of an article that is one line."""
    vocabulary = document.vocabulary
    if len(lines) == 1 and (line := one_line.byline_at(lines[0], vocabulary)):
        read = byline_in(line.text, vocabulary) or dateline_in(line.text, vocabulary)
        if read is not None:
            yield _byline(line, read, BYLINE)
    for line in one_line.closing_lines(lines[-1], document.text, vocabulary):
        found_credits = credits_in(document.text, line.start, line.end, vocabulary)
        part = (
            CreditsPart(line.start, line.end, (), found_credits, "credit")
            if found_credits
            else _notice_in(line, anywhere=True)
        )
        if part is not None:
            yield part


def _with_outlets(vocabulary: Vocabulary, *outlets: str) -> Vocabulary:
    return vocabulary + Vocabulary(outlets=outlets)


def _with_vocabulary(document: Document, vocabulary: Vocabulary) -> Document:
    """The same document with another vocabulary, keeping what was computed about its text."""
    updated = msgspec.structs.replace(document, vocabulary=vocabulary)
    updated.__dict__.update(document.__dict__)
    return updated


def _head(document: Document, lines: Sequence[Line], first: int, *, after_keys: bool) -> tuple[list[CreditsPart], int]:
    """What is above the body, and the index of the first paragraph below it."""
    found: dict[int, CreditsPart] = {}
    marked = [item for item in document.evidence if item.kind == "byline"]
    prose = 0
    for i in range(first, min(first + MAX_HEAD_PARAGRAPHS, len(lines))):
        line = lines[i]
        if PAGE_FURNITURE.match(line.text):
            continue
        part = _read_head_line(document, line, title=i == first and not after_keys, below_part=i - 1 in found)
        part = _with_marked_byline(document, line, part, marked)
        if part is not None and part.kind in ONLY_AT_EDGES and i - first >= MAX_EDGE_PARAGRAPHS:
            part = None
        if part is not None:
            found[i] = part
            continue
        if i > first and _begins_turn(document, line.text):
            break
        prose += len(line.text) > MIN_BODY_CHARS
        if prose > 1:
            break
    media = document.vocabulary.media
    for i, part in list(found.items()):
        if part.kind != "byline":
            continue
        for near in (i - 1, i + 1):
            if first < near < len(lines) and near not in found and (date := date_in(lines[near].text, media)):
                found[near] = _byline(lines[near], date, BYLINE)
    reached = max((i + 1 for i in found), default=first)
    return list(found.values()), reached


def _with_marked_byline(
    document: Document, line: Line, part: CreditsPart | None, marked: Sequence[Evidence]
) -> CreditsPart | None:
    """What a line is, if the markup of a page may say that it is the byline; one that its form shows goes before."""
    if part is not None and part.kind in {"byline", "credit"}:
        return part
    if not any(item.start <= line.start and line.end <= item.end for item in marked):
        return part
    byline = marked_byline_in(line.text, document.vocabulary)
    return part if byline is None else _byline(line, byline, BYLINE)


def _read_head_line(document: Document, line: Line, *, title: bool, below_part: bool) -> CreditsPart | None:
    text, vocabulary = line.text, document.vocabulary
    dateline = dateline_in(text, vocabulary)
    if dateline is not None and (dateline.confidence >= WIRE_CONFIDENCE or not text[dateline.end :].strip("*_ ")):
        return _byline(line, dateline, DATELINE)
    if len(text) <= MAX_CREDIT_LINE_CHARS:
        if byline := source_line_in(text, vocabulary) or byline_in(text, vocabulary):
            return _byline(line, byline, BYLINE)
        found_credits = credits_in(document.text, line.start, line.end, vocabulary)
        part = _credits_in_head(document, line, found_credits, below_part=below_part) if found_credits else None
        if part is not None:
            return part
    if dateline is not None:
        return _byline(line, dateline, DATELINE)
    if title and "\n" in document.text:
        return None
    return _notice_in(
        line, anywhere=len(text) <= MIN_BODY_CHARS or (disowns_opinions(text) and not _begins_turn(document, text))
    )


def _credits_in_head(
    document: Document, line: Line, found_credits: Sequence[CreditMatch], *, below_part: bool
) -> CreditsPart | None:
    """Credits below the title: those who wrote or asked are the byline, the others are credits.

    `below_part`: the line above is a byline or credits, too. None if the line may be a turn or a sentence.
    """
    authors = [credit for credit in found_credits if _is_author(credit)]
    others = [credit for credit in found_credits if credit not in authors]
    if any(_may_be_anything(document, credit) for credit in found_credits if not credit.sure):
        return None
    only_doubtful = not authors and not below_part
    if only_doubtful and any(not credit.sure and not PICTURE_ROLE.search(credit.role) for credit in others):
        return None
    labels = [label for run in _runs_of_authors(found_credits, authors) for label in _authors(document, run)]
    return CreditsPart(line.start, line.end, tuple(labels), tuple(others), "byline" if authors else "credit")


def _is_author(credit: CreditMatch) -> bool:
    return credit.use == "b" or (credit.use == "s" and INTERVIEWER_ROLE.search(credit.role) is not None)


def _may_be_anything(document: Document, credit: CreditMatch) -> bool:
    """Whether a credit without sure names has a role that a speaker or a sentence can have."""
    return credit.use in "sp" or _is_speaker(document, credit)


def _runs_of_authors(
    found_credits: Sequence[CreditMatch], authors: Sequence[CreditMatch]
) -> Iterator[list[CreditMatch]]:
    """The authors that follow each other: each run is one byline."""
    run: list[CreditMatch] = []
    for credit in found_credits:
        if credit in authors:
            run.append(credit)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _authors(document: Document, run: Sequence[CreditMatch]) -> Iterator[Label]:
    """The labels of a byline that consists of credits; it ends with its last name and what belongs to that."""
    text, media = document.text, document.vocabulary.media
    names = [name for credit in run for name in credit.names]
    start = min(run[0].start, names[0].start)
    end = max(
        [name.end for name in names]
        + [credit.end for credit in run]
        + [last for credit in run for _, last, value in credit.rest if value == "label"]
    )
    if text[end : end + 1] in ("）", ")"):
        end += 1  # the bracket around an affiliation, which is part of the byline
    confidence = AUTHOR_CONFIDENCE if all(credit.sure for credit in run) else UNSURE_AUTHOR_CONFIDENCE
    yield Label(start, end, "part", "byline", BYLINE.name, confidence)
    for name in names:
        value = "byline.outlet" if media and text[name.start : name.end] in media else "byline.reporter"
        yield Label(name.start, name.end, "part", value, BYLINE.name, confidence)
    for credit in run:
        for start, last, value in credit.rest:
            if start >= end:
                yield Label(start, last, "part", value, BYLINE.name, confidence)


def _tail(document: Document, lines: Sequence[Line], reached: int) -> list[CreditsPart]:
    """What is below the body, read upwards until the body begins."""
    found: list[CreditsPart] = []
    left = passed = 0
    beside = True
    for line in reversed(lines[reached:]):
        if PAGE_FURNITURE.match(line.text) or (_is_link(line.text) and not _has_credits(document, line)):
            continue
        trailing = trailing_byline_in(line.text, document.vocabulary) if left == 0 else None
        part = _byline(line, trailing, BYLINE) if trailing else _read_tail_line(document, line, left, beside=beside)
        beside = part is not None
        if part is not None:
            found.append(part)
            # What is below a heading for further reading is part of it.
            left = 0 if part.kind == "related" else left
        elif passed < MAX_CONTINUATION_PARAGRAPHS and continues_disclaimer(line.text):
            passed += 1
        else:
            if left == MAX_FOREIGN_PARAGRAPHS or _begins_turn(document, line.text):
                break
            left += 1
    return _without_doubtful(found)


def _has_credits(document: Document, line: Line) -> bool:
    return bool(credits_in(document.text, line.start, line.end, document.vocabulary))


def _is_link(text: str) -> bool:
    return ("](" in text or "://" in text) and LINK_LINE.match(text) is not None


def _continuations(lines: Sequence[Line], found: Sequence[CreditsPart]) -> Iterator[CreditsPart]:
    """What continues a part: further paragraphs of a disclaimer, links below a heading for further reading."""
    taken = {part.start for part in found}
    kinds = {part.start: part.kind for part in found if part.kind in ("disclaimer", "related")}
    for i, line in enumerate(lines) if kinds else ():
        kind = kinds.get(line.start)
        for further in lines[i + 1 :] if kind else ():
            if further.start in taken:
                break
            if kind == "disclaimer" and continues_disclaimer(further.text):
                yield _whole_line(further, "disclaimer", DISCLAIMER, CONTINUATION_CONFIDENCE)
            elif kind == "related" and _is_link(further.text):
                yield _whole_line(further, "notice", NOTICE, RELATED_LINK_CONFIDENCE, "related")
            else:
                break


def _read_tail_line(document: Document, line: Line, left: int, *, beside: bool) -> CreditsPart | None:
    """What a line at the end is. `beside`: the line below it is such a part, too, or there is none."""
    text, vocabulary = line.text, document.vocabulary
    if len(text) <= MAX_CREDIT_LINE_CHARS:
        found_credits = credits_in(document.text, line.start, line.end, vocabulary)
        if found_credits and not any(_is_speaker(document, credit, beside=beside) for credit in found_credits):
            sure = all(credit.sure for credit in found_credits)
            if sure or left == 0 or beside:
                known = all(credit.use != "p" for credit in found_credits)
                return CreditsPart(line.start, line.end, (), found_credits, "credit", sure and known)
        if byline := source_line_in(text, vocabulary) or byline_in(text, vocabulary):
            is_known = byline.confidence > MIN_TAIL_BYLINE_CONFIDENCE and not text.startswith("By ")
            return _byline(line, byline, BYLINE) if is_known else None
    if left == 0 and text.rstrip("*_ ").endswith((")", "）", "]", "】")):
        found_credits, opens = trailing_in(document.text, line.start, line.end, vocabulary)
        if found_credits:
            return CreditsPart(opens, line.end, (), found_credits, "credit")
    return _notice_in(line, anywhere=not _begins_turn(document, text))


def _without_doubtful(found: list[CreditsPart]) -> list[CreditsPart]:
    """The parts without doubtful credits that are alone: a role that only ends like one needs others next to it."""
    sure = any(part.kind == "credit" and part.sure for part in found)
    return [part for part in found if sure or not any(credit.use == "p" for credit in part.credits)]


def _notice_in(line: Line, *, anywhere: bool) -> CreditsPart | None:
    """A disclaimer or a notice, as a whole paragraph."""
    text = line.text
    if (place := disclaimer_at(text)) is not None:
        start, end, text_start = (line.start + at for at in place)
        labels = (
            Label(start, end, "part", "label", DISCLAIMER.name, LABELLED_DISCLAIMER_CONFIDENCE),
            Label(text_start, line.end, "part", "disclaimer", DISCLAIMER.name, LABELLED_DISCLAIMER_CONFIDENCE),
        )
        return CreditsPart(line.start, line.end, labels, kind="disclaimer")
    kind = kind_of(text, anywhere=anywhere)
    if kind == "disclaimer":
        return _whole_line(line, "disclaimer", DISCLAIMER, PROHIBITION_CONFIDENCE)
    if kind:
        return msgspec.structs.replace(_whole_line(line, "notice", NOTICE, NOTICE_CONFIDENCE, kind), kind=kind)
    if anywhere and disowns_opinions(text):
        return _whole_line(line, "disclaimer", DISCLAIMER, DISOWNED_OPINION_CONFIDENCE)
    return None


def _whole_line(line: Line, value: str, rule: Rule, confidence: float, of: str | None = None) -> CreditsPart:
    label = Label(line.start, line.end, "part", value, rule.name, confidence, of)
    return CreditsPart(line.start, line.end, (label,), kind=value)


def _byline(line: Line, byline: BylineMatch, rule: Rule) -> CreditsPart:
    start, end = line.start + byline.start, line.start + byline.end
    labels = [Label(start, end, "part", "byline", rule.name, byline.confidence)]
    labels += [
        Label(
            line.start + part.start, line.start + part.end, "part", f"byline.{part.value}", rule.name, byline.confidence
        )
        for part in byline.parts
    ]
    return CreditsPart(start, end, tuple(labels), kind="byline")


def _front_matter_parts(document: Document, end: int, *, bylines: bool) -> Iterator[CreditsPart]:
    """Author and others from the keys at the top. `bylines`: no byline in the text goes before them."""
    text, vocabulary = document.text, document.vocabulary
    for entry in front_matter.maker_fields(text, end):
        if entry.is_author and not bylines:
            continue
        if not entry.is_author:
            if not entry.names:
                continue  # a link without words, a number: nobody is named
            names = tuple(CreditName(*span, sure=True) for span in entry.names)
            credit = CreditMatch(*entry.key_span, entry.key, "c", strong=True, names=names, rest=())
            yield CreditsPart(credit.start, entry.value_span[1], credits=(credit,), kind="credit")
            continue
        start, last = entry.value_span
        key = Label(*entry.key_span, "part", "front-matter", FRONT_MATTER.name, FRONT_MATTER_CONFIDENCE)
        value = text[start:last] if len(entry.lines) == 1 else ""
        read = byline_in(value, vocabulary) or outlet_in(value, vocabulary.media) if value else None
        parts = [(f"byline.{p.value}", start + p.start, start + p.end) for p in read.parts] if read else []
        parts = parts or [
            ("byline.outlet" if text[slice(*span)] in vocabulary.media else "byline.reporter", *span)
            for span in entry.names
        ]
        # No label goes across an empty line.
        spans = [*(("byline", *line) for line in entry.lines), *parts]
        labels = [Label(a, b, "part", value, FRONT_MATTER.name, FRONT_MATTER_CONFIDENCE) for value, a, b in spans]
        yield CreditsPart(key.start, last, (key, *labels), kind="byline")


def _begins_turn(document: Document, text: str) -> bool:
    """Whether a paragraph begins like one of several turns: with a word such as Q, or with a label that recurs."""
    if QA_OPENING.match(text):
        return True
    opening = text[:TURN_LABEL_SEARCH_CHARS]
    if ":" not in opening and "：" not in opening:
        return False
    label = TURN_LABEL.match(text, 0, TURN_LABEL_SEARCH_CHARS)
    return label is not None and _line_count(document, label["label"].strip()) > 1


def _is_speaker(document: Document, credit: CreditMatch, *, beside: bool = False) -> bool:
    """Whether a role is rather a speaker's label: it opens several paragraphs, and what follows is no sure name.

    `beside`: it is above credits or notices, where a short name of a rare form is one, too.
    """
    if credit.use == "s":
        short = all(name.end - name.start <= MAX_SHORT_NAME_CHARS for name in credit.names)
        return not (credit.sure or (beside and short)) or _line_count(document, credit.role) > 1
    return not credit.sure and _line_count(document, credit.role) > 1


def _line_count(document: Document, label: str) -> int:
    """How many lines begin with `label` and a colon."""
    return _line_label_counts(document.text)[label]


@lru_cache(maxsize=2)
def _line_label_counts(text: str) -> Counter[str]:
    """How often each text is before the first colon of a line. Cached, because many lines of one document ask."""
    return Counter(LINE_LABEL.findall(text))


def _credit_confidence(credit: CreditMatch) -> float:
    """How sure a credit is: by its role, its names and what separates them."""
    by_use = {"m": COMPOUND_ROLE_CONFIDENCE, "p": POSSIBLE_ROLE_CONFIDENCE}
    confidence = by_use.get(credit.use, KNOWN_ROLE_CONFIDENCE) - (0 if credit.sure else UNSURE_NAMES_PENALTY)
    return round(confidence - (0 if credit.strong else WEAK_SEPARATOR_PENALTY), 2)


def _numbered(found: Sequence[CreditsPart]) -> Iterator[Label]:
    """All labels, with the credits numbered from 0 in the order of the text."""
    number = 0
    for part in found:
        yield from part.labels
        for credit in part.credits:
            rule = COMPOSED if credit.use in "mp" else LINE
            confidence = _credit_confidence(credit)
            yield Label(credit.start, credit.end, "part", "credit.role", rule.name, confidence, number)
            for name in credit.names:
                yield Label(name.start, name.end, "part", "credit.name", rule.name, confidence, number)
            for start, end, value in credit.rest:
                yield Label(start, end, "part", value, rule.name, confidence)
            number += 1
