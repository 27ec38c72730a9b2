"""Talks of real documents whose turns and sides are known: the material of `train_roles.py`.

A talk is what a document says, without its layout: labels, paragraphs, sides, and what is printed around the turns.
"""

import gzip
import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pipeline.core.pipeline import Pipeline
from pipeline.errors import PipelineError
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate, cue_of, label_key
from pipeline.stages.dialogue.speaker_aliases import speaker_names
from pipeline.stages.dialogue.speaker_mentions import NO_FRAME, ArticleFrame
from pipeline.stages.dialogue.turn_features import LabelledTurn, TurnFeatures, document_turn_features

Side = Literal["q", "a", "m", None]
SIDES: Mapping[str, Side] = {"q": "q", "a": "a", "m": "m"}

MAX_LEAD_CHARS = 3000
MAX_WRAPPED_LINE_CHARS = 100
"""Characters up to which the lines of a paragraph are wrapped by hand."""
MAX_LABEL_REST_CHARS = 40
"""Characters between the label of the next turn and its words."""

HIDDEN = re.compile(r"<details\b.*?</details>|<(?:script|style)\b.*?</(?:script|style)>|<!--.*?-->", re.DOTALL)
BREAKS = re.compile(r"</?(?:p|br|div|li|h\d|blockquote|dd|dt)\b[^>]*>", re.IGNORECASE)
TAGS = re.compile(r"<[^>\n]*>")
CUES = re.compile(r"^(?:\d+|[\d:.,]+ --> .*|NOTE .*)$", re.MULTILINE)
FRONT_MATTER = re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.DOTALL)
OUTER_MARKS = "*_ \n\t#>-:：[]()|"


class Spoken(NamedTuple):
    """One turn: the label as printed (empty without one), its paragraphs, and its side if it is known."""

    label: str
    paragraphs: tuple[str, ...]
    side: Side


class Talk(NamedTuple):
    """The turns of a document in order, and what is printed around them."""

    id: str
    family: str
    turns: tuple[Spoken, ...]
    frame: ArticleFrame = NO_FRAME
    kind: str = "real"
    """`real`, or how it was remade."""
    is_open: bool = False
    """Nobody is the interviewer."""


def cleaned(text: str) -> str:
    """A text without tags, cues and escapes."""
    text = TAGS.sub("", BREAKS.sub("\n\n", HIDDEN.sub("", text)))
    return CUES.sub("", html.unescape(text))


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The paragraphs of a text; lines that are wrapped by hand are joined."""
    found: list[str] = []
    for piece in re.split(r"\n\s*\n", text):
        lines = [line.strip(" \t>").strip() for line in piece.splitlines()]
        lines = [line for line in lines if line]
        wrapped = len(lines) > 1 and max(map(len, lines)) <= MAX_WRAPPED_LINE_CHARS and text.isascii()
        found += [" ".join(lines)] if wrapped else lines
    return tuple(paragraph for paragraph in found if paragraph.strip(OUTER_MARKS))


def read_talks(folder: Path, hosts: Mapping[str, Mapping[str, str]]) -> Iterator[Talk]:
    """The talks of `truth.jsonl.gz` in which sides are known, or told by `hosts`: source, label, side."""
    with gzip.open(folder / "truth.jsonl.gz", "rt", encoding="utf-8") as rows:
        for row in rows:
            truth = json.loads(row)
            source = truth["file"].split("/")[1]
            told = told_sides(truth["turns"], hosts.get(source, {}))
            is_open = "open" in told.values() or truth["group"] in {"meeting", "play"}
            sides = set(told.values())
            if is_open or {"q", "a"} <= sides:
                yield read_talk(folder, truth, told, is_open=is_open)


def told_sides(turns: Sequence[Mapping[str, Any]], hosts: Mapping[str, str]) -> dict[str | int, str | None]:
    """The side of each label, or of each turn without a label by its number."""
    sides: dict[str | int, str | None] = {}
    for i, turn in enumerate(turns):
        key = turn["speaker"] or i
        sides[key] = sides.get(key) or turn["side"]
    if {"q", "a"} <= set(sides.values()):
        return {
            key: {"?": None}.get(known, known) if (known := hosts.get(str(key))) else side
            for key, side in sides.items()
        }
    told = {key: hosts.get(str(key)) for key in sides}
    if "open" in told.values():
        return dict.fromkeys(sides, "open")
    if "q" in told.values():
        return {key: None if side == "?" else side or "a" for key, side in told.items()}
    return sides


def read_talk(folder: Path, truth: Mapping[str, Any], sides: Mapping[str | int, str | None], *, is_open: bool) -> Talk:
    """One document as a talk."""
    data = (folder / truth["file"]).read_bytes()
    text, turns = data.decode("utf-8"), truth["turns"]
    spoken = []
    for i, turn in enumerate(turns):
        end = turns[i + 1]["start"] if i + 1 < len(turns) else min(len(text), turn["start"] + MAX_LEAD_CHARS)
        raw = text[turn["start"] : end]
        label = turns[i + 1]["speaker"] if i + 1 < len(turns) else None
        at = raw.rfind(label) if label else -1
        if label and at >= len(raw) - len(label) - MAX_LABEL_REST_CHARS:
            raw = raw[:at].rstrip(OUTER_MARKS)
        side = sides.get(turn["speaker"] or i)
        spoken.append(Spoken(turn["speaker"] or "", paragraphs_of(cleaned(raw)), SIDES.get(side or "")))
    lead = cleaned(FRONT_MATTER.sub("", text[: turns[0]["start"]]))[-MAX_LEAD_CHARS:]
    frame = ArticleFrame(truth.get("title") or "", lead, makers_of(data))
    return Talk(
        truth["file"], truth["family"], tuple(turn for turn in spoken if turn.paragraphs), frame, is_open=is_open
    )


def makers_of(data: bytes) -> str:
    """Byline and credits as the pipeline reads them."""
    try:
        article = MAKERS.process(data, id="makers")
    except PipelineError:
        return ""
    byline = [article.byline.text] if article.byline else []
    return " ".join([*byline, *(name for credit in article.credits for name in credit.names)])


MAKERS = Pipeline(stages=["languages", "credits"])


def labelled_turns(talk: Talk) -> list[LabelledTurn]:
    """The turns of a talk as the stage sees them."""
    labels: dict[int, LabelCandidate] = {}
    blocks: dict[int, list[Block]] = {}
    for i, turn in enumerate(talk.turns):
        cue = cue_of(turn.label)
        anonymous = cue is not None and cue.anonymous
        first = f"{turn.label}: {turn.paragraphs[0]}"
        key = label_key(turn.label, anonymous=anonymous) or turn.label
        kind = cue.kind if cue and cue.kind != "never" else None
        labels[i] = LabelCandidate(0, len(turn.label), turn.label, key, kind, anonymous, len(turn.label) + 2)
        blocks[i] = [Block(0, len(text), text) for text in (first, *turn.paragraphs[1:])]
    named = speaker_names(labels)
    return [LabelledTurn(blocks[i], labels[i], named[labels[i].key] or labels[i].key) for i in labels]


def read_features(talk: Talk) -> tuple[list[TurnFeatures], dict[str, Side]]:
    """The features of the turns, and the side of each speaker: the one that most of the own turns have."""
    turns = labelled_turns(talk)
    counts: dict[str, Counter[Side]] = {}
    for turn, spoken in zip(turns, talk.turns, strict=True):
        counts.setdefault(turn.speaker, Counter())[spoken.side] += 1
    sides: dict[str, Side] = {speaker: own.most_common(1)[0][0] for speaker, own in counts.items()}
    return document_turn_features(turns, talk.frame), sides
