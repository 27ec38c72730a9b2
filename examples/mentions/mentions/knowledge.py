"""What is known about names: the lists beside this file, each read once, when it is first needed."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import msgspec


class Place(msgspec.Struct, frozen=True):
    """A place: its name in the one agreed form, and whether the form that was looked up is also another word."""

    value: str
    doubtful: bool


def rows(name: str) -> Iterator[list[str]]:
    """The lines of a data file, split at tabs; comments and blank lines left out."""
    for line in files(__package__ or "").joinpath(name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def words(name: str) -> frozenset[str]:
    """The entries of a data file that has one a line."""
    return frozenset(entry for (entry,) in rows(name))


@cache
def places() -> Mapping[str, Place]:
    """Every form of every place."""
    found: dict[str, Place] = {}
    for english, *others in rows("places.tsv"):
        doubtful = len(others) > 2 and others[2] == "doubtful"
        forms = english.split("|")
        found |= {form: Place(forms[0], doubtful) for form in forms}
        found |= {form: Place(forms[0], doubtful=False) for column in others[:2] for form in column.split("|")}
    return {form: place for form, place in found.items() if form not in {"-", ""}}


@cache
def outlets() -> Mapping[str, str]:
    """Every form of every outlet that is known by name, with the agreed one."""
    found: dict[str, str] = {}
    for columns in rows("outlets.tsv"):
        forms = [form for column in columns for form in column.split("|") if form != "-"]
        found |= dict.fromkeys(forms, forms[0])
    return found


@cache
def outlet_words(script: str, *kinds: str) -> tuple[str, ...]:
    """The words of these kinds in `outlet-words.tsv`, longest first."""
    found = [word for of, kind, word in rows("outlet-words.tsv") if of == script and kind in kinds]
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


@cache
def titles(script: str, where: str) -> tuple[str, ...]:
    """Words for a person that stand `before` or `behind` the name, longest first."""
    found = [word for of, at, word in rows("titles.tsv") if of == script and at == where]
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


@cache
def surnames() -> frozenset[str]:
    """Chinese surnames, of one character or two."""
    return words("surnames.txt")


@cache
def romanised_surnames() -> frozenset[str]:
    """Chinese surnames in Latin letters."""
    return words("romanised-surnames.txt")


@cache
def common_surnames() -> frozenset[str]:
    """English surnames that are also words or first names."""
    return words("common-surnames.txt")


@cache
def not_names() -> frozenset[str]:
    """Words that look like a name, or like a part of one, and are none."""
    return words("not-names.txt")


@cache
def not_places() -> frozenset[str]:
    """Words that hold the name of a place and are not that place."""
    return words("not-places.txt")


@cache
def openers() -> frozenset[str]:
    """Words with a capital that only begin a sentence."""
    return words("openers.txt")


@cache
def behind_places() -> tuple[str, ...]:
    """What behind the name of a Chinese place makes it a part of another name."""
    return tuple(sorted(words("behind-places.txt")))
