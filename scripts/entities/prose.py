"""Clean text for the training data: paragraphs of prose, made richer in the characters that are written as entities."""

import random
import re
from collections.abc import Sequence

QUOTED = re.compile(r'"([^"\n]{1,300}?)"')
SINGLE_QUOTED = re.compile(r'(?<![\w"])"(\w[^"\n]{1,60}?)"(?!\w)')
LOOSE_DASH = re.compile(r" ([–—])(?=\w)")
"""A dash with a space on one side only; well set text has none."""
AND = re.compile(r"(?<=[a-z]{3}) and (?=[A-Z])")
WORDS = re.compile(r"(?<= )[a-z]{3,9}(?= [a-z])")
SENTENCE = re.compile(r"(?<=[.!?。！？])\s*")
VOWELS = {"a": "áàâä", "e": "éèêë", "i": "íîï", "o": "óôöø", "u": "úùûü", "n": "ñ", "c": "ç"}
LANGUAGE_SHARE = 0.06


def typographic(text: str, rng: random.Random) -> str:
    """Straight quotation marks and hyphens to typographic ones, of one kind in a text."""
    kind = rng.random()
    if kind < 0.45:
        opening, closing = rng.choice([("“", "”")] * 4 + [("«", "»")])
        text = QUOTED.sub(rf"{opening}\1{closing}", text)
        text = text.replace("'", "’")
    elif kind < 0.6:
        text = text.replace("'", "’")
    if rng.random() < 0.5:
        dash = rng.choice(("—", "—", " — ", "–", " – "))
        text = text.replace(" -- ", dash).replace("--", dash.strip()).replace(" - ", dash)
    text = LOOSE_DASH.sub(r"\1", text)
    if rng.random() < 0.5:
        text = text.replace("...", "…")
    return text


def enriched(text: str, phrases: Sequence[str], rng: random.Random) -> str:
    """The text with quotation marks, ampersands, names, sums and the like put in for some of its words."""
    words = list(WORDS.finditer(text))
    rng.shuffle(words)
    chosen = sorted(words[: max(1, len(words) // 14)], key=lambda match: -match.start())
    for word in chosen:
        text = text[: word.start()] + _put_in(word[0], phrases, rng) + text[word.end() :]
    if rng.random() < 0.5:
        text = AND.sub(" & ", text)
    elif rng.random() < 0.3:
        text = re.sub(r"(?<=[a-z]) and (?=[a-z])", " & ", text)
    if rng.random() < 0.15:
        text = in_another_language(text, rng)
    return text


def brief(text: str, phrases: Sequence[str], rng: random.Random) -> str:
    """A title or a line of a few words, with one to three phrases among them."""
    words = text.split(" ") if " " in text else [text[at : at + 2] for at in range(0, len(text), 2)]
    start = rng.randrange(len(words))
    parts = words[start : start + rng.randint(0, 6)]
    for _ in range(rng.choice((1, 1, 2, 3))):
        word = re.sub(r"\W", "", rng.choice(words)) or "word"
        parts.insert(rng.randint(0, len(parts)), _put_in(word, phrases, rng))
    return ("" if " " not in text and rng.random() < 0.7 else " ").join(parts)


def enriched_wide(text: str, phrases: Sequence[str], rng: random.Random) -> str:
    """Chinese text with quotation marks, sums and Latin names put in."""
    for _ in range(rng.choice((0, 1, 2, 3))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + filled(rng.choice(phrases), text[at : at + 3] or "word", rng) + text[at:]
    return text


def with_spaces(text: str, rng: random.Random) -> str:
    """The text with no-break spaces for some of its spaces, or more spaces after full stops or around lines."""
    if rng.random() < 0.15:
        text = re.sub(r" (?=\w)", lambda space: "\N{NO-BREAK SPACE}" if rng.random() < 0.06 else space[0], text)
    if rng.random() < 0.15:
        text = re.sub(
            r"(?<=[。！？])|(?<=[a-z]\. )", lambda _: "\N{NO-BREAK SPACE}" if rng.random() < 0.4 else "", text
        )
    if rng.random() < 0.1:
        text = re.sub(r"(?m)$", " ", text)
    if rng.random() < 0.2:
        indent = rng.choice(("\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE} ")) * rng.randint(1, 4)
        start = rng.choice(("", "", "<p>", "<div>", "@", "- "))
        text = "\n".join(start + indent + line for line in text.split("\n"))
    return text


def _put_in(word: str, phrases: Sequence[str], rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.45:
        return filled(rng.choice(phrases), word, rng)
    if kind < 0.6:
        return f'"{word}"' if rng.random() < 0.5 else f"'{word}'"
    if kind < 0.67:
        return f"{rng.choice(('$', '£', '€', 'US$', '$'))}{rng.randint(1, 900)}"
    if kind < 0.75:
        return rng.choice(("&", " & ")).join((rng.choice("ABCDEFGPQRST"), rng.choice("ABDEFMPRST")))
    if kind < 0.8:
        return f"{word} - {word}"
    if kind < 0.86:
        return f"{word}-{rng.randint(1950, 2030)}–{rng.randint(10, 99)}"
    if kind < 0.93:
        return f"{word.title()} & {rng.choice(('Sons', 'Co', 'Partners', word.title(), 'the', 'more'))}"
    return f"{word}...".replace("...", "…")


def filled(phrase: str, word: str, rng: random.Random) -> str:
    """A phrase with its slots filled: `{word}`, `{Word}`, `{CAPS}` and `{n}`."""
    caps = "".join(rng.choice("ABCDEFGHIKLMNOPRSTUW") for _ in range(rng.randint(2, 5)))
    return (
        phrase.replace("{word}", word).replace("{Word}", word.title()).replace("{CAPS}", caps)
        .replace("{n}", str(rng.randint(1, 99))).replace("{nn}", f"{rng.randint(10, 99)}")
        .replace("{year}", str(rng.randint(1900, 2030))).replace("{nnn}", f"{rng.randint(100, 999)}")
    )  # fmt: skip


def in_another_language(text: str, rng: random.Random) -> str:
    """The text with accents on some of its letters, as dense as French or Spanish have them."""
    return "".join(rng.choice(VOWELS[c]) if c in VOWELS and rng.random() < LANGUAGE_SHARE else c for c in text)


def piece(paragraphs: Sequence[str], rng: random.Random) -> str:
    """A document of the length of a snippet, a paragraph or an article."""
    kind = rng.random()
    first = rng.randrange(len(paragraphs))
    if kind < 0.5:
        sentences = [part for part in SENTENCE.split(paragraphs[first]) if part]
        at = rng.randrange(len(sentences))
        text = " ".join(sentences[at : at + rng.randint(1, 2)])
        if rng.random() < 0.5:
            text = _cropped(text, rng)
        return text
    if kind < 0.88:
        return paragraphs[first]
    return "\n".join(paragraphs[first : first + rng.randint(2, 5)])


def _cropped(text: str, rng: random.Random) -> str:
    """A part of a sentence, cut between words."""
    words = text.split(" ")
    if len(words) < 6:
        return text
    start = rng.randrange(len(words) - 4)
    return " ".join(words[start : start + rng.randint(4, 25)])
