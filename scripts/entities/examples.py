"""The examples that the stage `entities` learns from: damaged prose, and sound text with lookalikes."""

import itertools
import lzma
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from html.entities import codepoint2name
from pathlib import Path

import msgspec

from entities.damage import STYLES, Example, damaged
from entities.prose import enriched, enriched_wide, filled, piece, typographic, with_spaces
from pipeline.stages.entities.entity_names import lost_names

PER_STYLE = 750
PER_SOUND_KIND = 2_500
MAX_FILE_BYTES = 400_000
MAX_PARAGRAPHS = 60_000
WINDOW_LINES = 40
MAX_WINDOWS = 40
LIKELY = (
    34,
    38,
    39,
    34,
    38,
    39,
    36,
    145,
    146,
    147,
    148,
    150,
    151,
    160,
    163,
    8211,
    8212,
    8216,
    8217,
    8220,
    8221,
    8230,
    169,
    174,
    233,
)
"""Numbers that are both: those of issues and of marks."""
IDENTIFIER = re.compile(r"(?<![\w&])[a-zA-Z_]\w*(?=;)")
HAS_LOOKALIKE = re.compile(r"[A-Za-z\d][;；]|#\d|u20[0-2]|u002")
TEXT_SUFFIXES = frozenset(
    {
        ".py",
        ".js",
        ".css",
        ".c",
        ".h",
        ".md",
        ".rst",
        ".txt",
        ".html",
        ".htm",
        ".json",
        ".xml",
        ".yml",
        ".toml",
        ".cc",
        ".pm",
        ".pl",
    }
)


class Frames(msgspec.Struct, frozen=True):
    """The phrases of `frames.toml`."""

    phrases: list[str]
    phrases_wide: list[str]
    numbered: list[str]
    after_number: list[str]
    numbered_wide: list[str]
    after_number_wide: list[str]
    styles: list[str]
    about: list[str]
    programs: list[str]
    words: list[str]

    @classmethod
    def read(cls) -> "Frames":
        """The phrases as they are in the file."""
        data = tomllib.loads(Path(__file__).with_name("frames.toml").read_text("utf-8"))
        return msgspec.convert(data, cls)


class Sources(msgspec.Struct, frozen=True):
    """What examples are made of."""

    english: list[str]
    chinese: list[str]
    documents: list[tuple[str, str]]
    """Sound documents as they are, each with the name of its source."""
    programs: list[str]

    @classmethod
    def read(cls, prose: Path, structure: Path, programs: Path, rng: random.Random) -> "Sources":
        """Paragraphs of `prose`, talks and other documents of `structure`, and the files of `programs`."""
        english = []
        for file in sorted(prose.glob("*.xz")):
            with lzma.open(file, "rt", encoding="utf-8") as lines:
                english += [line.strip() for line in itertools.islice(lines, 200_000) if len(line) > 60]
        rng.shuffle(english)
        chinese = []
        for file in sorted(structure.glob("*/*-zh/*")) + sorted(structure.glob("documents/cnews*/*")):
            text = file.read_text("utf-8", "replace")
            chinese += [
                line.strip() for line in text.split("\n") if len(line) > 30 and "http" not in line and "`" not in line
            ]
        rng.shuffle(chinese)
        documents = [(file.parent.name, _read(file)) for file in sorted(structure.glob("negatives/*/*"))]
        documents += [
            (file.relative_to(programs).parts[0], _read(file))
            for file in sorted(programs.rglob("*"))
            if file.is_file() and file.suffix in TEXT_SUFFIXES and file.stat().st_size < MAX_FILE_BYTES
        ]
        lookalike = [pair for pair in documents if HAS_LOOKALIKE.search(pair[1])]
        code = [
            _read(file) for file in sorted(programs.rglob("*")) if file.suffix in (".c", ".h", ".js", ".css", ".cc")
        ]
        return cls(english[:MAX_PARAGRAPHS], chinese, lookalike, [text for text in code if IDENTIFIER.search(text)])


def _read(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace")


def examples(sources: Sources, seed: int) -> Iterator[Example]:
    """All examples, the same for the same seed and sources."""
    frames, rng = Frames.read(), random.Random(seed)
    yield from damaged_examples(sources, frames, rng)
    for kind, made in (
        ("numbers", made_numbers),
        ("styles", made_styles),
        ("about", made_about),
        ("programs", made_programs),
        ("words", made_words),
    ):
        for _ in range(PER_SOUND_KIND):
            text = made(sources, frames, rng)
            yield Example(text, (), text, kind)
    for source, text in sources.documents:
        for window in _windows(text, rng)[:MAX_WINDOWS]:
            yield Example(window, (), window, f"source:{source}")
    for paragraph in sources.english:
        if re.search(r"[a-z];|#\d", paragraph):
            yield Example(paragraph, (), paragraph, "prose")


def damaged_examples(sources: Sources, frames: Frames, rng: random.Random) -> Iterator[Example]:
    """Damaged prose of every style, among it some that also has lookalikes."""
    clean = [text for text in sources.english if not HAS_LOOKALIKE.search(text)]
    wide = [text for text in sources.chinese if not HAS_LOOKALIKE.search(text)]
    for style in STYLES:
        for _ in range(PER_STYLE):
            is_chinese = style.kind == "han" or rng.random() < 0.2
            text = piece(wide if is_chinese else clean, rng)
            if is_chinese:
                text = enriched_wide(text, frames.phrases_wide, rng)
            else:
                text = enriched(text, frames.phrases, rng)
                if rng.random() < 0.03:
                    text = with_number(text, frames, rng)
            text = with_spaces(typographic(text, rng), rng)
            if HAS_LOOKALIKE.search(text) and "#" not in text:
                continue
            yield damaged(text, style, rng)


def _windows(text: str, rng: random.Random) -> list[str]:
    """Parts of a document that hold a lookalike, some long and some of one line."""
    lines = text.split("\n")
    windows = []
    at = 0
    while at < len(lines):
        size = rng.choice((1, 3, 10, WINDOW_LINES))
        window = "\n".join(lines[at : at + size])
        if HAS_LOOKALIKE.search(window):
            windows.append(window)
        at += size
    rng.shuffle(windows)
    return windows


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
    places = [match.start() for match in re.finditer(r"(?<=[a-z]{3})[;,.] ", text)]
    if not places:
        return text
    at = rng.choice(places)
    word = (re.findall(r"[A-Za-z]+", text[:at]) or ["item"])[-1]
    phrase = rng.choice(frames.numbered).replace("{n}", str(number(rng))).replace("{w}", word)
    return text[:at] + " " + phrase + rng.choice(frames.after_number).replace("{m}", str(number(rng))) + text[at + 1 :]


def made_numbers(sources: Sources, frames: Frames, rng: random.Random) -> str:
    """Prose with numbers of issues, rooms or ranks."""
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


def made_styles(sources: Sources, frames: Frames, rng: random.Random) -> str:
    """Styles of pages, alone or after prose."""
    parts = [piece(sources.english, rng)] if rng.random() < 0.3 else []
    for _ in range(rng.choice((1, 1, 3))):
        n, m = (str(number(rng)) for _ in range(2))
        parts.append(_slots(rng.choice(frames.styles), sources, rng, n=n, m=m))
    return (" " if rng.random() < 0.5 else "\n").join(parts)


def made_about(sources: Sources, frames: Frames, rng: random.Random) -> str:
    """Text about entities, alone or beside prose."""
    names = [*lost_names(), "amp"]

    def entity() -> str:
        kind = rng.random()
        if kind < 0.6:
            return rng.choice(("quot", "nbsp", "amp", "rsquo", "ldquo", "mdash", "hellip", rng.choice(names))) + ";"
        return f"#{number(rng)};" if kind < 0.9 else f"#x{number(rng):x};"

    parts = [
        _slots(rng.choice(frames.about), sources, rng, e=entity(), f=entity()) for _ in range(rng.choice((1, 1, 2)))
    ]
    if rng.random() < 0.5:
        parts.insert(rng.randrange(2), piece(sources.english, rng))
    return " ".join(parts)


def made_programs(sources: Sources, frames: Frames, rng: random.Random) -> str:
    """Lines of programs with variables that are named like entities."""
    names = [
        *codepoint2name.values(),
        "quot",
        "nbsp",
        "amp",
        "quot",
        "nbsp",
        "hellip",
        "ndash",
        "mdash",
        "ramp",
        "timeRamp",
    ]
    name = rng.choice(names)
    if rng.random() < 0.5:
        return renamed(rng.choice(sources.programs), names, rng)
    lines = [_slots(rng.choice(frames.programs), sources, rng, e=name) for _ in range(rng.choice((1, 1, 3, 6)))]
    return rng.choice((" ", "\n", "\n    ")).join(lines)


def renamed(program: str, names: Sequence[str], rng: random.Random) -> str:
    """Some lines of a program in which a few variables end like the name of an entity."""
    lines = program.split("\n")
    first = rng.randrange(len(lines))
    text = "\n".join(lines[first : first + rng.choice((1, 1, 2, 5, 20))])

    def name(found: re.Match[str]) -> str:
        if rng.random() < 0.4:
            return found[0]
        chosen = rng.choice(names)
        kind = rng.random()
        if kind < 0.4:
            return chosen
        return f"{found[0]}_{chosen}" if kind < 0.7 else found[0] + chosen.title() if kind < 0.8 else found[0] + chosen

    return IDENTIFIER.sub(name, text)


def made_words(sources: Sources, frames: Frames, rng: random.Random) -> str:
    """Prose with a word before a semicolon that is also the name of an entity."""
    text = piece(sources.english, rng)
    for _ in range(rng.choice((1, 1, 3))):
        places = [match.start() for match in re.finditer(r"(?<=[a-z]{3})[;,.] ", text)]
        if not places:
            return text + " " + rng.choice(frames.words) + "; and then"
        at = rng.choice(places)
        taken = re.findall(r"[a-z]{3,}", text) or ["item"]
        word = filled(rng.choice(frames.words), rng.choice(taken), rng)
        if rng.random() < (0.35 if "amp" in word.lower() else 0.1):
            text = (
                text[:at]
                + " "
                + word
                + (
                    "; " + text[at + 2 : at + 3].upper() + text[at + 3 :]
                    if rng.random() < 0.7
                    else ";" + text[at + 1 :]
                )
            )
        else:
            text = text[:at] + " " + (word.title() if rng.random() < 0.15 else word) + ";" + text[at + 1 :]
    return text


def _slots(frame: str, sources: Sources, rng: random.Random, **values: str) -> str:
    """A frame with its slots filled; `{w}` is a word of the prose."""
    words: Sequence[str] = re.findall(r"[a-z]{3,9}", rng.choice(sources.english)) or ["value"]
    filled = frame.replace("{{", "{").replace("}}", "}").replace("{w}", rng.choice(words))
    for slot, value in values.items():
        filled = filled.replace("{" + slot + "}", value)
    return filled
