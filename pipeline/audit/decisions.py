"""Why turns were accepted or refused, and who asks: the decisions of the stage `dialogue`, made again.

An article does not keep what the decision trees read. Finders read the final text, which the article has, so the stage
is run on it once more, with the settings of a pipeline. The structs are part of what `pipeline explain --json` prints.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from pipeline.core.apply_stage import find
from pipeline.core.pipeline import Pipeline
from pipeline.core.recipe import RecipeVariant, matching_variant
from pipeline.errors import RejectedError, StageError
from pipeline.model.article import Article
from pipeline.model.document import Document
from pipeline.model.evidence import checked_evidence
from pipeline.segmentation.trees import UNITS_PER_NAT
from pipeline.stages.dialogue.decision_reasons import (
    BodyDecisions,
    FoundBy,
    Reason,
    SideBecause,
    SpeakerDecision,
    TurnBecause,
    TurnDecision,
    body_decisions,
)
from pipeline.stages.dialogue.document_parts import read_parts, translated_body
from pipeline.stages.dialogue.features_in_words import SPEAKER_TABLE, TURN_START_TABLE, value_in_words, words_of
from pipeline.stages.dialogue.roles import TurnPart
from pipeline.stages.dialogue.stage import Dialogue

LABEL_RULES = frozenset({"dialogue.speaker", "dialogue.repeated-label"})
"""The rules of segments that are speakers' labels."""

Probability = Annotated[float | None, Meta(description="What the decision trees say; null if not asked.")]


class ExplainedReason(msgspec.Struct, frozen=True, kw_only=True):
    """A feature that decided, against what is usual on the other side of the decision."""

    feature: Annotated[str, Meta(description="Its name in the code.")]
    meaning: Annotated[str, Meta(description="What it is, in plain words.")]
    value: Annotated[str, Meta(description="Its value, for people.")]
    usual: Annotated[
        str,
        Meta(description="Its usual value: of labels that are none for a turn, of turns for a refused label."),
    ]
    effect: Annotated[
        float,
        Meta(description="How far it moved the log odds; positive speaks for a turn, or for asking."),
    ]


class ExplainedTurn(msgspec.Struct, frozen=True, kw_only=True):
    """A turn that was accepted, or a label that was refused."""

    line: Annotated[int, Meta(ge=1, description="Line of `text`, from 1.")]
    start: int
    end: int
    text: Annotated[str, Meta(description="The label, or the paragraph of a turn without one.")]
    speaker: Annotated[str | None, Meta(description="The name, or the label for one without a name.")]
    because: TurnBecause
    probability: Probability
    threshold: Annotated[float | None, Meta(description="What the probability had to be; null if nothing had to be.")]
    reasons: tuple[ExplainedReason, ...]


class ExplainedSpeaker(msgspec.Struct, frozen=True, kw_only=True):
    """A speaker with a label, and the side."""

    speaker: str
    side: Annotated[TurnPart, Meta(description="What the turns are: `question`, `answer` or `aside`.")]
    because: SideBecause
    confidence: Annotated[float, Meta(description="How likely the side is right.")]
    evidence: Annotated[
        float | None,
        Meta(description="Log odds of asking, against those with whom the speaker takes turns; null if not asked."),
    ]
    reasons: tuple[ExplainedReason, ...]


class ExplainedBody(msgspec.Struct, frozen=True, kw_only=True):
    """The decisions about the body, or about a translation of it."""

    language: str
    found_by: FoundBy
    probability: Annotated[
        float | None, Meta(description="How likely the turns that the decision trees find are those of a talk.")
    ]
    threshold: Annotated[float, Meta(description="Probability from which the document is a talk for them.")]
    sides: Annotated[float | None, Meta(description="How likely all sides are right; null if labels say who asks.")]
    least_sides: Annotated[float, Meta(description="Likelihood from which somebody is the interviewer.")]
    turns: tuple[ExplainedTurn, ...]
    refused: tuple[ExplainedTurn, ...]
    speakers: tuple[ExplainedSpeaker, ...]


class Decisions(msgspec.Struct, frozen=True, kw_only=True):
    """What the stage `dialogue` decided about an article, and why."""

    same_settings: Annotated[bool, Meta(description="Whether version and settings are those that made the article.")]
    same_turns: Annotated[bool, Meta(description="Whether the labels of turns are those in the article.")]
    bodies: tuple[ExplainedBody, ...]


def decisions(article: Article, made_by: Pipeline) -> Decisions | None:
    """The decisions about an article, made again with the settings of a pipeline.

    None if its recipe does not have the built-in stage `dialogue`, or a finder before it fails.
    """
    variant = _variant(article, made_by)
    document = _before_dialogue(article, variant)
    if document is None:
        return None
    parts = read_parts(document)
    bodies = [parts.body(document.vocabulary)]
    bodies += [translated_body(version, document.vocabulary) for version in parts.versions[1:]]
    decided = [
        body_decisions(version.blocks, body, document.vocabulary)
        for version, body in zip(parts.versions, bodies, strict=True)
    ]
    lines = _Lines(article.text)
    return Decisions(
        same_settings=variant.version == article.provenance.pipeline,
        same_turns=_same_turns(article, decided),
        bodies=tuple(lines.body(version.language, body) for version, body in zip(parts.versions, decided, strict=True)),
    )


def _variant(article: Article, made_by: Pipeline) -> RecipeVariant:
    """The variant of a pipeline that made an article, or else the one for documents like it."""
    made = article.provenance.pipeline
    by_settings = next((one for one in made_by.variants if one.version.settings == made.settings), None)
    return by_settings or matching_variant(made_by.variants, article.id, article.meta)


def _before_dialogue(article: Article, variant: RecipeVariant) -> Document | None:
    """The document as the stage `dialogue` gets it."""
    recipe = variant.recipe
    evidence = checked_evidence(article.provenance.evidence, len(article.text))
    document = Document(
        article.text, article.id, article.meta, (), recipe.vocabulary, recipe.thresholds, tuple(evidence)
    )
    for step in recipe.finders:
        if isinstance(step.stage, Dialogue):
            return document
        try:
            labels, _ = find(step, document)
        except (RejectedError, StageError):
            # A stage of another package; what it finds is missing in the article, too.
            continue
        document = document.with_labels(labels)
    return None


def _same_turns(article: Article, decided: Iterable[BodyDecisions]) -> bool:
    """Whether the labels that were accepted again are those in the article."""
    there = {segment.start for segment in article.segments if segment.rule in LABEL_RULES}
    return there == {turn.start for body in decided for turn in body.turns if turn.speaker is not None}


class _Lines:
    """Adds lines and words to decisions. Used for one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(i + 1 for i, char in enumerate(text) if char == "\n")]

    def body(self, language: str, body: BodyDecisions) -> ExplainedBody:
        """The decisions about a body."""
        return ExplainedBody(
            language=language,
            found_by=body.found_by,
            probability=body.talk_probability,
            threshold=body.least_talk_probability,
            sides=body.sides,
            least_sides=body.least_sides,
            turns=tuple(map(self._turn, body.turns)),
            refused=tuple(map(self._turn, body.refused)),
            speakers=tuple(map(_speaker, body.speakers)),
        )

    def _turn(self, turn: TurnDecision) -> ExplainedTurn:
        return ExplainedTurn(
            line=bisect_right(self._starts, turn.start),
            start=turn.start,
            end=turn.end,
            text=self._text[turn.start : turn.end],
            speaker=turn.speaker,
            because=turn.because,
            probability=turn.probability,
            threshold=turn.threshold,
            reasons=_reasons(TURN_START_TABLE, turn.reasons),
        )


def _speaker(speaker: SpeakerDecision) -> ExplainedSpeaker:
    return ExplainedSpeaker(
        speaker=speaker.speaker,
        side=speaker.part,
        because=speaker.because,
        confidence=speaker.confidence,
        evidence=speaker.contrast / UNITS_PER_NAT if speaker.contrast is not None else None,
        reasons=_reasons(SPEAKER_TABLE, speaker.reasons),
    )


def _reasons(table: str, reasons: Sequence[Reason]) -> tuple[ExplainedReason, ...]:
    return tuple(
        ExplainedReason(
            feature=reason.feature,
            meaning=words_of(table, reason.feature),
            value=value_in_words(table, reason.feature, reason.value),
            usual=value_in_words(table, reason.feature, reason.usual),
            effect=reason.effect / UNITS_PER_NAT,
        )
        for reason in reasons
    )
