"""People: whom the document names, their surnames, and names beside a title."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

import msgspec
import regex

from mentions.index import Entry, Hit, straight
from mentions.knowledge import common_surnames, not_names, places, romanised_surnames, surnames, titles
from mentions.rules import PERSON, SURNAME, TITLED
from mentions.surroundings import (
    BEFORE,
    BEHIND,
    capital_before,
    capital_behind,
    is_han,
    word_behind,
)

WORD = r"\p{Lu}(?:[\p{Latin}\p{M}]++|['’]\p{Lu}[\p{Latin}\p{M}]++)(?:['’-]\p{Latin}[\p{Latin}\p{M}]++)*+"
PARTICLE = "(?:van|von|der|den|de|da|di|del|bin|ibn|al|el|la|le)"
FURTHER = rf"[ \u00a0](?:\p{{Lu}}\.[ ]|{PARTICLE}[ ]){{0,2}}{WORD}"
NAME = rf"(?:\p{{Lu}}\.[ ]?){{0,3}}(?:{PARTICLE}[ ]){{0,2}}{WORD}(?:{FURTHER}){{0,3}}"
FULL_NAME = regex.compile(NAME)
WORDS = regex.compile(WORD)
SMALL_WORDS = regex.compile(r"(?<![\p{L}\p{M}])\p{Ll}[\p{Latin}\p{M}'’-]*+")
HAN_NAME = regex.compile(r"\p{Han}{2,4}")
TRANSCRIBED = regex.compile(r"\p{Han}{1,6}(?:[·•]\p{Han}{1,6}){1,3}")

NOT_GIVEN = "说說地在的是也就还還从從对對向将將被把让讓及等了着著过過不这這那我你您他她它们們摄攝称稱曾"
"""Characters that a given name hardly has, and that often stand behind one."""
FOLLOWERS = f"{NOT_GIVEN}和与與为為于於表认認告介指报報问問答写寫带帶已正站坐走来來去到谈談看讲講"
PLACE_ENDINGS = "省市县縣区區镇鎮乡鄉村"
JOINERS = "的和与與及是由对對请請同跟为為据據让讓给給了在到问問见見说說、"


class People(msgspec.Struct, frozen=True):
    """Whom a document names: for each form of a name the agreed one, and for a surname whose it is."""

    names: Mapping[str, str]
    of_surname: Mapping[str, str]

    @property
    def words(self) -> frozenset[str]:
        """Every word of the names in Latin letters."""
        return frozenset(word for name in self.names for word in name.split(" "))


def people(names: Mapping[str, str]) -> People:
    """The people of these names, form to agreed form. A surname that two of them have is nobody's."""
    owners: dict[str, set[str]] = {}
    for form, name in names.items():
        if surname := surname_of(form):
            owners.setdefault(surname, set()).add(name)
    return People(names, {surname: min(found) for surname, found in owners.items() if len(found) == 1})


def surname_of(name: str) -> str:
    """`Orwick` of `Lena Orwick`, `Zhang` of `Zhang Wen`, 李 of 李明远, 奥尔 of 莱娜·奥尔; nothing of a single word."""
    if TRANSCRIBED.fullmatch(name):
        return name.replace("•", "·").rpartition("·")[2]
    if HAN_NAME.fullmatch(name):
        return name[:2] if name[:2] in surnames() and len(name) > 2 else name[:1]
    first, *others = name.split(" ")
    if not others:
        return ""
    return first if first in romanised_surnames() else others[-1]


def looks_like_one(name: str) -> bool:
    """Whether a name that stands where a person's may stand is a person's: `Lena Orwick`, not `Night Desk`."""
    if TRANSCRIBED.fullmatch(name):
        return True
    if HAN_NAME.fullmatch(name):
        return (
            (name[0] in surnames() or name[:2] in surnames())
            and not _begins_a_word(name)
            and not name.endswith((*titles("han", "behind"), *PLACE_ENDINGS))
        )
    return FULL_NAME.fullmatch(name) is not None and " " in name and not _holds_no_name(name)


def titled(text: str) -> Iterator[tuple[int, int]]:
    """Where a name stands beside a title: `Professor Ada Fern`, 李明远教授, 记者李明远."""
    for match in _english().finditer(text):
        start, end = match.span("name")
        if not BEFORE.match(text, match.start()) or not BEHIND.match(text, end):
            continue
        if match["title"].startswith("Dr") and capital_before(text, match.start()):
            continue  # a street: 12 Ocean Dr.
        if not _holds_no_name(match["name"]) and word_behind(text, end) not in not_names():
            yield start, end
    if text.isascii():
        return
    for match in _before_chinese().finditer(text):
        if not _begins_a_word(match["name"]):
            yield match.span("name")
    for match in _behind_chinese().finditer(text):
        if not _begins_a_word(match["name"]):
            yield match.span("name")


def named(text: str, titled: Iterable[tuple[int, int]], known: People) -> Iterator[Hit]:
    """The names beside titles: where the document knows the surname, in the full form."""
    for start, end in titled:
        name = straight(text[start:end])
        value = known.names.get(name) or known.of_surname.get(name, name)
        yield Hit(start, end, Entry(PERSON, value, TITLED.name, 0.85))


def surnames_alone(text: str, known: People) -> Iterator[Hit]:
    """`Orwick` where the document names Lena Orwick; not where the word is also another one."""
    own = {surname: name for surname, name in known.of_surname.items() if _says_enough(surname)}
    if not own:
        return
    seen = frozenset(SMALL_WORDS.findall(text))
    for match in WORDS.finditer(text):
        name = own.get(straight(match[0]))
        if name is None or match[0].lower() in seen:
            continue
        start, end = match.span()
        whole = BEFORE.match(text, start) and BEHIND.match(text, end)
        if whole and not capital_before(text, start) and not capital_behind(text, end):
            yield Hit(start, end, Entry(PERSON, name, SURNAME.name, 0.85))


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether a known name stands for itself here: not in `Lena Orwick Bridge`, and not two characters of a word."""
    if is_han(text, start):
        return end - start > 2 or not is_han(text, end) or text[end] in FOLLOWERS or _title_at(text, end)
    return word_behind(text, end) not in not_names()


def _title_at(text: str, at: int) -> bool:
    return text.startswith(titles("han", "behind"), at)


def _says_enough(surname: str) -> bool:
    """Whether a surname alone is nothing but a name: in Latin letters, no word, no place."""
    return surname[0] < "\u2e80" and surname not in common_surnames() | not_names() and surname not in places()


def _holds_no_name(name: str) -> bool:
    """Whether a word of an English name belongs to no person: `President Street`, `Ambassador China`."""
    words = name.replace("\u00a0", " ").split(" ")
    sure_places = {word for word in words if word in places() and not places()[word].doubtful}
    return bool(sure_places or not_names().intersection(words)) or not any(map(str.islower, name))


def _begins_a_word(name: str) -> bool:
    """Whether a Chinese name is the beginning of an everyday word, or of a place."""
    return any(name[:length] in not_names() or name[:length] in places() for length in (2, 3, 4)) or name in not_names()


@cache
def _english() -> regex.Pattern[str]:
    words = "|".join(map(regex.escape, titles("latin", "before")))
    return regex.compile(rf"(?P<title>{words})[ \u00a0](?P<name>{NAME})")


@cache
def _surname() -> str:
    double = [name for name in sorted(surnames()) if len(name) > 1]
    return rf"(?:{'|'.join(double)}|[{''.join(sorted(surnames() - set(double)))}])"


@cache
def _before_chinese() -> regex.Pattern[str]:
    """记者李明远报道: the name ends where no character stands, or one that a name does not have."""
    words = "|".join(titles("han", "before"))
    given = rf"[\p{{Han}}--[{NOT_GIVEN}]]{{1,2}}"
    return regex.compile(rf"(?:{words})(?P<name>{_surname()}{given})(?=\P{{Han}}|$|[{FOLLOWERS}])", regex.VERSION1)


@cache
def _behind_chinese() -> regex.Pattern[str]:
    """李明远教授, 李教授: behind a mark, or a character that joins words."""
    words = "|".join(titles("han", "behind"))
    given = rf"[\p{{Han}}--[{NOT_GIVEN}]]{{0,2}}?"
    return regex.compile(
        rf"(?<![\p{{Han}}·•--[{JOINERS}]])(?P<name>{_surname()}{given})(?:{words})(?![会會后後医醫傅级級])",
        regex.VERSION1,
    )
