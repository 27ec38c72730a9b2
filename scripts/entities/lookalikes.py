"""Makes sound text that looks like damage: numbers of things, colours, names in programs, text about entities, words.

Each family is made in more than one way, of phrases and of what natural documents hold, so that the measure can leave
out one way or the whole family.
"""

import random
import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from entities.prose import piece, typographic
from entities.sources import BARE_NUMBER, COLOUR, IDENTIFIER, Sources
from pipeline.stages.entities.entity_names import lost_names

LIKELY = (
    34, 38, 39, 34, 38, 39, 36, 145, 146, 147, 148, 150, 151, 160, 163, 8211, 8212, 8216, 8217, 8220, 8221, 8230, 169,
    174, 233,
)  # fmt: skip
"""Numbers that are both: those of issues and of marks."""
UNITS = ("2013", "2014", "2018", "2019", "201c", "201d", "2026", "2011")
PLACE = re.compile(r"(?<=[a-z]{3})[;,.] ")
WORD = re.compile(r"\b[a-z]{3,9}\b")
LAST_WORD = re.compile(r"(?<= )[a-z]{3,12}(?=[;,.] )")
ARTICLES = ("a", "an", "the", "his", "her", "my", "your", "our", "their", "its", "this", "one", "each", "every", "no")
NOUN = re.compile(rf"\b(?P<article>{'|'.join(ARTICLES)}) (?P<modifier>[a-z]{{3,12}} )?[a-z]{{3,12}}[;,.](?= )")
NOUNS = ("amp", "amp", "amp", "Amp", "preamp", "lamp", "stamp", "copy", "deg", "reg", "trade", "pound", "bull", "euro")
NAME_OR_NUMBER = re.compile(r"(?<= )(?:[A-Z][a-z]+|\d+)(?= )")
CONTEXT_CHARS, MAX_PROGRAM_CHARS = 300, 3_000
COMMON_NAMES = (
    "quot",
    "nbsp",
    "amp",
    "quot",
    "nbsp",
    "amp",
    "rsquo",
    "ldquo",
    "mdash",
    "ndash",
    "hellip",
    "times",
    "copy",
)


class Frames(msgspec.Struct, frozen=True):
    """The phrases and words of `frames.toml`."""

    phrases: list[str]
    phrases_wide: list[str]
    numbered: list[str]
    small_words: list[str]
    after_number: list[str]
    numbered_wide: list[str]
    after_number_wide: list[str]
    properties: list[str]
    between: list[str]
    about: list[str]
    called: list[str]
    does: list[str]
    types: list[str]
    names: list[str]
    statements: list[str]
    comments: list[str]

    @classmethod
    def read(cls) -> "Frames":
        """The phrases as they are in the file."""
        data = tomllib.loads(Path(__file__).with_name("frames.toml").read_text("utf-8"))
        return msgspec.convert(data, cls)


Maker = Callable[[Sources, Frames, random.Random], str]


# --- numbers


def number(rng: random.Random) -> int:
    """The number of an issue or the like, half of them numbers of marks."""
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(LIKELY)
    if kind < 0.8:
        return rng.randint(10, 400)
    return rng.randint(8190, 8260) if kind < 0.88 else rng.randint(400, 9999)


def with_number(text: str, frames: Frames, rng: random.Random) -> str:
    """The text with the number of something before one of its semicolons or commas."""
    places = [match.start() for match in PLACE.finditer(text)]
    if not places:
        return text
    at = rng.choice(places)
    word = rng.choice(WORD.findall(text) or ["item"])
    phrase = _filled(rng.choice(frames.numbered), frames, rng, w=word, W=word.title(), n=str(number(rng)))
    after = _filled(rng.choice(frames.after_number), frames, rng, m=str(number(rng)))
    return text[:at] + " " + phrase + after + text[at + 1 :]


def phrased_numbers(sources: Sources, frames: Frames, rng: random.Random) -> str:
    """Prose with the numbers of things."""
    if rng.random() < 0.12 and sources.chinese:
        text = piece(sources.chinese, rng)
        phrase = rng.choice(frames.numbered_wide).replace("{n}", str(number(rng)))
        phrase += rng.choice(frames.after_number_wide).replace("{m}", str(number(rng)))
        at = rng.randrange(len(text) + 1)
        return text[:at] + phrase + text[at:]
    text = piece(sources.english, rng)
    for _ in range(rng.choice((1, 2, 2, 4))):
        text = with_number(text, frames, rng)
    return typographic(text, rng)


def natural_numbers(sources: Sources, _frames: Frames, rng: random.Random) -> str:
    """The numbers of things in a natural document, with a semicolon after some of them."""
    text = _context(rng.choice(sources.numbered or ["see #39"]), BARE_NUMBER, rng)
    return BARE_NUMBER.sub(lambda _: f"#{number(rng)}" + (";" if rng.random() < 0.6 else rng.choice(",.) ")), text)


# --- colours


def phrased_styles(sources: Sources, frames: Frames, rng: random.Random) -> str:
    """Declarations of colours, alone, in a rule, in an attribute or after prose."""
    parts = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        value = rng.choice((f"#{number(rng)}", f"#{number(rng)}", "0 auto", "1.5em", "none", f"{rng.randint(1, 40)}px"))
        parts.append(f"{rng.choice(frames.properties)}{rng.choice(frames.between)}{value};")
    parts.insert(
        rng.randrange(len(parts) + 1), f"{rng.choice(frames.properties)}{rng.choice(frames.between)}#{number(rng)};"
    )
    text = rng.choice((" ", "", "\n  ")).join(parts)
    word = _word(sources, rng)
    kind = rng.random()
    if kind < 0.25:
        text = f"{rng.choice(('.', '#', '', 'a.'))}{word} {{ {text} }}"
    elif kind < 0.4:
        text = f'<{rng.choice(("p", "span", "div"))} style="{text}">'
    elif kind < 0.5:
        text = f"style='{text}'"
    return f"{piece(sources.english, rng)} {text}" if rng.random() < 0.3 else text


def natural_styles(sources: Sources, _frames: Frames, rng: random.Random) -> str:
    """The colours of a natural document, of digits only."""
    text = _context(rng.choice(sources.coloured or ["color: #345;"]), COLOUR, rng)
    return COLOUR.sub(lambda found: f"#{number(rng)}" if rng.random() < 0.8 else found[0], text)


# --- text about entities


def made_about(sources: Sources, frames: Frames, rng: random.Random) -> str:
    """Text about entities, alone or beside prose."""
    names = [*lost_names(), "amp"]

    def entity() -> str:
        kind = rng.random()
        if kind < 0.6:
            return rng.choice((*COMMON_NAMES, rng.choice(names))) + ";"
        return f"#{number(rng)};" if kind < 0.9 else f"#x{number(rng):x};"

    parts = []
    for _ in range(rng.choice((1, 1, 2))):
        frame = rng.choice(frames.about)
        parts.append(
            _filled(
                frame,
                frames,
                rng,
                w=_word(sources, rng),
                e=entity(),
                f=entity(),
                n=str(number(rng)),
                m=str(number(rng)),
            )
        )
    if rng.random() < 0.5:
        parts.insert(rng.randrange(2), piece(sources.english, rng))
    return " ".join(parts)


# --- programs


def phrased_programs(sources: Sources, frames: Frames, rng: random.Random) -> str:
    """Statements with names like those of entities."""
    entity = rng.choice(names_of_entities())
    lines = []
    for _ in range(rng.choice((1, 1, 2, 4, 6))):
        frame = rng.choice(frames.statements)
        values = {slot: _filled(rng.choice(frames.names), frames, rng) for slot in "xy"}
        frame = _filled(frame, frames, rng, t=rng.choice(frames.types), **values) + rng.choice(frames.comments)
        lines.append(_with_words(frame, entity, sources, rng))
    return rng.choice((" ", "\n", "\n    ", "", "\n\t")).join(lines)


def natural_programs(sources: Sources, _frames: Frames, rng: random.Random) -> str:
    """Some lines of a program in which a few names end like that of an entity."""
    program = rng.choice(sources.programs)
    lines = program.split("\n")
    places = [i for i, line in enumerate(lines) if IDENTIFIER.search(line)]
    size = rng.choice((1, 1, 2, 5, 20))
    first = max(0, rng.choice(places) - rng.randrange(size))
    text = "\n".join(lines[first : first + size])
    if len(text) > MAX_PROGRAM_CHARS:  # a program without line ends
        start = rng.randrange(len(text) - MAX_PROGRAM_CHARS)
        text = text[start : start + rng.choice((200, 800, MAX_PROGRAM_CHARS))]
    elif rng.random() < 0.2:
        text = re.sub(r"\s+", rng.choice((" ", "")), text)
    return _renamed(text, rng.choice(names_of_entities()), rng.choice((0.2, 0.5, 0.9)), rng)


def names_of_entities() -> list[str]:
    """Names of entities, the common ones more than once, and words that end like one."""
    return [*lost_names(), *COMMON_NAMES * 6, "ramp", "timeRamp", "clamp", "timestamp"]


def _renamed(program: str, entity: str, share: float, rng: random.Random) -> str:
    """The program with that share of the names before a semicolon like the name of an entity."""

    def name(found: re.Match[str]) -> str:
        if rng.random() >= share:
            return found[0]
        kind = rng.random()
        if kind < 0.4:
            return entity
        if kind < 0.6:
            return f"{found[0]}_{entity}"
        return found[0] + (entity.title() if kind < 0.75 else entity)

    return IDENTIFIER.sub(name, program)


# --- words


def nouns(sources: Sources, _frames: Frames, rng: random.Random) -> str:
    """Prose in which a noun before a semicolon is the name of an entity, or ends like one."""
    text = piece(sources.english, rng)
    for _ in range(rng.choice((1, 1, 3))):
        places = list(NOUN.finditer(text))
        kind = rng.random()
        article, modifier = rng.choice(ARTICLES), f"{_word(sources, rng)} " if kind < 0.4 else ""
        if places:
            place = rng.choice(places)
            before, rest = text[: place.start()], text[place.end() :]
            article, modifier = place["article"], modifier or place["modifier"] or ""
        else:
            before, rest = text + " ", " " + _word(sources, rng)
        if kind < 0.2:
            article, modifier = str(rng.randint(1, 90)), ""
        elif kind < 0.3:
            modifier = modifier.title()
        if kind > 0.6:
            rest = rest[:1] + rest[1:2].upper() + rest[2:]
        text = f"{before}{article} {modifier}{rng.choice(NOUNS)};{rest}"
    return text


def numbered_names(sources: Sources, _frames: Frames, rng: random.Random) -> str:
    """Prose with names of files, models and gates that end in `u` and four digits."""
    text = piece(sources.english, rng)
    for _ in range(rng.choice((1, 1, 3))):
        places = list((LAST_WORD if rng.random() < 0.5 else NAME_OR_NUMBER).finditer(text))
        if not places:
            return f"{_word(sources, rng)} u{rng.choice(UNITS)} {_word(sources, rng)}"
        place = rng.choice(places)
        stem = rng.choice(
            (
                "u",
                "U",
                "u",
                rng.choice(sources.words_in_u),
                rng.choice(sources.words_in_u).title(),
                f"{_word(sources, rng)}-u",
            )
        )
        code = rng.choice(UNITS) if rng.random() < 0.8 else str(rng.randint(2010, 2029))
        tail = rng.choice(("", "", "", ".txt", ".pdf", "/", ";", ","))
        kept = f"{place[0]} " if rng.random() < 0.3 else ""
        text = text[: place.start()] + kept + stem + code + tail + text[place.end() :]
    return text


FAMILIES: dict[str, Maker] = {
    "numbers-phrased": phrased_numbers,
    "numbers-natural": natural_numbers,
    "styles-phrased": phrased_styles,
    "styles-natural": natural_styles,
    "about": made_about,
    "programs-phrased": phrased_programs,
    "programs-natural": natural_programs,
    "words-nouns": nouns,
    "words-numbered": numbered_names,
}
"""What makes each kind; the name of its family is before the hyphen."""


# --- slots


def _filled(frame: str, frames: Frames, rng: random.Random, **values: str) -> str:
    """A frame with its slots filled; `{p}`, `{k}` and `{v}` are of lists."""
    for slot, words in (("{p}", frames.small_words), ("{k}", frames.called), ("{v}", frames.does)):
        while slot in frame:
            frame = frame.replace(slot, rng.choice(words), 1)
    for slot, value in values.items():
        frame = frame.replace("{" + slot + "}", value)
    return frame


def _with_words(frame: str, entity: str, sources: Sources, rng: random.Random) -> str:
    frame = frame.replace("{e}", entity).replace("{E}", entity.title()).replace("{n}", str(rng.randint(0, 99)))
    while "{w}" in frame or "{W}" in frame:
        word = _word(sources, rng)
        frame = frame.replace("{w}", word, 1).replace("{W}", word.title(), 1)
    return frame.replace("{{", "{").replace("}}", "}")


def _word(sources: Sources, rng: random.Random) -> str:
    """A word of the prose."""
    words: Sequence[str] = WORD.findall(rng.choice(sources.english)) or ["value"]
    return rng.choice(words)


def _context(text: str, pattern: re.Pattern[str], rng: random.Random) -> str:
    """The lines around one of the places that the pattern finds."""
    place = rng.choice(list(pattern.finditer(text)))
    before = rng.choice((0, 0, CONTEXT_CHARS))
    start = text.rfind("\n", 0, max(0, place.start() - before)) + 1
    end = text.find("\n", place.end() + before)
    return text[start : end if end >= 0 else len(text)][: 4 * CONTEXT_CHARS]
