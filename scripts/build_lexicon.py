"""Builds `pipeline/lexicon/` from public word frequencies and English prose. Same sources, same bytes.

    python scripts/build_lexicon.py CORPUS.txt.xz... [--to pipeline/lexicon]

Sources:
- `wordfreq` 3.1.1 (build-time only): its large English list, and its small lists of other languages. Code
  Apache-2.0, data CC BY-SA 4.0 (https://github.com/rspeer/wordfreq).
- one or more files of English prose, a paragraph a line, `.xz`: counts of words and of pairs of words.

What it writes (`pipeline/lexicon/__init__.py` reads it):
- `words.marisa`, `words.bytes`: every English word; for each its log probability and how often it is capitalised.
- `pairs.marisa`, `pairs.bytes`: pairs of words (`of the`) seen at least `PAIR_SEEN` times; log P(second | first).
- `joins.marisa`: words of the lists that are much rarer in edited prose than their two halves side by side
  (`ofthe`, `alot`): slips that the web makes so often that a list of frequent words has them.
- `foreign.marisa`: words of other languages in Latin script.
- `letters.bytes`: log P(letter | three letters before it) over all words: how much an unknown word looks like one.
"""

import argparse
import lzma
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import marisa_trie
import regex
import wordfreq

from pipeline.lexicon import ALPHABET, LETTER_STEP, ORDER, PAIR_STEP, STEP

TOKEN = regex.compile(r"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]+(?:['’][A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]+)*+|[^ ]")
WORD = regex.compile(r"[a-zà-öø-ɏḀ-ỿ]+(?:'[a-zà-öø-ɏḀ-ỿ]+)*+")

WORD_SEEN = 3
"""Times that a word unknown to wordfreq must stand in the corpora."""
PAIR_SEEN = 6
"""Times that a pair must stand in the corpora."""
DISCOUNT = 0.75
"""Absolute discounting (Ney, Essen and Kneser 1994): what every seen pair gives up to unseen ones."""
JOIN_AT_MOST = 5.5e-4
"""A word more frequent than this is no slip."""
JOIN_RATIO = math.log(1 / 2)
"""How much rarer than its two halves side by side a word must be to count as a join."""
NAME_SEEN, NAME_SHARE = 2, 0.8
"""A word capitalised inside sentences at least so often, and in such a share, is a name."""
LANGUAGES = ("cs", "da", "de", "es", "fi", "fil", "fr", "hu", "id", "is", "it", "lt", "lv", "ms", "nb", "nl",
             "pl", "pt", "ro", "sh", "sk", "sl", "sv", "tr", "vi", "ca")  # fmt: skip
FOREIGN_AT_LEAST = 2e-6


class Counts:
    """What the corpora hold: words, how often capitalised inside a sentence, pairs across one blank."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.words: Counter[str] = Counter()
        self.inside: Counter[str] = Counter()
        self.capitals: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()
        for path in paths:
            with lzma.open(path, "rt", encoding="utf-8", newline="\n") as lines:
                for line in lines:
                    self._add(line)
        self.total = self.words.total()

    def _add(self, line: str) -> None:
        tokens = TOKEN.findall(line.rstrip().replace("’", "'"))
        lowered = [token.lower() if token[0].isalpha() else "" for token in tokens]
        for token, before, word in zip(tokens[1:], lowered, lowered[1:], strict=False):
            if before and word:
                self.inside[word] += 1
                self.pairs[before, word] += 1
                if token[0].isupper():
                    self.capitals[word] += 1
        self.words.update(word for word in lowered if word)


def probabilities(counts: Counts) -> dict[str, float]:
    """A word's probability: half from wordfreq, half from the corpora. Of single letters only `a` and `i` are words."""
    listed = wordfreq.get_frequency_dict("en", wordlist="large")
    found = {}
    for word in {*listed, *counts.words}:
        seen, share = counts.words[word], listed.get(word, 0.0)
        if (share or seen >= WORD_SEEN) and WORD.fullmatch(word) and (len(word) > 1 or word in "ai"):
            found[word] = 0.5 * seen / counts.total + 0.5 * share
    return found


def joins(known: Mapping[str, float], counts: Counts) -> dict[str, float]:
    """Words that are really two, `alot`, with the probability that the corpora alone give them as one."""
    found = {}
    for word, probability in known.items():
        if len(word) < 3 or probability > JOIN_AT_MOST or "'" in word:
            continue
        if counts.capitals[word] >= NAME_SEEN and counts.capitals[word] > NAME_SHARE * counts.inside[word]:
            continue  # `Togo`, `Ingrid`
        beside = max(_beside(word[:i], word[i:], known, counts) for i in range(1, len(word)))
        # Joins come to wordfreq from the web, so its word counts for once at most.
        alone = counts.words[word] + 0.1 + min(0.2 * probability * counts.total, 1.0)
        if beside and math.log(alone / beside) < JOIN_RATIO:
            found[word] = alone / counts.total
    return found


def _beside(first: str, second: str, known: Mapping[str, float], counts: Counts) -> float:
    """How often two words stand side by side: as counted, or at a twentieth of what chance would give."""
    if first not in known or second not in known:
        return 0.0
    chance = min(0.05 * counts.total * known[first] * known[second], 0.9)
    return max(counts.pairs[first, second], chance)


def foreign(known: Mapping[str, float]) -> Iterator[str]:
    """Words of other languages in Latin script that English does not know."""
    for language in LANGUAGES:
        for word, share in wordfreq.get_frequency_dict(language, wordlist="small").items():
            if share >= FOREIGN_AT_LEAST and len(word) > 3 and word not in known and WORD.fullmatch(word):
                yield word


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
        table.append(min(255, round(-math.log(probability) * LETTER_STEP)))
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


def main() -> None:
    """Reads the corpora, writes the data, prints its sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent.parent / "pipeline" / "lexicon")
    options = parser.parse_args()
    counts = Counts(options.corpora)
    known = probabilities(counts)
    slips = joins(known, counts)
    followed: Counter[str] = Counter()
    for (first, _), seen in counts.pairs.items():
        followed[first] += seen
    words = {}
    for word, probability in (known | slips).items():
        capital = (counts.capitals[word] + 0.5) / (counts.inside[word] + 1)
        words[word] = bytes((step(math.log(probability), STEP), round(255 * capital)))
    pairs = {
        f"{a} {b}": bytes((step(math.log((seen - DISCOUNT) / followed[a]), PAIR_STEP),))
        for (a, b), seen in counts.pairs.items()
        if seen >= PAIR_SEEN and a in known and b in known
    }
    save(options.to, "words", words)
    save(options.to, "pairs", pairs)
    save(options.to, "joins", dict.fromkeys(slips, b""))
    save(options.to, "foreign", dict.fromkeys(foreign(known), b""))
    spelt = sorted(word for word in known.keys() - slips.keys() if all(letter in ALPHABET for letter in word))
    (options.to / "letters.bytes").write_bytes(letters(spelt))
    for path in sorted([*options.to.glob("*.marisa"), *options.to.glob("*.bytes")]):
        print(f"{path.name:16s} {path.stat().st_size:9,d} bytes")


if __name__ == "__main__":
    main()
