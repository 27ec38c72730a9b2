"""Builds `dictionary.marisa` of `pipeline/lexicon/`: rare words that look like two. Same lists, same bytes.

    python scripts/build_dictionary.py --ordinary LIST ... --large LIST ... [--wordnet FOLDER]

A list has a word a line (SCOWL, https://wordlist.aspell.net, as the packages `wamerican-large`, `wbritish-large`,
`wamerican-huge` and `wbritish-huge` of Debian have it); FOLDER holds the index files of WordNet 3.0
(https://wordnet.princeton.edu, `wordnet-base`). Words that the lexicon knows as such are left out, for nothing splits
them. Of those that it takes for two words run together (`seethe`), only the ones in the ordinary dictionaries are kept:
the large ones also have slips such as `aswell`.
"""

import argparse
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import marisa_trie

from pipeline.lexicon import english

MIN_ZIPF = 2.5
"""Zipf frequency of both halves from which a word looks like two. With 2.0 the file is a fourth larger, and no text of
the benchmarks gains."""
ONE_LETTER_WORDS = frozenset("ai")
WORD = re.compile(r"[a-z]{3,40}")


def main() -> None:
    """Reads the lists, writes the trie."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ordinary", type=Path, nargs="+", required=True)
    parser.add_argument("--large", type=Path, nargs="+", required=True)
    parser.add_argument("--wordnet", type=Path)
    parser.add_argument("--to", type=Path, default=Path("pipeline/lexicon/dictionary.marisa"))
    options = parser.parse_args()
    ordinary = set(words_of(options.ordinary))
    lemmas = wordnet(options.wordnet) if options.wordnet else ()
    everything = {*ordinary, *words_of(options.large), *lemmas}
    kept = sorted(word for word in everything if is_kept(word, is_ordinary=word in ordinary))
    marisa_trie.Trie(kept).save(str(options.to))
    print(f"{len(kept)} of {len(everything)} words")


def is_kept(word: str, *, is_ordinary: bool) -> bool:
    """Whether a word looks like two and is none of the lexicon's; one that it takes for two must be ordinary."""
    facts = english.lexicon().facts(word)
    is_unknown = facts is None or (is_ordinary and facts.join_score > 0)
    return is_unknown and any(is_word(word[:cut]) and is_word(word[cut:]) for cut in range(1, len(word)))


def is_word(half: str) -> bool:
    """Whether half of a word is a word of its own."""
    return half in ONE_LETTER_WORDS or (len(half) > 1 and english.lexicon().zipf(half) >= MIN_ZIPF)


def words_of(files: Iterable[Path]) -> Iterator[str]:
    """The words in small letters of the lists."""
    for file in files:
        yield from (line for line in file.read_text("utf-8").split("\n") if WORD.fullmatch(line))


def wordnet(folder: Path) -> Iterator[str]:
    """The lemmas of WordNet that are one word."""
    for file in sorted(folder.glob("index.*")):
        lemmas = (line.split(" ", 1)[0] for line in file.read_text("latin-1").split("\n") if not line.startswith(" "))
        yield from (lemma for lemma in lemmas if WORD.fullmatch(lemma))


if __name__ == "__main__":
    main()
