"""How right the structure is: annotated documents field by field, long transcripts turn by turn; how fast it is found.

A folder of annotated documents holds `annotations.jsonl`: a line each with `id`, `file`, `group` (`positive`,
`negative`, or anything else to be reported apart) and `expected`. A field that is missing there is not scored. Question
= one interviewer turn, answer = one interviewee turn, exchange = a run of questions followed at once by a run of
answers; starts, ends, headings and names are compared without Markdown marks, tags and blanks. A snippet is a text, or
the length and SHA-256 of what it is without those.
"""

import hashlib
import json
import lzma
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline import Article, Document, Label, Pipeline
from pipeline.model.article import Turn
from pipeline.stages.credits.stage import Credits
from pipeline.stages.dialogue.stage import Dialogue
from pipeline.stages.languages.stage import Languages

IDLE = re.compile(r"<[^>]*>|[\s*_#>\\]")
TURNS = 1_500
"""Questions in a generated transcript, each with its answer."""
MOST = 6_000_000
"""Bytes of a corpus that are read."""
NAMES = ("Ada Fern", "Ivo Moss", "Lena Brandt", "Tomas Ruiz")


def report(root: Path, public: Path, corpora: Sequence[Path], folders: Sequence[Path]) -> None:
    """Prints a table for every annotated folder, then turns found and nanoseconds a byte on generated transcripts."""
    annotated = list(folders) or [root / "seeds" / "structure", public / "cases"]
    for folder in annotated:
        if (folder / "annotations.jsonl").exists():
            _table(folder)
    _transcripts(root, corpora)


# --- annotated documents


def rows(folder: Path) -> list[dict[str, Any]]:
    """The annotations of a folder."""
    return [json.loads(line) for line in (folder / "annotations.jsonl").read_text("utf-8").splitlines() if line]


def checks(row: dict[str, Any], article: Article) -> dict[str, bool]:
    """For each field that the annotation tells, whether the article has it right."""
    want, positive = row["expected"], row["group"] == "positive"
    found = [x for section in article.sections for x in section.exchanges]
    questions = [turn for x in found for turn in x.questions]
    answers = [turn for x in found for turn in x.answers if x.questions]
    counts = {
        "n_exchanges": sum(bool(x.questions and x.answers) for x in found),
        "n_questions": len(questions),
        "n_answers": len(answers),
    }
    result = {key: counts[key] == want[key] for key in counts if want.get(key) is not None}
    if positive and want.get("n_exchanges") is not None:
        near = abs(counts["n_exchanges"] - want["n_exchanges"]) <= 0.1 * want["n_exchanges"]
        result["exchanges within 10 %"] = near
    if first := want.get("first_question_starts_with"):
        result["first question"] = bool(questions) and _starts(first, _said(questions[0]))
    if last := want.get("last_answer_ends_with"):
        result["last answer"] = bool(answers) and _ends(last, _said(answers[-1]))
    if want.get("title"):
        result["title"] = article.title is not None and _starts(want["title"], article.title.text)
    if want.get("headings"):
        have = {_squeezed(section.heading) for section in article.sections if section.heading}
        result["headings"] = all(_squeezed(heading) in have for heading in want["headings"])
    if isinstance(want.get("byline"), str):
        result["byline"] = article.byline is not None and _squeezed(want["byline"]) in _squeezed(article.byline.text)
    if "credits" in want:
        result |= _credits(want["credits"], article)
    if positive and "speakers" in want:
        result["speakers, number"] = len(article.speakers) == len(want["speakers"])
    if "disclaimer" in want:
        result["disclaimer"] = bool(article.disclaimer) == bool(want["disclaimer"])
    return result


def _credits(want: list[dict[str, Any]], article: Article) -> dict[str, bool]:
    have = {_squeezed(name) for credit in article.credits for name in credit.names}
    if not want:
        return {"no credits invented": not have}
    have |= {_squeezed(name) for name in article.byline.reporters} if article.byline else set()
    return {"credit names": all(_squeezed(name) in have for credit in want for name in credit["names"])}


def _squeezed(text: str) -> str:
    return IDLE.sub("", text)


def _said(turn: Turn) -> str:
    return _squeezed(" ".join(turn.paragraphs))


def _starts(want: str | dict[str, Any], text: str) -> bool:
    text = _squeezed(text)
    return _hashed(want, text[: want["len"]]) if isinstance(want, dict) else text.startswith(_squeezed(want))


def _ends(want: str | dict[str, Any], text: str) -> bool:
    text = _squeezed(text)
    return _hashed(want, text[-want["len"] :]) if isinstance(want, dict) else text.endswith(_squeezed(want))


def _hashed(want: dict[str, Any], text: str) -> bool:
    return bool(hashlib.sha256(text.encode()).hexdigest() == want["sha256"])


def _table(folder: Path) -> None:
    pipeline, right, told = Pipeline(), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    wrong = []
    for row in rows(folder):
        result = checks(row, pipeline.process((folder / row["file"]).read_bytes(), id=row["id"]))
        for key, is_right in result.items():
            right[row["group"], key] += is_right
            told[row["group"], key] += 1
        if missed := [key for key, is_right in result.items() if not is_right]:
            wrong.append(f"  {row['id']:32s} {', '.join(missed)}")
    print(f"\nstructure, {folder.name}: right, told")
    for group, key in sorted(told):
        share = right[group, key] / told[group, key]
        print(f"  {group:20s} {key:24s} {right[group, key]:4d} {told[group, key]:4d}  {share:.3f}")
    print("\n".join(["  not wholly right:", *wrong] if wrong else ["  all are wholly right"]))


# --- long transcripts


LAYOUTS = {
    "**Name:** …": ("**{name}:** ", "**{name}:** "),
    "Q    … / MS. NAME:  …": ("Q    ", "MS. {surname}:  "),
    "Name: …": ("{name}: ", "{name}: "),
    "Q: … / A: …": ("Q: ", "A: "),
    "### Name: …": ("### {name}:\n", "### {name}:\n"),
}
"""What stands before a question and before an answer."""


def transcript(layout: str, prose: Sequence[str], turns: int, seed: int = 1) -> tuple[str, list[int]]:
    """A long conversation made of `prose` in one layout, and where each turn's label starts, in code points.

    One asks in a sentence, one of three answers in one to three paragraphs.
    """
    choose = random.Random(seed)
    labels, text, starts = LAYOUTS[layout], "A Long Conversation\n\n", []
    pieces, size = [text], len(text)
    for _ in range(turns):
        name = choose.choice(NAMES[1:])
        question = choose.choice(prose)[:120].rstrip(" .,;:") + "?"
        answer = [choose.choice(prose) for _ in range(choose.choice((1, 1, 2, 3)))]
        for label, who, words in zip(labels, (NAMES[0], name), (question, "\n\n".join(answer)), strict=True):
            start = label.format(name=who, surname=who.split()[1].upper())
            starts.append(size + len(start) - len(start.lstrip("#* ")))
            pieces.append(f"{start}{words}\n\n")
            size += len(pieces[-1])
    return "".join(pieces), starts


def _transcripts(root: Path, corpora: Sequence[Path]) -> None:
    prose = list(_prose(root, corpora))
    print(f"\nlong transcripts, of {len(prose)} paragraphs: turns found to their first words; ns a byte, twice as long")
    for layout in LAYOUTS:
        text, starts = transcript(layout, prose, TURNS)
        document, once = _found(text)
        _, twice = _found(transcript(layout, prose, 2 * TURNS)[0])
        labels = {label.start for label in document.layer("part") if label.value in {"speaker", "label"}}
        # One who speaks twice in a row has one turn with two labels, the second of which is no speaker's.
        found = sum(start in labels for start in starts)
        print(f"  {layout:24s} {found:6d} of {len(starts)}  {found / len(starts):.4f}  {once:6.0f} {twice:6.0f}")


def _prose(root: Path, corpora: Sequence[Path]) -> Iterator[str]:
    """Paragraphs without a colon near their start, so that every label in a transcript is one of its own."""
    sources = corpora or sorted((root / "seeds").rglob("*.txt"))
    for path in sources:
        with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
            text = file.read(MOST)
        for line in text.decode("utf-8", "ignore").split("\n"):
            if 60 < len(line) < 900 and line.isprintable() and ":" not in line[:70] and "：" not in line[:70]:
                yield line.strip()


def _found(text: str) -> tuple[Document, float]:
    """The document with what the three finders say, and nanoseconds a byte that they take, best of three."""
    best = float("inf")
    for _ in range(3):
        document, took = Document(text), 0.0
        for stage in (Languages(), Credits(), Dialogue()):
            start = time.perf_counter()
            found = list(stage.find(document))
            took += time.perf_counter() - start
            document = document.with_labels(finding for finding in found if isinstance(finding, Label))
        best = min(best, took)
    return document, 1e9 * best / len(text.encode())
