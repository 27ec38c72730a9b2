"""Text and labels to an Article: a pure function, whoever gave the labels.

Labels of layer `part` are read in the order of the text; `docs/contract.md` has the table of what each becomes. What
nobody labelled becomes lead, prose or closing, so that every word of the text is in a field or a named non-field.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import get_args

import regex

from pipeline.core.body import Body, SpeakerRegistry
from pipeline.errors import StageError
from pipeline.lexicon.roles import role_in_english
from pipeline.model.article import (
    VERSION,
    Annotation,
    Article,
    Byline,
    Credit,
    Entry,
    Notice,
    NoticeKind,
    PipelineVersion,
    Provenance,
    Remark,
    Segment,
    Source,
    Title,
    Translation,
)
from pipeline.model.document import Document, Label
from pipeline.model.stage import BUILT_IN_LAYERS
from pipeline.model.unassigned import UNASSIGNED_LABELS, limit_unassigned
from pipeline.text.edits import Change
from pipeline.text.lines import unwrap

NOTICE_KINDS = get_args(NoticeKind)
UNLABELLED = "assembly.unlabelled"
TURNS = frozenset({"speaker", "question", "answer", "aside"})
BODY = TURNS | {"title", "lead", "heading", "prose", "closing"}

WORD = regex.compile(r"[^\s\p{P}\p{Z}\p{C}\p{Sm}\p{Sk}\p{So}\p{Mn}]")
"""What must not fall out of the structure: anything but blanks, punctuation and marks."""


class ContradictionError(StageError):
    """Labels that cannot stand beside each other; ``rules`` are those of the labels that are at fault."""

    def __init__(self, document: str, reason: str, rules: tuple[str, ...] = ()) -> None:
        super().__init__(document, "assembly", reason)
        self.args = (document, reason, rules)
        self.rules = rules


def assemble(
    document: Document,
    notes: Iterable[Remark],
    source: Source,
    version: PipelineVersion,
    changes: Sequence[Change],
) -> Article:
    """The Article of a document whose final text is labelled. Raises `ContradictionError` where labels contradict."""
    builder = _Builder(document, notes)
    builder.build()
    return builder.article(source, version, changes)


class _Builder:
    """Collects fields while the labels are read from top to bottom; used once."""

    def __init__(self, document: Document, notes: Iterable[Remark]) -> None:
        self.document = document
        self.notes = tuple(sorted(notes, key=lambda note: (note.start, note.end)))
        self.cast = SpeakerRegistry()
        self.bodies: dict[str, Body] = {"": Body("", self.cast)}
        self.segments: list[Segment] = []
        self.byline: list[Label] = []
        self.byline_parts: list[Label] = []
        self.credits: dict[str | int | None, tuple[list[str], list[str]]] = {}
        self.notices: list[Notice] = []
        self.disclaimer: list[str] = []
        self._versions = document.layer("version")
        self._languages = document.layer("language")
        self._version_at = self._language_at = 0

    def build(self) -> None:
        """Reads every label and what lies between them."""
        parts: list[Label] = []
        for label in self.document.layer("part"):
            (self.byline_parts if label.value.startswith("byline.") else parts).append(label)
        for before, after in pairwise(parts):
            if after.start < before.end:
                raise self._contradiction(
                    f"{after.value!r} at {after.start} ({after.rule}) overlaps {before.value!r} ({before.rule})",
                    before.rule,
                    after.rule,
                )
        for label in self._completed(limit_unassigned(self.document.text, parts)):
            self._place(label)
        for body in self.bodies.values():
            self._point(body.finish())
        self.segments.sort(key=lambda segment: segment.start)

    def article(self, source: Source, version: PipelineVersion, changes: Sequence[Change]) -> Article:
        """The finished Article."""
        main = self.bodies[""]
        translations = tuple(
            Translation(
                language=language,
                title=self._title(body),
                lead=tuple(body.lead),
                sections=body.frozen_sections(main.exchanges),
                closing=tuple(body.closing),
            )
            for language, body in self.bodies.items()
            if language
        )
        return Article(
            schema=VERSION,
            id=self.document.id,
            language=self._language(),
            title=self._title(main),
            byline=self._byline(),
            lead=tuple(main.lead),
            sections=main.frozen_sections(),
            closing=tuple(main.closing),
            speakers=self.cast.speakers(),
            credits=self._credits(),
            notices=tuple(self.notices),
            disclaimer="\n".join(self.disclaimer) or None,
            translations=translations,
            annotations=tuple(
                Annotation(
                    layer=label.layer,
                    value=label.value,
                    start=None if label.is_whole else label.start,
                    end=None if label.is_whole else label.end,
                    rule=label.rule,
                    confidence=label.confidence,
                )
                for label in self.document.labels
                if label.layer not in BUILT_IN_LAYERS
            ),
            metadata=tuple(Entry(key=key, value=value) for key, value in self.document.metadata.items()),
            notes=self.notes,
            text=self.document.text,
            segments=tuple(self.segments),
            provenance=Provenance(source=source, pipeline=version, changes=tuple(changes)),
        )

    # --- reading the labels

    def _completed(self, parts: Sequence[Label]) -> list[Label]:
        """The labels with those of the text between them that nobody labelled."""
        text, gaps, at = self.document.text, [], 0
        for label in parts:
            if label.start > at and WORD.search(text, at, label.start):
                gaps.append((at, label.start))
            at = max(at, label.end)
        if WORD.search(text, at):
            gaps.append((at, len(text)))
        if not gaps:
            return list(parts)
        first = next((label.start for label in parts if label.value in TURNS or label.value == "heading"), len(text))
        turns = [label.end for label in parts if label.value in TURNS]
        last = turns[-1] if turns else len(text)
        completed = list(parts)
        for start, end in gaps:
            for line in text[start:end].split("\n"):
                inner = start + len(line) - len(line.lstrip())
                if WORD.search(line):
                    value = "lead" if inner < first else "closing" if inner >= last else "prose"
                    completed.append(Label(inner, start + len(line.rstrip()), "part", value, UNLABELLED, 0.0))
                start += len(line) + 1  # noqa: PLW2901 -- walks the gap
        return sorted(completed, key=lambda label: label.start)

    def _place(self, label: Label) -> None:
        text = unwrap(self.document.text[label.start : label.end])
        if label.value in BODY:
            self._body(label).place(label, self.document.text[label.start : label.end], text)
        elif label.value in UNASSIGNED_LABELS:
            self._segment(label, None)
        elif label.value == "byline":
            self.byline.append(label)
            self._segment(label, "/byline/text")
        elif label.value == "notice":
            if label.of not in NOTICE_KINDS:
                raise self._contradiction(
                    f"the notice at {label.start} ({label.rule}) is of kind {label.of!r}; "
                    f"kinds are {', '.join(NOTICE_KINDS)}",
                    label.rule,
                )
            self._segment(label, f"/notices/{len(self.notices)}/text")
            self.notices.append(Notice(kind=label.of, text=text))  # type: ignore[arg-type]
        elif label.value == "disclaimer":
            self.disclaimer.append(text)
            self._segment(label, "/disclaimer")
        else:
            self._credit(label, text)

    def _credit(self, label: Label, text: str) -> None:
        if label.of not in self.credits:
            self.credits[label.of] = ([], [])
        number = list(self.credits).index(label.of)
        roles, names = self.credits[label.of]
        if label.value == "credit.role":
            roles.append(text)
            self._segment(label, f"/credits/{number}/role")
        else:
            self._segment(label, f"/credits/{number}/names/{len(names)}")
            names.append(text)

    def _body(self, label: Label) -> Body:
        """The body that a label belongs to: the main one, or that of the version whose span it lies in."""
        while self._version_at < len(self._versions) and self._versions[self._version_at].end <= label.start:
            self._version_at += 1
        if self._version_at < len(self._versions):
            version = self._versions[self._version_at]
            if version.start <= label.start:
                if version.value not in self.bodies:
                    self.bodies[version.value] = Body(f"/translations/{len(self.bodies) - 1}", self.cast)
                body = self.bodies[version.value]
                body.translate(version.of if isinstance(version.of, int) else None)
                return body
        return self.bodies[""]

    def _point(self, placed: Iterable[tuple[Label, str]]) -> None:
        for label, field in placed:
            self._segment(label, field)

    def _segment(self, label: Label, field: str | None) -> None:
        self.segments.append(
            Segment(
                start=label.start,
                end=label.end,
                label=label.value,
                language=self._language_of(label.start),
                field=field,
                rule=label.rule,
                confidence=label.confidence,
            )
        )

    def _language_of(self, position: int) -> str:
        languages = self._languages
        # Segments come nearly in the order of the text, so the place of the last answer is nearly that of the next.
        if self._language_at >= len(languages) or languages[self._language_at].start > position:
            self._language_at = 0
        while self._language_at < len(languages) and languages[self._language_at].end <= position:
            self._language_at += 1
        if self._language_at < len(languages) and languages[self._language_at].start <= position:
            return languages[self._language_at].value
        return "und"

    # --- making the fields

    def _language(self) -> str:
        """The language of most of the main body, by length; `und` where nothing tells."""
        told: dict[str, int] = {}
        for segment in self.segments:
            if segment.label in BODY and segment.field and not segment.field.startswith("/translations"):
                told[segment.language] = told.get(segment.language, 0) + segment.end - segment.start
        sure = {language: size for language, size in told.items() if language not in {"und", "mul"}}
        return max(sure or told or {"und": 0}, key=lambda language: (sure or told or {"und": 0})[language])

    def _title(self, body: Body) -> Title | None:
        if not body.title:
            return None
        truncated = any(
            note.rule.endswith(".title-truncated") and note.start < label.end and label.start < note.end
            for note in self.notes
            for label in body.titles
        )
        return Title(text="\n".join(body.title), truncated=truncated)

    def _byline(self) -> Byline | None:
        text = self.document.text
        for part in self.byline_parts:
            if not any(label.start <= part.start and part.end <= label.end for label in self.byline):
                reason = f"{part.value!r} at {part.start} ({part.rule}) stands in no byline"
                raise self._contradiction(reason, part.rule)
        if not self.byline:
            return None
        found: dict[str, list[str]] = {"outlet": [], "reporter": [], "place": [], "date": []}
        for part in self.byline_parts:
            found[part.value.removeprefix("byline.")].append(unwrap(text[part.start : part.end]))
        return Byline(
            text="\n".join(unwrap(text[label.start : label.end]) for label in self.byline),
            outlet=next(iter(found["outlet"]), None),
            reporters=tuple(found["reporter"]),
            place=next(iter(found["place"]), None),
            date=next(iter(found["date"]), None),
        )

    def _credits(self) -> tuple[Credit, ...]:
        made = []
        for number, (roles, names) in self.credits.items():
            if not roles:
                named = (label for label in self.document.layer("part") if label.value == "credit.name")
                rules = (label.rule for label in named if label.of == number)
                raise self._contradiction(f"credit {number} has names ({', '.join(names)}) and no role", *rules)
            role = "\n".join(roles)
            made.append(Credit(role=role, role_en=role_in_english(role, self.document.vocabulary), names=tuple(names)))
        return tuple(made)

    def _contradiction(self, reason: str, *rules: str) -> ContradictionError:
        return ContradictionError(self.document.id, reason, rules)
