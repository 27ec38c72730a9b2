"""What the examples of the stage `entities` are made of: prose, sound documents, programs."""

import itertools
import lzma
import random
import re
from functools import cached_property
from pathlib import Path

import msgspec

MAX_FILE_BYTES = 400_000
MAX_PARAGRAPHS = 200_000
MAX_DOCUMENTS = 1_000
"""Sound documents of one source."""
IDENTIFIER = re.compile(r"(?<![\w&])[a-zA-Z_]\w*(?=;)")
"""A name in a program before a semicolon."""
HAS_LOOKALIKE = re.compile(r"[A-Za-z\d][;；]|#\d|u20[0-2]|u002")
TEXT_SUFFIXES = frozenset(
    (
        ".py", ".js", ".css", ".c", ".h", ".md", ".rst", ".txt", ".html", ".htm", ".json", ".xml", ".yml", ".toml",
        ".cc", ".pm", ".pl", ".hpp", ".ts", ".sh", ".mjs", ".cpp",
    )
)  # fmt: skip
PROGRAM_SUFFIXES = frozenset((".c", ".h", ".js", ".css", ".cc", ".pm", ".pl", ".hpp", ".ts", ".mjs", ".cpp"))
"""Those of languages that end a statement with a semicolon."""


BARE_NUMBER = re.compile(r"#\d+\b[;,.)]?")
"""The number of something: `#17`."""
COLOUR = re.compile(r"#[\da-fA-F]{3,6}\b(?=[;,\s)])")
WORD_IN_U = re.compile(r"\b[A-Za-z]?[a-z]{1,8}u\b")


class Sources(msgspec.Struct, frozen=True, dict=True):
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
            chinese += [
                line.strip()
                for line in _read(file).split("\n")
                if len(line) > 30 and "http" not in line and "`" not in line
            ]
        rng.shuffle(chinese)
        documents = [(file.parent.name, _read(file)) for file in sorted(structure.glob("negatives/*/*"))]
        documents += documents_of(programs, rng)
        lookalike = [pair for pair in documents if HAS_LOOKALIKE.search(pair[1])]
        code = [_read(file) for file in sorted(programs.rglob("*")) if file.suffix in PROGRAM_SUFFIXES]
        return cls(english[:MAX_PARAGRAPHS], chinese, lookalike, [text for text in code if IDENTIFIER.search(text)])

    @cached_property
    def numbered(self) -> list[str]:
        """The documents with numbers of things."""
        return [text for _, text in self.documents if BARE_NUMBER.search(text)]

    @cached_property
    def coloured(self) -> list[str]:
        """The documents with colours."""
        return [text for _, text in self.documents if COLOUR.search(text)]

    @cached_property
    def words_in_u(self) -> list[str]:
        """The words of the prose that end in `u`: four digits after them look like an escape."""
        return sorted({word for text in self.english for word in WORD_IN_U.findall(text)}) or ["you"]


def documents_of(programs: Path, rng: random.Random) -> list[tuple[str, str]]:
    """Some documents of each folder of programs, with the name of the folder."""
    documents = []
    for folder in sorted(programs.iterdir()):
        files = [
            file
            for file in sorted(folder.rglob("*"))
            if file.is_file() and file.suffix in TEXT_SUFFIXES and file.stat().st_size < MAX_FILE_BYTES
        ]
        chosen = rng.sample(files, min(len(files), MAX_DOCUMENTS))
        documents += [(folder.name, _read(file)) for file in chosen]
    return documents


def _read(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace")
