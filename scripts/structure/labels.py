"""Invented names for the speakers of a talk, and the labels that they are printed with."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from structure.talks import Turn

Words = Mapping[str, Sequence[str]]

STYLES = {
    "en": (
        *("full", "full", "full", "first", "first", "first", "surname", "initials", "initials", "lower-initials"),
        *(
            "letter",
            "capitals",
            "capital-first",
            "capital-surname",
            "honorific",
            "title",
            "role",
            "role",
            "outlet",
            "numbered",
        ),
        *("user", "affiliation", "mixed", "mixed", "named-initials", "original", "original"),
        *("pair",),
    ),
    "zh": (
        *("full", "full", "full", "full", "surname", "title", "title", "role", "role", "role", "outlet", "outlet"),
        *("heavenly", "numbered", "foreign", "affiliation", "mixed", "original", "original", "ask-answer", "initials"),
        *("pair",),
    ),
}
"""How names are printed, as often as they are listed."""
QUESTION_STYLES = frozenset({"role", "outlet", "ask-answer"})
"""Styles that name the two sides differently, so they need talks whose sides are known."""
HEAVENLY = "甲乙丙丁戊己庚辛"
NO_NAMES = frozenset({"Q", "A", "问", "答", "Host", "Guest", "主持人", "记者", "嘉宾"})


class Person(NamedTuple):
    """An invented person."""

    full: str
    given: str
    surname: str


class Labels(NamedTuple):
    """Who is who in a re-dressed talk."""

    printed: tuple[str, ...]
    """The label of each turn."""
    people: Mapping[str, Person]
    """By the key of the speaker in the talk."""
    host: Person
    """Who asks most; without sides, who speaks first."""
    guest: Person
    legend: tuple[tuple[str, str], ...]
    """Short labels and the full names, where the style shortens them."""
    renamed: Mapping[str, str]
    """Names in the words of the talk, and what to print instead."""


@cache
def words(language: str) -> Words:
    """The word lists of a language, `en` or `zh`; `en-other` and `zh-other` have those of texts that are no talk."""
    data: Mapping[str, Words] = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
    return data[language]


def speaker_keys(turns: Sequence[Turn]) -> list[str]:
    """Who speaks each turn: the label, or the side, or one of two people in turns."""
    return [turn.speaker or turn.side or f"speaker {at % 2}" for at, turn in enumerate(turns)]


def invent(random: Random, language: str, *, foreign: bool = False) -> Person:
    """A name of that language."""
    lists = words(language)
    if language == "en":
        given, surname = random.choice(lists["given"]), random.choice(lists["surnames"])
        return Person(f"{given} {surname}", given, surname)
    if foreign:
        full = random.choice(lists["foreign"])
        return Person(full, full.split("·")[0], full.split("·")[-1])
    given, surname = random.choice(lists["given"]), random.choice(lists["surnames"])
    return Person(surname + given, given, surname)


def draw_style(random: Random, language: str, *, sided: bool) -> str:
    """A style of names that a talk can be printed with."""
    return random.choice([style for style in STYLES[language] if sided or style not in QUESTION_STYLES])


def label_turns(turns: Sequence[Turn], style: str, language: str, random: Random) -> Labels:
    """Names for the speakers of a talk and the label of each turn, in one style."""
    keys = speaker_keys(turns)
    order = list(dict.fromkeys(keys))
    people = _people(order, language, random, foreign=style == "foreign")
    asked = [key for key, turn in zip(keys, turns, strict=True) if turn.side == "q"] or keys[:1]
    host = max(order, key=asked.count)
    guest = max((key for key in order if key != host), key=keys.count, default=host)
    askers = {key for key, turn in zip(keys, turns, strict=True) if turn.side == "q"} - {guest}
    if style == "original" and not all(_is_label(turn.speaker) for turn in turns):
        style = "full"
    short: dict[str, str] = {}
    taken: set[str] = set()
    for at, key in enumerate(order):
        label = key if style == "original" else _label(people[key], style, at, language, random, asks=key in askers)
        while label in taken and key not in askers:
            label = _distinct(label, people[key], len(taken), style)
        taken.add(label)
        short[key] = label
    if style == "pair" and len(order) > 2:
        two = [people[key] for key in order[:2]]
        glue = "和" if language == "zh" else random.choice([" and ", " & "])
        short[order[2]] = glue.join(person.full if language == "zh" else person.given for person in two)
    printed = [short[key] for key in keys]
    if style == "named-initials":
        printed = [
            f"{people[key].full} ({_initials(people[key])})" if key not in keys[:at] else _initials(people[key])
            for at, key in enumerate(keys)
        ]
    if style == "mixed":
        printed = _mixed(keys, people, language, random)
    legend = tuple((short[key], people[key].full) for key in order if style in {"initials", "letter", "surname"})
    renamed = {} if style == "original" else _renamed(order, people, language)
    return Labels(tuple(printed), people, people[host], people[guest], legend, renamed)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with the invented names in the place of the real ones."""
    if not names:
        return text
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<![A-Za-z])(?:{pattern})(?![A-Za-z])", lambda found: names[found[0]], text)


def _is_label(speaker: str | None) -> bool:
    return bool(speaker) and speaker not in {"q", "a"}


def _people(order: Iterable[str], language: str, random: Random, *, foreign: bool) -> dict[str, Person]:
    out: dict[str, Person] = {}
    taken: set[str] = set()
    for key in order:
        person = invent(random, language, foreign=foreign)
        for _ in range(20):
            if person.given not in taken and person.full not in taken:
                break
            person = invent(random, language)
        taken |= {person.given, person.full}
        out[key] = person
    return out


def _label(person: Person, style: str, at: int, language: str, random: Random, *, asks: bool) -> str:
    lists = words(language)
    match style:
        case "role":
            return random.choice(lists["hosts"] if asks else lists["guests"])
        case "outlet":
            return random.choice(lists["outlets"]) if asks else person.full
        case "affiliation":
            inside = random.choice(lists["affiliations"])
            if language == "zh":
                return f"{person.full}（{inside}）"
            return random.choice(
                [f"{person.full} ({inside})", f"{person.given} ({inside})", f"{person.full}, {inside}"]
            )
    return _chinese(person, style, at, random, asks=asks) if language == "zh" else _english(person, style, at, random)


def _initials(person: Person) -> str:
    return "".join(part[0] for part in re.split(r"[ \-]", person.full) if part[:1].isalpha()).upper()


def _english(person: Person, style: str, at: int, random: Random) -> str:
    initials = _initials(person)
    honorific = random.choice(words("en")["honorifics"])
    return {
        "first": person.given,
        "pair": person.given,
        "surname": person.surname,
        "initials": initials if at % 3 else initials + person.surname[1].upper(),
        "lower-initials": initials.lower(),
        "letter": person.given[0],
        "capitals": person.full.upper(),
        "capital-first": person.given.upper(),
        "capital-surname": person.surname.upper(),
        "honorific": f"{honorific} {person.surname}".upper(),
        "title": f"{honorific} {person.surname}",
        "numbered": f"Speaker {at + 1}",
        "user": random.choice(["{g}_{s}", "{g}{s}", "@{g}", "{g}{n}", "{s}-{g}"]).format(
            g=person.given.lower(), s=person.surname.lower()[:3], n=random.randint(2, 99)
        ),
    }.get(style, person.full)


def _chinese(person: Person, style: str, at: int, random: Random, *, asks: bool) -> str:
    return {
        "surname": person.surname[0],
        "title": person.surname + random.choice(words("zh")["honorifics"]),
        "heavenly": HEAVENLY[at % len(HEAVENLY)],
        "numbered": f"发言人{at + 1}",
        "ask-answer": person.surname[0] + ("问" if asks else "答"),
        "initials": "".join(random.choice("ABCDFGHJKLMSTWXYZ") for _ in range(random.choice([1, 2, 2, 3]))),
    }.get(style, person.full)


def _distinct(label: str, person: Person, taken: int, style: str) -> str:
    """Another label for somebody whose label is taken."""
    if style in {"initials", "letter", "lower-initials"}:
        extra = person.surname[len(label) % len(person.surname)] if len(label) < 4 else str(taken)
        return label + (extra.lower() if style == "lower-initials" else extra.upper())
    return person.full if label != person.full else f"{person.full} {taken}"


def _mixed(keys: Sequence[str], people: Mapping[str, Person], language: str, random: Random) -> list[str]:
    """The full name at first, later the surname or the first name."""
    seen: set[str] = set()
    later = random.choice(["surname", "given"])
    honorific = random.choice(words("zh")["honorifics"])
    out: list[str] = []
    for key in keys:
        person = people[key]
        if key not in seen:
            out.append(person.full)
        elif language == "zh":
            out.append(person.surname[0] if later == "surname" else person.surname + honorific)
        else:
            out.append(person.surname if later == "surname" else person.given)
        seen.add(key)
    return out


def _renamed(order: Iterable[str], people: Mapping[str, Person], language: str) -> dict[str, str]:
    """The speakers' real names, whole and in parts, and the invented ones."""
    out: dict[str, str] = {}
    for key in order:
        if key in NO_NAMES or len(key) < 3 - (language == "zh"):
            continue
        person = people[key]
        out[key] = person.full if language == "zh" or " " in key else person.given
        parts = key.split()
        if language == "en" and len(parts) > 1 and all(part[:1].isupper() and len(part) > 2 for part in parts):
            out.setdefault(parts[0].title() if parts[0].isupper() else parts[0], person.given)
            out.setdefault(parts[-1].title() if parts[-1].isupper() else parts[-1], person.surname)
        elif language == "en" and key.isupper():
            out.setdefault(key.title(), person.given)
    return {name: new for name, new in out.items() if name[:1].isupper() or language == "zh"}
