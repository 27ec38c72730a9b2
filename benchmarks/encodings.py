"""Encodings told apart: a generated set, ours beside what others use.

The set is made from the right texts of the samples, and from public documents where they are there: passages of 200
bytes and of 20 kB, in each encoding. A file is right when the text is right to the character; a broken byte must be
one U+FFFD. The same seed gives the same files.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import regex

from pipeline.text.decoding import DecodingError, decode

SEED = 20_250_318
SIZES = (200, 20_000)
FILES = 60
"""Files of each kind and size."""

ACCENTED = regex.compile(r"[aeounc]")
ACCENTS = {"a": "àâä", "e": "éèêë", "o": "ôö", "u": "ùûü", "n": "ñ", "c": "ç"}


class Case(NamedTuple):
    """A file, and what it says."""

    kind: str
    size: int
    data: bytes
    text: str


Detector = Callable[[bytes], str | None]


def report(root: Path, public: Path) -> None:
    """Prints the share of files that each detector reads right, and its median time."""
    cases = list(generated(root, public))
    kinds = list(dict.fromkeys(case.kind for case in cases))
    for size in SIZES:
        print(f"\nencodings, files of {size:,} bytes: percent read right; median us a file")
        columns = dict(detectors())
        print(f"  {'':32s}" + "".join(f"{name:>22s}" for name in columns))
        results = {name: _measured(detect, [c for c in cases if c.size == size]) for name, detect in columns.items()}
        for kind in [*kinds, "all"]:
            told = "".join(f"{100 * _share(result, kind):22.1f}" for result, _ in results.values())
            print(f"  {kind:32s}{told}")
        print(f"  {'median us':32s}" + "".join(f"{time_:22.0f}" for _, time_ in results.values()))


def _measured(detect: Detector, cases: Sequence[Case]) -> tuple[list[tuple[str, bool]], float]:
    right, times = [], []
    for case in cases:
        start = time.perf_counter_ns()
        text = detect(case.data)
        times.append((time.perf_counter_ns() - start) / 1000)
        right.append((case.kind, text == case.text))
    return right, statistics.median(times)


def _share(result: Sequence[tuple[str, bool]], kind: str) -> float:
    found = [right for name, right in result if kind in ("all", name)]
    return sum(found) / len(found)


def detectors() -> Iterator[tuple[str, Detector]]:
    """Ours, and those of the others that are installed."""
    yield "ours", _ours
    try:
        import charset_normalizer
    except ModuleNotFoundError:
        print("  charset-normalizer is not installed")
    else:
        yield "charset-normalizer", lambda data: _text(charset_normalizer.from_bytes(data).best())
    try:
        import chardet
    except ModuleNotFoundError:
        print("  chardet is not installed")
    else:
        yield "chardet", lambda data: _decoded(data, chardet.detect(data)["encoding"])
    from bs4 import UnicodeDammit

    yield "UnicodeDammit", lambda data: UnicodeDammit(data).unicode_markup


def _ours(data: bytes) -> str | None:
    try:
        return decode(data).text
    except DecodingError:
        return None


def _text(best: object) -> str | None:
    return None if best is None else str(best).removeprefix("\ufeff")


def _decoded(data: bytes, name: str | None) -> str | None:
    """As a user of a detector would read on: with U+FFFD for what cannot be read, without the mark."""
    try:
        return data.decode(name, "replace").removeprefix("\ufeff") if name else None
    except LookupError:
        return None


def generated(root: Path, public: Path) -> Iterator[Case]:
    """The set."""
    chance = random.Random(SEED)
    english, simplified, traditional = texts(root, public)
    for size in SIZES:
        for _ in range(FILES):
            yield _plain("GBK", "gbk", simplified, size, chance)
            yield _plain("GB18030, traditional", "gb18030", traditional, size, chance)
            yield _plain("Big5", "big5hkscs", traditional, size, chance)
            yield _plain("Windows-1252, English", "cp1252", english, size, chance, needs="“”‘’–—…é")
            yield _plain("Windows-1252, accents", "cp1252", [_accented(t, chance) for t in english], size, chance)
            for order in ("le", "be"):
                for name, source in (("English", english), ("Chinese", simplified)):
                    case = _plain("", f"utf-16-{order}", source, size, chance)
                    mark = "\ufeff".encode(f"utf-16-{order}")
                    yield case._replace(kind=f"UTF-16-{order.upper()} with mark, {name}", data=mark + case.data)
                    yield case._replace(kind=f"UTF-16-{order.upper()}, {name}")
            yield _broken("UTF-8, a broken byte, Chinese", simplified, size, chance)
            yield _broken("UTF-8, a broken byte, English", english, size, chance)
            yield _two("UTF-8 and GBK", ("utf-8", "gbk"), (english, simplified), size, chance)
            yield _two("UTF-8 and GBK, Chinese", ("utf-8", "gbk"), (simplified, simplified), size, chance)
            yield _two("UTF-8 and Windows-1252", ("utf-8", "cp1252"), (english, english), size, chance)
            yield _two("Big5 and UTF-8", ("big5hkscs", "utf-8"), (traditional, traditional), size, chance)


def texts(root: Path, public: Path) -> tuple[list[str], list[str], list[str]]:
    """Texts in English with marks that are not ASCII, in simplified and in traditional Chinese."""
    paths = [*sorted((root / "seeds").rglob("*.txt")), *sorted((public / "cases" / "raw").glob("*.txt"))]
    found: tuple[list[str], list[str], list[str]] = ([], [], [])
    for path in paths:
        try:
            text = path.read_bytes().decode("utf-8").replace("\r\n", "\n").removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
        han = len(regex.findall(r"\p{Han}", text))
        if han < 0.02 * len(text) and regex.search("[“”’—]", text):
            found[0].append(text)
        elif han > 0.5 * len(text):
            old = len(regex.findall("[這個們說時會來過學國]", text)) > len(
                regex.findall("[这个们说时会来过学国]", text)
            )
            found[1 + old].append(text)
    return found


def _passage(encoding: str, source: Sequence[str], size: int, chance: random.Random, needs: str = "") -> str:
    """Whole characters of a text, and of others where it is short, that can be written and have about `size` bytes."""
    for _ in range(1000):
        text = chance.choice(source)
        text = text.encode(encoding, "ignore").decode(encoding)
        start = chance.randrange(len(text))
        start = text.rfind(" " if text.isascii() else "\n", 0, start) + 1
        passage = text[start:] + "\n"
        while len(passage.encode(encoding)) < size:
            passage += chance.choice(source).encode(encoding, "ignore").decode(encoding) + "\n"
        passage = passage[:size]
        while len(passage.encode(encoding)) > size:
            passage = passage[: -max(1, (len(passage.encode(encoding)) - size) // 4)]
        if not passage.isascii() and (not needs or any(c in passage for c in needs)):
            return passage
    raise ValueError("no passage fits")


def _plain(kind: str, encoding: str, source: Sequence[str], size: int, chance: random.Random, needs: str = "") -> Case:
    if encoding.startswith("utf-16"):
        text = chance.choice(source)
        text = text[chance.randrange(max(1, len(text) - size // 2)) :]
        while len(text) < size // 2:
            text += "\n" + chance.choice(source)
        text = "".join(c for c in text[: size // 2] if c < "\ud800" or c > "\udfff")
        return Case(kind, size, text.encode(encoding), text)
    text = _passage(encoding, source, size, chance, needs)
    return Case(kind, size, text.encode(encoding), text)


def _accented(text: str, chance: random.Random) -> str:
    """English that looks like French or German: some letters with an accent."""
    return ACCENTED.sub(lambda m: chance.choice(ACCENTS[m[0]]) if chance.random() < 0.08 else m[0], text)


def _broken(kind: str, source: Sequence[str], size: int, chance: random.Random) -> Case:
    """A byte of a character was lost, or one was put in that belongs to none."""
    text = _passage("utf-8", source, size, chance)
    places = [i for i, c in enumerate(text) if c > "\x7f"]
    at = chance.choice(places)
    before, sign, behind = text[:at], text[at].encode(), text[at + 1 :]
    if chance.random() < 0.5:
        data, right = before.encode() + sign[:-1] + behind.encode(), before + "\ufffd" + behind
    else:
        data, right = before.encode() + sign + b"\xff" + behind.encode(), before + text[at] + "\ufffd" + behind
    return Case(kind, size, data, right)


def _two(
    kind: str,
    encodings: tuple[str, str],
    sources: tuple[Sequence[str], Sequence[str]],
    size: int,
    chance: random.Random,
) -> Case:
    """The lines of two passages in two encodings, one passage behind the other."""
    first = _passage(encodings[0], sources[0], size // 2, chance).strip("\n") + "\n"
    second = _passage(encodings[1], sources[1], size // 2, chance).strip("\n") + "\n"
    return Case(kind, size, first.encode(encodings[0]) + second.encode(encodings[1]), first + second)
