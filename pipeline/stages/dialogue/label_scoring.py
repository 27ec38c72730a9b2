"""Which of the possible labels are speakers': judged by the whole document.

What makes a label a speaker's: its word says so; it comes again and takes turns with others; questions stand behind
it; what stands behind it speaks of I and you; it is a name; the user names it. What speaks against it: short values
behind it, items of a list, small words. The evidence is added up (in `_voice`), and the sum is the label's confidence
on a logistic scale. The weights were set by hand and held against annotated documents: these are too few to train on.
"""

import math
from collections.abc import Mapping, Sequence

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.lexicon.people import is_name
from pipeline.stages.dialogue.blocks import CLOSING_CHARS, PROSE_COLUMNS, Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate, cue_of
from pipeline.stages.dialogue.label_layout import layout_of
from pipeline.stages.dialogue.questions import FIRST_PERSON
from pipeline.stages.dialogue.speaker_aliases import AliasIndex, introduced_initials, unique_initials

SPEECH = regex.compile(r"\b(?:I|you|your|we|our|us|my|me|You|We)\b|[我你您咱]")
"""Words of those who speak to each other."""
READ = 300
"""Characters of a turn that are read for evidence."""
SAMPLE = 40
"""Turns of one speaker that are read for evidence."""
SHORT, SHORTEST = 25, 12
"""Median length of what stands behind a label under which it is rather a key with a value."""
CUE = {"asks": 3.0, "answers": 3.0, "moderates": 2.0, "outlet": 1.2}
CUED = frozenset({"asks", "answers", "moderates"})
TOLD = 8.0
RECURRENCE, MOST_RECURRENCE = 0.8, 4.0
ALTERNATION, ASKING, ANSWERING, SPEAKING = 1.0, 1.5, 1.0, 1.2
NAME, ORDINARY = 0.8, -1.2
VALUE, SHORT_VALUE = -1.5, -0.5
ITEM, SMALL, ALONE, UNENDED = -2.0, -1.0, -1.5, -1.5
FORM = {"mark": 0.0, "word": 0.3, "blanks": -0.8, "time": 0.8, "heading": -1.5}
MARKED = 0.5
"""For labels that are all headings, bold or in capitals."""
ACCEPTED = 2.4
"""The sum from which a label is a speaker's, if the document is a talk."""
STEEP = 1.3
KNOWN, ALIKE, ASKED = 0.93, 0.85, 0.7
"""Confidence of a label that comes once: of somebody known, set like the others, or with a question behind it."""
SPEAKS = 0.25
"""Share of the turns of a label beside one that the user names, that must speak of I and you."""
NEAR = 8
"""Units before the first and behind the last turn in which a label that is set like the others is one."""
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.5, 0.99
LEAST_ENDED = 0.6
"""Share of the turns of a talk that must end as sentences do: those of a programme do not."""
ASKED_TWICE = 2
MANY, ASKING_SHARE = 8, 0.15
"""Turns, and share of them that asks, from which those of a talk need not end so: people who chat save full stops."""
ENDS = frozenset(".。!！?？…—–-:：,，;；~～")
ANSWERED = 0.3
"""Share of the unlabelled answers below one speaker's questions that must speak of I and we."""


class LabelScore(msgspec.Struct, frozen=True, gc=False):
    """One key, where it stands, and how much speaks for it."""

    key: str
    places: tuple[int, ...]
    score: float
    asking: int
    speaking: float
    ended: float
    named: bool

    @property
    def confidence(self) -> float:
        """The score on a logistic scale, 0.5 at the threshold."""
        return confidence(self.score)


class SpeakerLabels(msgspec.Struct, frozen=True, gc=False):
    """The labels that are speakers', by the index of their unit, and how sure each key is; `doubtful` nearly were."""

    hits: dict[int, LabelCandidate]
    confidences: dict[str, float]
    doubtful: tuple[LabelCandidate, ...] = ()


def confidence(score: float) -> float:
    """How sure a label with this sum of evidence is."""
    value = 1 / (1 + math.exp(-STEEP * (score - ACCEPTED)))
    return round(min(max(value, LEAST_CONFIDENCE), MOST_CONFIDENCE), 2)


def select_speaker_labels(hits: Mapping[int, LabelCandidate], given: Sequence[Block]) -> SpeakerLabels:
    """Of the possible labels (by index of their unit) those that are speakers'."""
    voices = _voices(hits, given)
    problems = {voice.key for voice in voices if _problem(voice, hits)}
    if problems:
        hits = {i: hit for i, hit in hits.items() if hit.key not in problems}
        voices = _voices(hits, given)
    taken = [voice for voice in voices if _accepted(voice, hits)]
    if not _talk(taken, hits, given):
        told = {i: hit for i, hit in hits.items() if hit.told}
        known = {hit.key: MOST_CONFIDENCE for hit in told.values()}
        nearly = _nearly(taken, hits)
        if told:
            _join(told, known, hits, given, voices)
            nearly = tuple(hit for hit in nearly if hit.key not in known)
        return SpeakerLabels(dict(sorted(told.items())), known, nearly)
    sure = {i: hits[i] for voice in taken for i in voice.places}
    confidences = {voice.key: voice.confidence for voice in taken}
    _adopt(sure, confidences, hits, given, {voice.key: voice for voice in voices})
    _join(sure, confidences, hits, given, voices)
    return SpeakerLabels(dict(sorted(sure.items())), confidences)


def _problem(voice: LabelScore, hits: Mapping[int, LabelCandidate]) -> bool:
    """Whether a word that can be a question is none here: without numbers, and nothing is asked behind most of it."""
    said = cue_of(hits[voice.places[0]].text)
    if said is None or not said.asking or 2 * voice.asking >= min(len(voice.places), SAMPLE):
        return False
    return not any(hits[i].text[-1].isdigit() or hits[i].beside for i in voice.places)


def _accepted(voice: LabelScore, hits: Mapping[int, LabelCandidate]) -> bool:
    first = hits[voice.places[0]]
    if first.told:
        return True
    if first.form in {"blanks", "heading"} and len(voice.places) < 3:
        return False
    recurs = len(voice.places) > 1 or first.kind in {"asks", "answers", "moderates"}
    return recurs and voice.score >= ACCEPTED


def _nearly(taken: Sequence[LabelScore], hits: Mapping[int, LabelCandidate]) -> tuple[LabelCandidate, ...]:
    return tuple(hits[voice.places[0]] for voice in taken if not hits[voice.places[0]].told)


def _voices(hits: Mapping[int, LabelCandidate], given: Sequence[Block]) -> list[LabelScore]:
    """Every key with the evidence for it."""
    places: dict[str, list[int]] = {}
    for i, hit in hits.items():
        places.setdefault(hit.key, []).append(i)
    order = list(hits)
    follows = {i: order[n + 1] if n + 1 < len(order) else None for n, i in enumerate(order)}
    before = {i: order[n - 1] if n else None for n, i in enumerate(order)}
    return [_voice(key, at, hits, given, follows, before) for key, at in places.items()]


def _voice(
    key: str,
    places: Sequence[int],
    hits: Mapping[int, LabelCandidate],
    given: Sequence[Block],
    follows: Mapping[int, int | None],
    before: Mapping[int, int | None],
) -> LabelScore:
    first = hits[places[0]]
    some = places if len(places) <= SAMPLE else [places[n * len(places) // SAMPLE] for n in range(SAMPLE)]
    bodies = [_words(i, hits, given) for i in some]
    count = len(some)
    asking = sum("?" in body or "？" in body for body in bodies)
    speaking = sum(SPEECH.search(body) is not None for body in bodies) / count
    others = answering = 0
    for i in some:
        above, below = before[i], follows[i]
        others += any(j is not None and hits[j].key != key for j in (above, below))
        if above is not None and hits[above].key != key:
            words = _words(above, hits, given)
            answering += "?" in words or "？" in words
        elif i > 0 and above != i - 1:
            answering += given[i - 1].asks
    sizes = sorted(len(body) * (1 if body.isascii() else 2) for body in bodies)
    size = sizes[count // 2]
    score = TOLD if first.told else CUE.get(first.kind or "", 0.0)
    score += min(RECURRENCE * math.log2(len(places)), MOST_RECURRENCE)
    score += ALTERNATION * others / count if len(places) > 1 else ALONE
    score += ASKING * asking / count + ANSWERING * answering / count + SPEAKING * speaking
    score += name_evidence(first)
    if not asking and 2 * answering < count and first.kind not in {"asks", "answers", "moderates"}:
        score += VALUE if size < SHORTEST else SHORT_VALUE if size < SHORT else 0.0
    timed = bool(first.beside)
    score += 0.0 if timed else SMALL * sum(body[:1].islower() or body[:1].isdigit() for body in bodies) / count
    score += ITEM * sum(given[i].item for i in some) / count
    ended = sum(map(_ended, bodies)) / count
    score += UNENDED * (1 - ended) * (1 - speaking)
    score += FORM[first.form]
    if all(given[i].level or given[i].bold or given[i].text.startswith("*") or hits[i].capitals for i in some):
        score += MARKED
    return LabelScore(key, tuple(places), round(score, 2), asking, speaking, ended, name_evidence(first) > 0)


def _ended(body: str) -> bool:
    """Whether words end as speech does, with a sentence or broken off; long ones were cut for reading."""
    body = body.rstrip(CLOSING_CHARS)
    return len(body) >= PROSE_COLUMNS or body[-1:] in ENDS or not body


def _words(i: int, hits: Mapping[int, LabelCandidate], given: Sequence[Block]) -> str:
    """What stands behind a label, or below one that stands alone."""
    body = given[i].text[hits[i].body : hits[i].body + READ]
    if not body.strip("*_ ") and i + 1 < len(given) and i + 1 not in hits:
        return given[i + 1].text[:READ]
    return body.lstrip("*_ ")


def name_evidence(hit: LabelCandidate) -> float:
    """What the label's own words say: a name, or ordinary words."""
    if hit.kind is not None:
        return 0.0
    text = hit.text
    if not text.isascii() and not text[0].isascii():
        return NAME if is_name(text.strip("《》 ")) or "·" in text else 0.0
    if hit.capitals:
        return NAME
    known = english.lexicon()
    words = [word.strip(".,'’()&/") for word in text.split()]
    odds = [known.capital(word.lower()) if word.lower() in known else 0.7 for word in words if len(word) > 1]
    if not odds:
        return 0.0
    return NAME if max(odds) > 0.6 else ORDINARY if max(odds) < 0.4 else 0.0


def _talk(taken: Sequence[LabelScore], hits: Mapping[int, LabelCandidate], given: Sequence[Block]) -> bool:
    """Whether the labels that may be speakers' are those of a talk: somebody asks, or they take turns."""
    turns = sum(len(voice.places) for voice in taken)
    if turns < 2:
        return False
    chosen = {i for voice in taken for i in voice.places}
    asking = sum(voice.asking for voice in taken)
    if asking < ASKED_TWICE:
        asking += sum(_asks_below(i, hits, given) for i in chosen)
        # Each of several reporters may ask once: their labels do not come again, that of who answers does.
        asking += sum(i not in chosen and i + 1 in chosen and given[i].asks for i in hits)
        # Questions without labels stand above the turns of who answers.
        asking += sum(i - 1 not in hits and i > 0 and given[i - 1].asks for i in chosen)
    kinds = {hits[voice.places[0]].kind for voice in taken}
    if len(taken) < 2:
        return asking >= ASKED_TWICE and _alone(taken[0], hits, given)
    # A medium and one person who take turns talk, even if the medium never asks; several media are a press review.
    takes_turns = not kinds.isdisjoint({"asks", "answers"}) or (len(taken) == 2 and kinds == {"outlet", None})
    few = turns < MANY or asking < ASKING_SHARE * turns
    if (
        few
        and not takes_turns
        and sum(max(voice.ended, voice.speaking) * len(voice.places) for voice in taken) < LEAST_ENDED * turns
    ):
        return False
    speaking = sum(voice.speaking * len(voice.places) for voice in taken) / turns
    # Where hardly anybody asks, those who talk must at least be called by names: `Problem:` and `Way out:` are none.
    named = any(voice.named or hits[voice.places[0]].kind is not None for voice in taken)
    asked = asking >= (1 if named else ASKING_SHARE * turns)
    return asked or takes_turns or (named and turns >= 4 and speaking >= 0.3 and (len(taken) > 2 or turns >= 6))


def _alone(voice: LabelScore, hits: Mapping[int, LabelCandidate], given: Sequence[Block]) -> bool:
    """Whether the one speaker who has a label talks to others who have none.

    Questions stand right above the turns, or the turns ask and what stands below them answers.
    """
    kind, count = hits[voice.places[0]].kind, len(voice.places)
    places = set(voice.places)
    above = sum(i > 0 and i - 1 not in places and given[i - 1].asks for i in places)
    if 2 * above >= count:
        return True
    below = [i + 1 for i in voice.places if i + 1 < len(given) and i + 1 not in hits]
    if kind == "asks":
        return bool(below)
    asks = sum(given[i].asks or "?" in given[i].text or "？" in given[i].text for i in voice.places)
    spoken = sum(any(FIRST_PERSON.search(unit.text) for unit in given[i : i + 2]) for i in below)
    return (
        kind != "answers" and 2 * asks >= count and spoken >= ANSWERED * max(len(below), 1) and 2 * len(below) >= count
    )


def _asks_below(i: int, hits: Mapping[int, LabelCandidate], given: Sequence[Block]) -> bool:
    """Whether a turn that goes on in unlabelled paragraphs ends in a question."""
    j = i + 1
    while j < len(given) and j not in hits and j <= i + 2:
        if given[j].asks:
            return True
        j += 1
    return False


def _adopt(
    sure: dict[int, LabelCandidate],
    confidences: dict[str, float],
    hits: Mapping[int, LabelCandidate],
    given: Sequence[Block],
    voices: Mapping[str, LabelScore],
) -> None:
    """Takes in labels that come once or are too weak alone, where the talk around them speaks for them."""
    first, last = min(sure), max(sure)
    keys = {hit.key for hit in sure.values()}
    kin = AliasIndex(keys)
    short = introduced_initials(hits.values())
    named = {short[key] for key in keys & short.keys()} | {few for few, key in short.items() if key in keys}
    full = unique_initials({hit.key for hit in hits.values()})
    named |= {full[key] for key in keys & full.keys()} | {few for few, key in full.items() if key in keys}
    asked_once = {hit.key for i, hit in hits.items() if i not in sure and hit.form == "mark" and given[i].asks}
    press = len(asked_once) > 1
    order = list(hits)
    behind = {i: order[n + 1] for n, i in enumerate(order[:-1])}
    form = _form(given, sure)
    starred = all(_starred(given[i]) for i in sure)
    for i, hit in hits.items():
        if i in sure:
            if hit.key in named and confidences[hit.key] < KNOWN:
                confidences[hit.key] = KNOWN
            continue
        within = first - 1 <= i <= last + 1
        near = first - NEAR <= i <= last + NEAR
        voice = voices[hit.key]
        asked = within and hit.form == "mark" and (given[i].asks or hit.kind == "outlet")
        # At a press conference somebody asks in a statement, too: what follows is the turn of who answers.
        answered = press and within and behind.get(i, -1) in sure and hit.form == "mark" and not given[i].item
        asked |= answered and len(given[i].text) - hit.body >= SHORT and given[i].ended and name_evidence(hit) >= 0
        alike = near and form is not None and _form_of(hit, given[i]) == form and not given[i].item
        alike &= name_evidence(hit) >= 0 or given[i].level > 0
        alike |= (
            within
            and starred
            and _starred(given[i])
            and hit.form == "mark"
            and name_evidence(hit) > 0
            and voice.speaking > 0
        )
        known = hit.key in named or bool(kin.of(hit.key)) or (first < i < last and hit.kind in CUED)
        if known or asked or (alike and (given[i].level or voice.score >= ACCEPTED - 3)):
            sure[i] = hit
            least = KNOWN if known else ALIKE if alike or hit.kind == "outlet" else ASKED
            confidences.setdefault(hit.key, max(least, voice.confidence))


def _join(
    sure: dict[int, LabelCandidate],
    confidences: dict[str, float],
    hits: Mapping[int, LabelCandidate],
    given: Sequence[Block],
    voices: Sequence[LabelScore],
) -> None:
    """Takes in labels that are set like one that the user names: who names one speaker says what a label looks like.

    They come again, and are names or speak; or they come once, and are names that speak.
    """
    layouts = {layout_of(given[i], hit) for i, hit in hits.items() if hit.told}
    if not layouts:
        return
    for voice in voices:
        alike = [i for i in voice.places if i not in sure and layout_of(given[i], hits[i]) in layouts]
        speaks = voice.asking > 0 or voice.speaking >= SPEAKS
        if alike and (speaks or voice.named if len(voice.places) > 1 else speaks and voice.named):
            sure.update((i, hits[i]) for i in alike)
            confidences.setdefault(voice.key, max(ALIKE, voice.confidence))


def _starred(unit: Block) -> bool:
    return unit.bold or unit.text.startswith("*")


def _form(given: Sequence[Block], places: Mapping[int, LabelCandidate]) -> str | None:
    """The typographic form that nearly all labels share, if it is one that prose has not."""
    forms = [_form_of(hit, given[i]) for i, hit in places.items() if not hit.anonymous]
    if not forms:
        return None
    most = max(set(forms), key=lambda form: (forms.count(form), form))
    return most if most and forms.count(most) >= 0.9 * len(forms) else None


def _form_of(hit: LabelCandidate, unit: Block) -> str:
    if unit.level:
        return f"h{unit.level}{hit.form}"
    if hit.form == "time":
        return "time"
    if hit.capitals and hit.form == "mark":
        return "capitals"
    return ""
