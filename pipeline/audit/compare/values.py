"""Describes a changed value for a human reader: what it is, its JSON Pointers, its content."""

import msgspec

from pipeline.audit.compare.difference import FieldChange
from pipeline.audit.compare.match_fields import FieldValue
from pipeline.model.article import Exchange, Turn

SINGULAR = {
    "questions": "question", "answers": "answer", "asides": "aside", "paragraphs": "paragraph", "speakers": "speaker",
    "credits": "credit", "notices": "notice", "translations": "translation", "labels": "label", "names": "name",
    "exchanges": "exchange", "reporters": "reporter", "segments": "segment", "stages": "stage", "runs": "run",
}  # fmt: skip


def added(new: FieldValue) -> FieldChange:
    """Describes a value that only the new article has."""
    return FieldChange(
        what="added", part=part(new.pointer), old_field=None, new_field=new.pointer, old=None, new=readable(new.value)
    )


def removed(old: FieldValue) -> FieldChange:
    """Describes a value that only the old article has."""
    return FieldChange(
        what="removed", part=part(old.pointer), old_field=old.pointer, new_field=None, old=readable(old.value), new=None
    )


def changed(old: FieldValue, new: FieldValue) -> FieldChange:
    """Describes a value that differs."""
    return FieldChange(
        what="changed",
        part=part(new.pointer),
        old_field=old.pointer,
        new_field=new.pointer,
        old=readable(old.value),
        new=readable(new.value),
    )


def part(pointer: str) -> str:
    """Names what a pointer points to, without indexes: `/sections/0/exchanges/1/answers/0` is `answer`."""
    names = [key for key in pointer.split("/")[1:] if not key.isdecimal()]
    inner = [name for name in names[:-1] if name not in {"sections", "exchanges", "provenance"}]
    if names[-2:] == ["exchanges", "n"]:
        inner.append("exchanges")
    if names[-2:] == ["sections", "paragraphs"]:
        return ".".join([*(SINGULAR.get(name, name) for name in inner), "prose"])
    return ".".join(SINGULAR.get(name, name) for name in [*inner, names[-1]])


def readable(value: object) -> str:
    """Formats a value: text as it is, a turn as `speaker: text`, an exchange as its turns, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Turn):
        return f"{value.speaker}: {value.text}" if value.speaker is not None else value.text
    if isinstance(value, Exchange):
        return "\n".join(readable(turn) for turn in value.turns)
    return msgspec.json.encode(value).decode()
