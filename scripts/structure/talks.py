"""Talks whose turns are known, and texts without a talk, read from a folder of annotated documents.

The folder holds `truth.jsonl.gz` (a line a document, with the turns and where they start), `negatives.jsonl.gz` (the
same without turns) and the documents. A turn is taken only where its end is known as well: the truth holds the last
letters of each turn, and the text up to the next turn must have them.
"""

import gzip
import html
import itertools
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

Side = Literal["q", "a", "m"]

MIN_TURNS = 4
"""A shorter run of clean turns tells too little about its layout."""
MAX_TURN_CHARS = 20_000
WRAPPED_LINE_CHARS = 45
"""A line of this length goes on in the next one; a Chinese one only if no sentence ends with it."""

NO_LETTER = re.compile(r"<[^>]{0,500}>|[\s*_#>\\\u3000\u200b\ufeff]")
"""What the truth leaves out where it quotes the first and last letters of a turn."""
CUE = re.compile(r"(?m)^(?:\d+[ \t]*\r?\n)?[ \t]*(?:\d+:)?\d+:[\d.,]+[ \t]*-->[^\n]*(?:\n|\Z)")
SCRIPT = re.compile(r"(?is)<(script|style|svg)\b.{0,20000}?</\1>")
COMMENT = re.compile(r"(?s)<!--.{0,5000}?-->")
BLOCK_TAG = re.compile(r"(?i)</?(?:p|div|li|ul|ol|blockquote|h\d|dd|dt|tr|section|br)\b[^>]{0,500}>")
TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,500}\)")
LINK = re.compile(r"\[([^\]\n]{1,300})\]\([^)\s]{0,500}(?:\s\"[^\"\n]{0,200}\")?\)")
EMPHASIS = re.compile(r"\*\*+|__+|(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])|`")
LINE_MARK = re.compile(r"^[ \t]*(?:(?:>|[-*•–]|#{1,6}|\d{1,3}[.)])[ \t]+)+")
HEADING = re.compile(r"^[ \t]*#{1,6}[ \t]")
RULE = re.compile(r"^[\W_]*$")
EAST_ASIAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
SENTENCE_END = re.compile(r"[.!?…:;。！？：；”\"’)）]\s*$")
LEADING_NOISE = re.compile(r"^[\s*_>#:：|\-–—]+")
LABEL = re.compile(r"^\W{0,4}(?P<name>[^:：\n]{1,40}?)\W{0,3}[:：]\W{0,3}")
TIME = re.compile(r"\s*\[(?:\d{1,2}:)?\d{1,2}:\d{2}\]")
META_LINE = re.compile(r"^(?:[\w-]{2,20}:(?:\s|$)|[-+]{3}\s*$|\{[%{]|\|)")


class Turn(NamedTuple):
    """What one person says without interruption."""

    speaker: str | None
    """The label as the source prints it, or None where it prints none."""
    side: Side | None
    """Asks, answers or does neither; None where the source does not tell."""
    text: str
    """Without marks, tags and labels; paragraphs are separated by an empty line."""

    @property
    def paragraphs(self) -> list[str]:
        """Its paragraphs, each on one line."""
        return self.text.split("\n\n")


class Talk(NamedTuple):
    """Turns that follow each other in a document."""

    turns: tuple[Turn, ...]
    title: str | None
    language: str
    """`en` or `zh`."""
    family: str
    """Sources that share a repository or texts are one family, which is left out as a whole."""
    source: str
    kind: str
    """Such as interview, podcast, meeting, press, parliament, ama or play."""


class Prose(NamedTuple):
    """A document without a talk."""

    paragraphs: tuple[str, ...]
    language: str
    family: str
    kind: str
    """Such as news, essay, docs, recipe, faq, play or chat."""


def read_talks(folder: Path) -> Iterator[Talk]:
    """The longest clean run of turns of each document in `truth.jsonl.gz`, where it has `MIN_TURNS` or more."""
    for row in _rows(folder / "truth.jsonl.gz"):
        if talk := talk_of(row, _text(folder / row["file"])):
            yield talk


def read_prose(folder: Path) -> Iterator[Prose]:
    """The documents of `negatives.jsonl.gz` that have paragraphs."""
    for row in _rows(folder / "negatives.jsonl.gz"):
        if paragraphs := paragraphs_of(_text(folder / row["file"])):
            source = row["file"].split("/")[1]
            yield Prose(tuple(paragraphs), _language(row, paragraphs), row.get("family", source), row["group"])


def read_case_prose(folder: Path) -> Iterator[Prose]:
    """The cases without a talk; `annotations.jsonl` does not say where turns are, so cases with one are no source."""
    for line in (folder / "annotations.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["group"] != "negative":
            continue
        data = (folder / row["file"]).read_bytes()
        if paragraphs := paragraphs_of(data.decode(row.get("encoding") or "utf-8", "replace")):
            yield Prose(tuple(paragraphs), _language(row, paragraphs), row["source"]["repo"], "negative")


def talk_of(row: dict[str, Any], text: str) -> Talk | None:
    """The talk of a line of the truth and the text of its document; None if too little of it is clean."""
    starts = [turn["start"] for turn in row["turns"]]
    labels = frozenset(turn["speaker"].strip("[]()【】 ") for turn in row["turns"] if turn["speaker"])
    runs: list[list[Turn]] = [[]]
    for turn, (start, end) in zip(row["turns"], itertools.pairwise([*starts, len(text)]), strict=True):
        words = turn_text(text[start : min(end, start + MAX_TURN_CHARS)], turn["first"], turn["last"])
        words = words and without_labels(words, turn["speaker"], labels)
        if words:
            runs[-1].append(Turn(turn["speaker"], turn["side"], words))
        else:
            runs.append([])
    turns = max((merged(run) for run in runs), key=len)
    if len(turns) < MIN_TURNS:
        return None
    source = row["file"].split("/")[1]
    language = _language(row, [turn.text for turn in turns[:20]])
    return Talk(tuple(turns), row.get("title"), language, row.get("family", source), source, row["group"])


def merged(turns: Iterable[Turn]) -> list[Turn]:
    """The turns, neighbours of one named speaker joined; `Q` and `A` may be somebody else each time."""
    out: list[Turn] = []
    for turn in turns:
        if out and turn.speaker not in {None, "Q", "A", "问", "答"} and turn.speaker == out[-1].speaker:
            out[-1] = out[-1]._replace(text=f"{out[-1].text}\n\n{turn.text}")
        else:
            out.append(turn)
    return out


def turn_text(raw: str, first: str, last: str) -> str | None:
    """The paragraphs of a turn in the raw text up to the next turn; None if it does not begin and end as it should.

    >>> turn_text("Why *salt*?**\n\n**Ben:** ", "Whysalt?", "Whysalt?")
    'Why salt?'
    """
    raw = html.unescape(raw) if "&" in raw else raw
    if "-->" in raw:
        raw = re.sub(r"\s*\n\s*", " ", CUE.sub("", raw))
    squeezed, starts, places = _squeezed(raw)
    at = squeezed.rfind(last) + len(last) - 1
    if not last or at < len(last) - 1 or not squeezed.startswith(first):
        return None
    run = bisect_right(starts, at) - 1
    paragraphs = paragraphs_of(raw[: places[run] + at - starts[run] + 1], headings=False)
    if not paragraphs:
        return None
    paragraphs[0] = LEADING_NOISE.sub("", paragraphs[0])
    words = "\n\n".join(paragraph for paragraph in paragraphs if re.search(r"\w", paragraph))
    return words if re.match(r"\W{0,6}\w", words) else None


def without_labels(text: str, speaker: str | None, labels: frozenset[str]) -> str:
    """A turn's text without its speaker's label at later paragraphs, up to the first paragraph with another label."""
    kept: list[str] = []
    for paragraph in text.split("\n\n"):
        found = LABEL.match(paragraph)
        name = found["name"].strip("[]()【】 ") if found else ""
        if not found or name not in labels:
            kept.append(paragraph)
        elif not kept or name == (speaker or "").strip("[]()【】 "):
            kept.append(paragraph[found.end() :])
        else:
            break
    return "\n\n".join(words for paragraph in kept if (words := TIME.sub("", paragraph).strip()))


def paragraphs_of(text: str, *, headings: bool = True) -> list[str]:
    """The paragraphs of a text in any markup, without marks and tags, each on one line.

    Front matter, tables, rules and lines of code are left out, and headings too unless they are asked for.
    """
    text = COMMENT.sub("", SCRIPT.sub("", text.replace("\r\n", "\n")))
    text = IMAGE.sub("", BLOCK_TAG.sub("\n\n", text))
    text = html.unescape(TAG.sub("", text)).replace("\N{NO-BREAK SPACE}", " ")
    out: list[str] = []
    for block in re.split(r"\n[ \t]*\n\s*", text):
        for line in _lines(block.split("\n"), headings=headings):
            words = re.sub(r"[ \t\u3000]+", " ", EMPHASIS.sub("", LINK.sub(r"\1", line))).strip()
            if words and not RULE.match(words):
                out.append(words)
    return out


def _lines(lines: Sequence[str], *, headings: bool) -> Iterator[str]:
    """The lines of a block, those joined that one paragraph was wrapped into."""
    held = ""
    for line in lines:
        if HEADING.match(line) and not headings:
            continue
        bare = LINE_MARK.sub("", line).strip()
        if RULE.match(bare) or META_LINE.match(bare):
            continue
        goes_on = held and bare == line.strip() and (len(held) >= WRAPPED_LINE_CHARS or bare[0].islower())
        if goes_on and not (SENTENCE_END.search(held) and EAST_ASIAN.match(held[-1])):
            glue = "" if EAST_ASIAN.match(held[-1]) or EAST_ASIAN.match(bare[0]) else " "
            held = held + glue + bare
            continue
        if held:
            yield held
        held = bare
    if held:
        yield held


def _squeezed(text: str) -> tuple[str, list[int], list[int]]:
    """The text as the truth quotes it, and of each run that is left where it starts in the result and in `text`."""
    kept: list[str] = []
    starts: list[int] = []
    places: list[int] = []
    at = length = 0
    for gap in NO_LETTER.finditer(text):
        if gap.start() > at:
            starts.append(length)
            places.append(at)
            kept.append(text[at : gap.start()])
            length += gap.start() - at
        at = gap.end()
    starts.append(length)
    places.append(at)
    kept.append(text[at:])
    return "".join(kept), starts, places


def _language(row: dict[str, Any], paragraphs: Iterable[str]) -> str:
    """`zh` or `en`, told by the letters: what the data says may be both."""
    text = "".join(itertools.islice(itertools.chain.from_iterable(paragraphs), 4000))
    named = str(row.get("language") or row.get("lang") or "")
    share = len(EAST_ASIAN.findall(text)) / max(1, len(re.sub(r"\s", "", text)))
    return "zh" if share > (0.2 if named.startswith("zh") else 0.4) else "en"


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
