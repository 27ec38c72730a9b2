"""Assemble an Article from a text and its labels. It is a pure function, whichever stage gave the labels.

Labels of layer `part` are read in the order of the text; `docs/contract.md` lists what each becomes. Text without a
label becomes lead, prose or closing, so that every word is in a field or in a segment that says why it is in none.
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
UNLABELLED_RULE = "assembly.unlabelled"
TURN_PARTS = frozenset({"speaker", "question", "answer", "aside"})
BODY_PARTS = TURN_PARTS | {"title", "lead", "heading", "prose", "closing"}

CONTENT = regex.compile(r"[^\s\p{P}\p{Z}\p{C}\p{Sm}\p{Sk}\p{So}\p{Mn}]")
"""A character that must be in a field: anything but spaces, punctuation and marks."""


class ContradictionError(StageError):
    """Labels contradict each other; `rules` are the rules of these labels."""

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
    """The Article of a document whose final text is labelled. Raises `ContradictionError` if labels contradict."""
    builder = _Builder(document, notes)
    builder.build()
    return builder.article(source, version, changes)


class _Builder:
    """Collects the fields while the labels are read in the order of the text. Used once."""

    def __init__(self, document: Document, notes: Iterable[Remark]) -> None:
        self.document = document
        self.notes = tuple(sorted(notes, key=lambda note: (note.start, note.end)))
        self.speakers = SpeakerRegistry()
        self.bodies: dict[str, Body] = {"": Body("", self.speakers)}
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
        """Read all labels and the text between them."""
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
        for label in self._with_unlabelled(limit_unassigned(self.document.text, parts)):
            self._read_label(label)
        for body in self.bodies.values():
            self._add_segments(body.finish())
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
            speakers=self.speakers.speakers(),
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
            provenance=Provenance(
                source=source, pipeline=version, changes=tuple(changes), evidence=self.document.evidence
            ),
        )

    # --- reading the labels

    def _with_unlabelled(self, parts: Sequence[Label]) -> list[Label]:
        """The labels, with a label for each line between them that has none."""
        text, gaps, at = self.document.text, [], 0
        for label in parts:
            if label.start > at and CONTENT.search(text, at, label.start):
                gaps.append((at, label.start))
            at = max(at, label.end)
        if CONTENT.search(text, at):
            gaps.append((at, len(text)))
        if not gaps:
            return list(parts)
        first = next(
            (label.start for label in parts if label.value in TURN_PARTS or label.value == "heading"), len(text)
        )
        turns = [label.end for label in parts if label.value in TURN_PARTS]
        last = turns[-1] if turns else len(text)
        completed = list(parts)
        for start, end in gaps:
            for line in text[start:end].split("\n"):
                inner = start + len(line) - len(line.lstrip())
                if CONTENT.search(line):
                    value = "lead" if inner < first else "closing" if inner >= last else "prose"
                    completed.append(Label(inner, start + len(line.rstrip()), "part", value, UNLABELLED_RULE, 0.0))
                start += len(line) + 1  # noqa: PLW2901 -- walks the gap
        return sorted(completed, key=lambda label: label.start)

    def _read_label(self, label: Label) -> None:
        text = unwrap(self.document.text[label.start : label.end])
        if label.value in BODY_PARTS:
            self._body(label).add_label(label, self.document.text[label.start : label.end], text)
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
        """The body that a label belongs to: the main one, or the translation whose span contains it."""
        while self._version_at < len(self._versions) and self._versions[self._version_at].end <= label.start:
            self._version_at += 1
        if self._version_at < len(self._versions):
            version = self._versions[self._version_at]
            if version.start <= label.start:
                if version.value not in self.bodies:
                    self.bodies[version.value] = Body(f"/translations/{len(self.bodies) - 1}", self.speakers)
                body = self.bodies[version.value]
                body.start_translation_of(version.of if isinstance(version.of, int) else None)
                return body
        return self.bodies[""]

    def _add_segments(self, placed: Iterable[tuple[Label, str]]) -> None:
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
        # Segments are nearly in the order of the text, so the search goes on where the last one ended.
        if self._language_at >= len(languages) or languages[self._language_at].start > position:
            self._language_at = 0
        while self._language_at < len(languages) and languages[self._language_at].end <= position:
            self._language_at += 1
        if self._language_at < len(languages) and languages[self._language_at].start <= position:
            return languages[self._language_at].value
        return "und"

    # --- making the fields

    def _language(self) -> str:
        """The language of most of the main body, by characters; `und` if none is known."""
        sizes: dict[str, int] = {}
        for segment in self.segments:
            if segment.label in BODY_PARTS and segment.field and not segment.field.startswith("/translations"):
                sizes[segment.language] = sizes.get(segment.language, 0) + segment.end - segment.start
        known = {language: size for language, size in sizes.items() if language not in {"und", "mul"}}
        return max(known or sizes or {"und": 0}, key=lambda language: (known or sizes or {"und": 0})[language])

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
        parts: dict[str, list[str]] = {"outlet": [], "reporter": [], "place": [], "date": []}
        for part in self.byline_parts:
            parts[part.value.removeprefix("byline.")].append(unwrap(text[part.start : part.end]))
        return Byline(
            text="\n".join(unwrap(text[label.start : label.end]) for label in self.byline),
            outlet=next(iter(parts["outlet"]), None),
            reporters=tuple(parts["reporter"]),
            place=next(iter(parts["place"]), None),
            date=next(iter(parts["date"]), None),
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
