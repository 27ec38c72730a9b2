"""Mutations of real documents: labels, brackets, front matter, marks and characters where no author would put them.

Every mutation takes a source of chance, a text and another text, and gives a text. The same seed gives the same
documents on every machine and in every Python version.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import TypeAlias

Mutation: TypeAlias = Callable[[Random, str, str], str]

PIECES: dict[str, list[str]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
"""What the mutations put in, by its kind."""
LINES = ("legends", "credits", "links", "titles", "questions", "breaks")
"""Kinds of pieces that are a line each."""
KINDS = tuple(PIECES)
ANYWHERE = ("links", "html", "marks", "characters", "characters", "breaks")
"""Kinds of pieces that may stand within a line."""
FENCES = (("---\n", "\n---\n"), ("+++\n", "\n+++\n"), ("---\n", "\n...\n"), ("---\n", "\n"), ("\ufeff---\n", "\n---\n"))
SCRIPTS = ((0x410, 0x44F), (0x621, 0x64A), (0xE01, 0xE30), (0x915, 0x939), (0xAC00, 0xAD00), (0x3041, 0x3096))
"""Letters of Cyrillic, Arabic, Thai, Devanagari, Hangul and kana."""
BRACKETS = "()[]{}<>（）【】［］《》〈〉「」『』“”‘’\"'«»‹›〔〕〖〗｛｝⟨⟩⁅⁆„‚"


def splice_label(chance: Random, text: str, _: str) -> str:
    """A speaker's label, in any form, at the start of some lines; or the same two in turn on all of them."""
    lines = text.split("\n")
    form = chance.choice(PIECES["labels"])
    if chance.random() < 0.5:
        for _again in range(chance.randint(1, 3)):
            at = chance.randrange(len(lines))
            lines[at] = _named(chance, form) + lines[at]
        return "\n".join(lines)
    two = [_named(chance, form), _named(chance, chance.choice((form, chance.choice(PIECES["labels"]))))]
    full = [i for i, line in enumerate(lines) if line.strip()]
    for n, at in enumerate(full[chance.randrange(3) :]):
        lines[at] = two[n % 2] + lines[at]
    return "\n".join(lines)


def _named(chance: Random, form: str) -> str:
    return form.replace("{}", chance.choice(PIECES["names"]), 1).replace("{}", chance.choice(PIECES["names"]))


def splice_line(chance: Random, text: str, other: str) -> str:
    """A line of its own: a legend, a credit, a reference, a title, a question, a line of the other document."""
    kind = chance.randrange(7)
    if kind == 6:
        line = chance.choice(other.split("\n"))
    else:
        line = chance.choice(PIECES[LINES[kind]])
    lines = text.split("\n")
    at = chance.choice((0, len(lines), chance.randint(0, len(lines))))
    lines[at:at] = [line]
    return "\n".join(lines)


def add_front_matter(chance: Random, text: str, _: str) -> str:
    """Keys above the article, between fences of several kinds or cut off."""
    opening, closing = chance.choice(FENCES)
    keys = [chance.choice(PIECES["front-matter"]) for _key in range(chance.randint(0, 5))]
    if chance.random() < 0.15:
        some = [(chance.choice(("subject", "author", "x")), chance.choice(PIECES["names"])) for _key in range(3)]
        keys = [f'[#]: {key}: "{value}"' for key, value in some]
        opening, closing = "", "\n"
    if chance.random() < 0.1:
        keys.append("description: " + " ".join(text.split()))
    return opening + "\n".join(keys) + closing + (text if chance.random() < 0.9 else "")


def add_brackets(chance: Random, text: str, _: str) -> str:
    """Brackets around a stretch, around next to nothing, nested, or without a partner."""
    first = chance.choice(BRACKETS[::2])
    last = chance.choice((BRACKETS[BRACKETS.index(first) + 1], "", chance.choice(BRACKETS)))
    depth = chance.choice((1, 1, 1, 2, 5))
    start = chance.choice((_line_start(chance, text), chance.randint(0, len(text))))
    if chance.random() < 0.5:
        inner = chance.choice(PIECES["inner"])
        return text[:start] + first * depth + inner + last * depth + text[start:]
    end = min(len(text), start + chance.choice((1, 5, 20, 100)))
    return text[:start] + first * depth + text[start:end] + last * depth + text[end:]


def insert_piece(chance: Random, text: str, _: str) -> str:
    """A link, a tag, an entity, a mark or an odd character, at the start of a line, at its end or anywhere."""
    for _again in range(chance.randint(1, 4)):
        piece = chance.choice(PIECES[chance.choice(ANYWHERE)])
        at = chance.choice((_line_start(chance, text), chance.randint(0, len(text)), len(text)))
        text = text[:at] + piece * chance.choice((1, 1, 1, 2, 3, 9)) + text[at:]
    return text


def replace_character(chance: Random, text: str, _: str) -> str:
    """Other characters in the place of some."""
    letters = list(text)
    for _again in range(chance.randint(1, 8)):
        letters[chance.randrange(len(letters))] = chance.choice(chance.choice((PIECES["marks"], PIECES["characters"])))
    return "".join(letters)


def cut(chance: Random, text: str, _: str) -> str:
    """A stretch is lost: characters, the end of a line, or whole lines."""
    kind = chance.randrange(3)
    if kind == 0:
        at = chance.randrange(len(text))
        return text[:at] + text[at + chance.choice((1, 2, 5, 30)) :]
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    if kind == 1:
        lines[at] = lines[at][: chance.randint(0, len(lines[at]))]
    else:
        del lines[at : at + chance.choice((1, 1, 3))]
    return "\n".join(lines)


def double(chance: Random, text: str, _: str) -> str:
    """A mark, a line, a paragraph or the whole is there twice, the second time perhaps with other case."""
    kind = chance.randrange(4)
    if kind == 0:
        return text + chance.choice(("", "\n", "\n\n")) + text
    if kind == 1:
        at = chance.randrange(len(text))
        return text[:at] + text[at] * chance.choice((2, 3, 20)) + text[at + 1 :]
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    some = lines[at : at + chance.choice((1, 1, 2, 6))]
    change = chance.choice((str, str.upper, str.lower, str.title, str.casefold, str.strip))
    where = chance.choice((at, at + len(some), len(lines)))
    lines[where:where] = [change(line) for line in some]
    return "\n".join(lines)


def change_case(chance: Random, text: str, _: str) -> str:
    """Some lines in capitals, small letters or with every word capitalised."""
    lines = text.split("\n")
    change = chance.choice((str.upper, str.lower, str.title, str.swapcase, str.casefold))
    for _again in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        lines[at] = change(lines[at])
    return "\n".join(lines)


def change_script(chance: Random, text: str, _: str) -> str:
    """The letters of some lines become those of another script."""
    first, last = chance.choice(SCRIPTS)
    lines = text.split("\n")
    for _again in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        lines[at] = "".join(chr(first + ord(c) % (last - first)) if c.isalpha() else c for c in lines[at])
    return "\n".join(lines)


def join(chance: Random, text: str, other: str) -> str:
    """The start of one document and the end of another; or lines of both in turn."""
    one, two = text.split("\n"), other.split("\n")
    if chance.random() < 0.7:
        return "\n".join(one[: chance.randint(0, len(one))] + two[chance.randint(0, len(two)) :])
    return "\n".join(line for pair in zip(one, two, strict=False) for line in pair)


def change_ends(chance: Random, text: str, _: str) -> str:
    """Other line ends everywhere or here and there; lines joined, wrapped, without blank ones between."""
    kind = chance.randrange(5)
    if kind == 0:
        return text.replace("\n", chance.choice(PIECES["breaks"]))
    if kind == 1:
        return "".join(chance.choice(PIECES["breaks"]) if c == "\n" and chance.random() < 0.2 else c for c in text)
    if kind == 2:
        return text.replace("\n", chance.choice((" ", "", "\u2028")))
    if kind == 3:
        width = chance.choice((1, 20, 40, 72))
        return "\n".join(line[i : i + width] for line in text.split("\n") for i in range(0, max(len(line), 1), width))
    return "\n".join(line for line in text.split("\n") if line.strip())


def add_version(chance: Random, text: str, other: str) -> str:
    """A talk of both documents, one below the other or in turn, in which people have one name or two in both."""
    names = [chance.choice(PIECES["names"]) for _name in range(4)]
    form = chance.choice(PIECES["labels"])
    sides = []
    for lines in (text.split("\n"), other.split("\n")):
        full = [line for line in lines if line.strip()][:12]
        sides.append([form.replace("{}", chance.choice(names)) + line for line in full])
    if chance.random() < 0.5:
        return "\n\n".join(line for pair in zip(*sides, strict=False) for line in pair)
    return "\n".join((*sides[0], *sides[1]))


def compose(chance: Random, text: str, _: str) -> str:
    """A few lines of the text, each between pieces of all kinds."""
    kept = [line for line in text.split("\n") if line.strip()][: chance.randint(0, 6)]
    lines = []
    for _line in range(chance.randint(1, 14)):
        some = [chance.choice(PIECES[chance.choice(KINDS)]) for _piece in range(chance.randint(0, 3))]
        line = "".join(_named(chance, piece) for piece in some)
        lines.append(line + chance.choice(kept) if kept and chance.random() < 0.5 else line)
    return chance.choice(("\n", "\n", "\n\n")).join(lines)


def shuffle(chance: Random, text: str, _: str) -> str:
    """The same lines in another order."""
    lines = text.split("\n")
    chance.shuffle(lines)
    return "\n".join(lines)


def indent(chance: Random, text: str, _: str) -> str:
    """Something before every line: an indent, a quotation mark, a number, a bullet."""
    before = chance.choice((" ", "    ", "\t", "\u3000\u3000", "> ", "- ", "* ", "1. ", "| ", "#", "## ", "**", "“"))
    after = chance.choice(("", "", "", "  ", "**", "”", "|", "\\"))
    return "\n".join(before + line + after if line.strip() else line for line in text.split("\n"))


def wrap_page(chance: Random, text: str, _: str) -> str:
    """The same as a page: each line an element."""
    tag = chance.choice(("p", "p", "p", "h2", "li", "b", "blockquote", "td", "dt", "pre", "a", "div", "span"))
    other = chance.choice(("p", "p", "h1", "h3", "dd", "strong", "em", "figcaption", "nav", "footer", "aside", "code"))
    body = "\n".join(
        f"<{name}>{line}</{name}>" for n, line in enumerate(text.split("\n")) for name in ((tag, other)[n % 2],)
    )
    return f"<!DOCTYPE html><html><head><title>{text[:30]}</title></head><body>{body}</body></html>"


MUTATIONS: tuple[Mutation, ...] = (
    *(splice_label, splice_label, splice_label, splice_line, splice_line, splice_line, add_front_matter),
    *(add_brackets, add_brackets, insert_piece, insert_piece, replace_character, cut, double, double, change_case),
    *(compose, change_script, join, add_version, change_ends, shuffle, indent),
)
PAGES = 0.1
"""Share of the documents that become pages."""


def _line_start(chance: Random, text: str) -> int:
    starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
    return chance.choice(starts)


def part(chance: Random, text: str, longest: int) -> str:
    """Some lines that follow one another, often from the top, `longest` characters at most."""
    start = 0 if chance.random() < 0.4 else _line_start(chance, text)
    size = int(longest ** chance.uniform(0.4, 1.0))
    return text[start : start + size]


def mutant(number: int, texts: Sequence[str], longest: int = 2000) -> str:
    """The mutated document of that number: never empty, and with something in it that is no blank."""
    chance = Random(number)
    text, other = (part(chance, chance.choice(texts), longest) or "x" for _ in range(2))
    for _again in range(chance.choice((1, 1, 2, 3, 4, 6))):
        text = chance.choice(MUTATIONS)(chance, text, other)[: 3 * longest] or "x"
    if chance.random() < PAGES:
        text = wrap_page(chance, text, other)
    return text if text.strip() else f"{text}x"


def mutants(first: int, count: int, texts: Sequence[str], longest: int = 2000) -> Iterator[tuple[int, str]]:
    """`count` mutated documents of `texts`, with their numbers, from number `first` on."""
    for number in range(first, first + count):
        yield number, mutant(number, texts, longest)


def texts_of(*folders: Path) -> list[str]:
    """The documents of some folders, in the order of their paths; what is not UTF-8 is left out."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in {".json", ".jsonl"}:
                text = path.read_bytes().decode("utf-8", "ignore")
                if text.strip():
                    found.append(text)
    return found
