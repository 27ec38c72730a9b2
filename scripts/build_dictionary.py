"""Builds `dictionary.marisa` of `pipeline/lexicon/`: words of dictionaries that read like two. Same lists, same bytes.

    python scripts/build_dictionary.py --ordinary LIST ... --large LIST ... [--wordnet FOLDER]

A list has a word a line (SCOWL, https://wordlist.aspell.net, as the packages `wamerican-large`, `wbritish-large`,
`wamerican-huge` and `wbritish-huge` of Debian have it); FOLDER holds the index files of WordNet 3.0
(https://wordnet.princeton.edu, `wordnet-base`). Each word stands in sentences, and is kept if the segmentation would
split it there. Of words that the lexicon knows from running text, only those of the ordinary dictionaries are kept:
the large ones also have slips such as `aswell`.
"""

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import marisa_trie

from pipeline.lexicon import english
from pipeline.segmentation.score import missing_spaces

WORD = re.compile(r"[a-z]{3,40}")
SENTENCES = (
    "He saw the {} of it.",
    "They were {} and then left.",
    "It is a {} that we know.",
    "We {} in the old house.",
)
WORDS_OF_TEXT = 40
"""Words that are asked about in one text."""
MIN_CONFIDENCE = 0.2
"""Confidence of a missing space from which a word is kept. Beside other words it may be higher."""


def main() -> None:
    """Reads the lists, asks the segmentation, writes the trie."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ordinary", type=Path, nargs="+", required=True)
    parser.add_argument("--large", type=Path, nargs="+", required=True)
    parser.add_argument("--wordnet", type=Path)
    parser.add_argument("--to", type=Path, default=Path("pipeline/lexicon/dictionary.marisa"))
    options = parser.parse_args()
    ordinary = set(words_of(options.ordinary))
    known = english.lexicon()
    lemmas = wordnet(options.wordnet) if options.wordnet else ()
    everything = sorted({*ordinary, *words_of(options.large), *lemmas})
    split = list(split_words([word for word in everything if word in ordinary or word not in known]))
    marisa_trie.Trie(split).save(str(options.to))
    print(f"{len(split)} of {len(everything)} words would be split")


def words_of(files: Iterable[Path]) -> Iterator[str]:
    """The words in small letters of the lists."""
    for file in files:
        yield from (line for line in file.read_text("utf-8").split("\n") if WORD.fullmatch(line))


def wordnet(folder: Path) -> Iterator[str]:
    """The lemmas of WordNet that are one word."""
    for file in sorted(folder.glob("index.*")):
        lemmas = (line.split(" ", 1)[0] for line in file.read_text("latin-1").split("\n") if not line.startswith(" "))
        yield from (lemma for lemma in lemmas if WORD.fullmatch(lemma))


def split_words(words: Sequence[str]) -> Iterator[str]:
    """The words that the segmentation would split in one of the sentences."""
    for start in range(0, len(words), WORDS_OF_TEXT):
        group = words[start : start + WORDS_OF_TEXT]
        found: set[int] = set()
        for turn in range(len(SENTENCES)):
            found |= _split_in_text(group, turn)
        yield from (group[i] for i in sorted(found))


def _split_in_text(words: Sequence[str], turn: int) -> set[int]:
    """The places of the words that are split, each in the sentence whose turn it is."""
    frames = [SENTENCES[(turn + i) % len(SENTENCES)] for i in range(len(words))]
    text = "\n".join(frame.format(word) for frame, word in zip(frames, words, strict=True))
    line_starts, at = [], 0
    for frame, word in zip(frames, words, strict=True):
        line_starts.append(at + frame.index("{}"))
        at += len(frame) - 2 + len(word) + 1
    offsets = [space.at for space in missing_spaces(text) if space.inner and space.confidence >= MIN_CONFIDENCE]
    return {
        i
        for i, (start, word) in enumerate(zip(line_starts, words, strict=True))
        if any(start < offset < start + len(word) for offset in offsets)
    }


if __name__ == "__main__":
    main()
