"""Texts and pages of any length, made of one or two kinds of pieces: inputs on which work may grow too fast.

A piece is a constant, or different each time, because caches would hide the cost of a repeated word.
"""

import random
import string
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle

Piece = str | Callable[[random.Random], str]

HAN = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多"
MARKS = ".,:;!?-–—…()[]{}\"'“”‘’《》「」【】（），。：；？！、·|/\\*#=_~^$%&@+<>"
BASE64 = string.ascii_letters + string.digits + "+/"


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=chance.randint(2, 9)))


def _name(chance: random.Random) -> str:
    return f"{_word(chance).capitalize()} {_word(chance).capitalize()}"


def _han(chance: random.Random) -> str:
    return "".join(chance.choices(HAN, k=chance.randint(1, 9)))


def _camel(chance: random.Random) -> str:
    return _word(chance) + "".join(_word(chance).capitalize() for _ in range(3)) + " "


def _dotted(chance: random.Random) -> str:
    return ".".join(chance.choices(string.ascii_uppercase, k=chance.randint(2, 5))) + ". "


def _sentence(chance: random.Random) -> str:
    words = [chance.choice(("the", "of", "and", "was", "in", _word(chance), _word(chance))) for _ in range(9)]
    return f"{' '.join(words).capitalize()}. "


def _han_sentence(chance: random.Random) -> str:
    return f"{_han(chance)}，{_han(chance)}。"


def _mojibake(chance: random.Random) -> str:
    text = chance.choice(("don’t", "“well”", "café – ", "naïve…", _han(chance)))
    return text.encode("utf-8").decode(chance.choice(("latin-1", "cp1252")), "replace") + " "


def _run(chance: random.Random, of: str, least: int = 1, most: int = 12) -> str:
    return "".join(chance.choices(of, k=chance.randint(least, most)))


PIECES: dict[str, Piece] = {
    # Words that are new each time.
    "words": lambda chance: f"{_word(chance)} ",
    "Words": lambda chance: f"{_word(chance).capitalize()} ",
    "WORDS": lambda chance: f"{_word(chance).upper()} ",
    "joined": lambda chance: f"{_word(chance)}of{_word(chance)} ",
    "letters": lambda chance: _run(chance, string.ascii_lowercase),
    "capitals": lambda chance: _run(chance, string.ascii_uppercase),
    "mixed-case": lambda chance: _run(chance, string.ascii_letters),
    "camel": _camel,
    "hyphens": lambda chance: f"{_word(chance)}-",
    "apostrophes": lambda chance: f"{_word(chance)}'",
    "snake": lambda chance: f"{_word(chance)}_",
    "options": lambda chance: f"--{_word(chance)} ",
    "dashed": lambda chance: f"-{_word(chance)} ",
    "dash-behind": lambda chance: f"{_word(chance)}— ",
    "accents": lambda chance: _run(chance, "àéîõüñçß") + " ",
    "years": lambda chance: f"in{chance.randint(1900, 2030)} ",
    "units": lambda chance: f"{_word(chance)}{chance.randint(1, 99)} ",
    "figures": lambda chance: f"{chance.randint(1, 99)}{_word(chance)} ",
    "dotted": _dotted,
    "stops": lambda chance: f"{_word(chance)}.",
    "commas": lambda chance: f"{_word(chance)},",
    "Stops": lambda chance: f"{_word(chance)}.{_word(chance).capitalize()} ",
    "cyrillic": lambda chance: _run(chance, "абвгдежзиклмнопрстуфхцчшщ") + " ",
    "arabic": lambda chance: _run(chance, "ابتثجحخدذرزسشصضطظعغفقكلمنهوي") + " ",
    "kana": lambda chance: _run(chance, "あいうえおかきくけこさしすせそ"),
    "hangul": lambda chance: _run(chance, "가나다라마바사아자차카타파하") + " ",
    # Digits, codes and links.
    "digit": "1",
    "digits": lambda chance: _run(chance, string.digits),
    "numbers": lambda chance: f"{chance.randint(0, 10**6):,} ",
    "hex": lambda chance: _run(chance, "0123456789abcdef", 30, 60) + " ",
    "base64": lambda chance: _run(chance, BASE64, 60, 76) + "\n",
    "base64-line": lambda chance: _run(chance, BASE64),
    "link": lambda chance: f"https://{_word(chance)}.org/{_word(chance)}?a={_word(chance)}&b=1#c ",
    "links-joined": lambda chance: f"https://{_word(chance)}.org/",
    "www": "www.",
    "address": lambda chance: f"{_word(chance)}@{_word(chance)}.com ",
    "at": "a@",
    "path": lambda chance: f"/{_word(chance)}",
    "backslashes": lambda chance: f"\\{_word(chance)}",
    "code": lambda chance: f"if ({_word(chance)} == {_word(chance)}[0]) {{ return x->{_word(chance)}(); }}\n",
    "json": lambda chance: f'{{"{_word(chance)}": "{_word(chance)}\\n", "a": [1, 2]}}, ',
    "times": lambda chance: f"{chance.randint(0, 23)}:{chance.randint(10, 59)} ",
    "dates": lambda chance: f"{chance.randint(1990, 2030)}年{chance.randint(1, 12)}月{chance.randint(1, 28)}日",
    "dates-en": lambda chance: f"Mar {chance.randint(1, 28)}, {chance.randint(1990, 2030)} ",
    # Entities, escapes and tags, whole and broken.
    "ampersand": "&",
    "amp": "&amp;",
    "amp-amp": "&amp;amp;amp;quot;",
    "quot": "quot;",
    "word-quot": lambda chance: f"quot;{_word(chance)}quot; ",
    "amp-lost": lambda chance: f"{_word(chance)}amp;{_word(chance)} ",
    "hash39": "#39;",
    "word39": lambda chance: f"{_word(chance)}#39;s ",
    "numeric": lambda chance: f"&#{chance.randint(1, 99999)};",
    "numeric-open": "&#",
    "numeric-x": "&#x",
    "long-numeric": "&#0000000000",
    "u0026": "u0026",
    "u-escape": "\\u",
    "u-escapes": lambda chance: f"\\u{chance.randint(0, 0xFFFF):04x}",
    "u-lost": lambda chance: f"u{chance.randint(0x4E00, 0x9FFF):04x}",
    "percent-u": lambda chance: f"%u{chance.randint(0, 0xFFFF):04x}",
    "percent": lambda chance: f"%{chance.randint(16, 255):02X}",
    "n-escape": "\\n",
    "less": "<",
    "greater": ">",
    "angle": "<>",
    "tag-open": "<a",
    "tags-nested": "<b>",
    "tags-closing": "</b>",
    "tags": lambda chance: f"<b>{_word(chance)}</b> ",
    "tag-attributes": '<a href="x" ',
    "tag-quote": '<a b="',
    "br": "<br>",
    "paragraphs": lambda chance: f"<p>{_word(chance)}</p>",
    "comment-open": "<!--",
    "comment": lambda chance: f"<!-- {_word(chance)} -->",
    "cdata": "<![CDATA[",
    "instruction": "<?",
    "script": "<script>",
    "bulletin": lambda chance: f"[b]{_word(chance)}[/b] ",
    "bulletin-open": "[url=",
    "bulletin-item": "[list][*]",
    "shortcode": lambda chance: f'[{_word(chance)} a="b"] ',
    "shortcode-open": '[a b="',
    "shortcode-end": "[/a_b]",
    "template": "{% a",
    "random-pairs": "。8 J& k# ]4 x7 Q\n",
    # Mojibake and odd characters.
    "mojibake": _mojibake,
    "a-hat": "â€™",
    "a-tilde": "Ã",
    "a-tildes": "Ã¢â‚¬",
    "ae": "æœ€",
    "cp1252": lambda chance: _run(chance, "ÃÂâ€™œžŸ¢£¥¦§¨©ª«¬®¯°±²³´µ¶"),
    "gbk": lambda chance: _han(chance).encode("gbk", "replace").decode("latin-1"),
    "utf8-gbk": lambda chance: _han(chance).encode("utf-8").decode("gbk", "replace"),
    "replacement": "\ufffd",
    "kuntakao": "锟斤拷",
    "nul": "\0",
    "controls": lambda chance: _run(chance, "".join(map(chr, range(1, 32)))),
    "combining": "\u0301",
    "combined": "e\u0301",
    "zero-width": "\u200b",
    "zero-width-word": lambda chance: f"{_word(chance)}\u200b",
    "joiners": "\u200d",
    "directions": "\u202e\u202c",
    "soft-hyphens": lambda chance: f"{_word(chance)}\xad",
    "no-break": "\xa0",
    "private": "\ue000",
    "emoji": "😀",
    "families": "👩‍👩‍👧",
    "fullwidth": lambda chance: _run(chance, "ＡＢＣａｂｃ１２３"),
    "ligatures": "ﬁ",
    "any": lambda chance: chr(chance.choice((chance.randint(32, 0xD7FF), chance.randint(0xE000, 0x1FFFF)))),
    # Blanks.
    "space": " ",
    "tab": "\t",
    "newline": "\n",
    "blank-lines": " \n\t\n",
    "wide-space": "\u3000",
    "return": "\r",
    "crlf": "a\r\n",
    "form-feed": "\f",
    "separators": "\u2028",
    "space-word": lambda chance: f"{_word(chance)}{' ' * chance.randint(1, 9)}",
    "space-comma": lambda chance: f"{_word(chance)} , ",
    # Marks.
    **{f"mark {mark}": mark for mark in MARKS},
    "marks": lambda chance: _run(chance, MARKS),
    "dots-spaced": ". ",
    "comma-joined": lambda chance: f"{_word(chance)},{_word(chance)} ",
    "quotes": lambda chance: f'"{_word(chance)}" ',
    "quotes-open": lambda chance: f'{_word(chance)} "',
    "quotes-joined": lambda chance: f'{_word(chance)}"{_word(chance)}"',
    "curly": lambda chance: f"“{_word(chance)}” ",
    "brackets": lambda chance: f"({_word(chance)}) ",
    "brackets-deep": "(a ",
    "square": lambda chance: f"[{_word(chance)}] ",
    "lenticular": lambda chance: f"【{_han(chance)}】",
    "titles": lambda chance: f"《{_han(chance)}》",
    "dashes-spaced": " - ",
    "rules": "-----\n",
    "equals": "=====\n",
    # Lists, headings, tables, Markdown.
    "list": lambda chance: f"- {_word(chance)}\n",
    "list-star": lambda chance: f"* {_word(chance)}\n",
    "list-numbers": lambda chance: f"{chance.randint(1, 99)}. {_name(chance)}\n",
    "list-inline": lambda chance: f"{chance.randint(1, 99)}. {_word(chance)} ",
    "list-han": lambda chance: f"{chance.choice(HAN)}、{_han(chance)}\n",
    "heading": lambda chance: f"## {_name(chance)}\n\n",
    "hashes": "# ",
    "bold": lambda chance: f"**{_word(chance)}** ",
    "bold-open": "**",
    "italic": lambda chance: f"*{_word(chance)}* ",
    "ticks": "`",
    "fence": "```\n",
    "table": lambda chance: f"| {_word(chance)} | {_word(chance)} |\n",
    "table-line": "| ",
    "markdown-link": lambda chance: f"[{_word(chance)}](https://{_word(chance)}.org) ",
    "markdown-image": lambda chance: f"![{_word(chance)}](x.png)\n",
    "link-open": "[a](",
    "link-label": "[a]: ",
    "notes": lambda chance: f"[{chance.randint(1, 99)}] ",
    "quoted-lines": lambda chance: f"> {_word(chance)}\n",
    "front-matter": lambda chance: f"---\ntitle: {_name(chance)}\ntags: [{_word(chance)}]\n---\n",
    "front-open": "---\n",
    "yaml": lambda chance: f"{_word(chance)}: {_word(chance)}\n",
    "yaml-list": lambda chance: f"  - {_word(chance)}\n",
    # Talks, credits and bylines.
    "Q": "Q: ",
    "QA": lambda chance: f"Q: {_sentence(chance)[:-2]}?\nA: {_sentence(chance)}\n",
    "QA-line": lambda chance: f"Q: {_word(chance)}? A: {_word(chance)}. ",
    "QA-han": lambda chance: f"问：{_han(chance)}？\n答：{_han(chance)}。\n",
    "QA-han-line": lambda chance: f"问：{_han(chance)}？答：{_han(chance)}。",
    "ask": "问：",
    "label-one": lambda chance: f"Ada Fern: {_sentence(chance)}\n",
    "label-two": lambda chance: f"{chance.choice(('Ada Fern', 'Daily Post'))}: {_sentence(chance)}\n",
    "labels-new": lambda chance: f"{_name(chance)}: {_sentence(chance)}\n",
    "labels-line": lambda chance: f"{_name(chance)}: {_word(chance)}. ",
    "labels-only": lambda chance: f"{_name(chance)}:\n",
    "labels-word": lambda chance: f"{_word(chance)}: {_word(chance)}\n",
    "labels-bare": "A:",
    "labels-han": lambda chance: f"{_han(chance)[:3]}：{_han_sentence(chance)}\n",
    "labels-han-line": lambda chance: f"{_han(chance)[:3]}：{_han(chance)}",
    "labels-bold": lambda chance: f"**{_name(chance)}:** {_sentence(chance)}\n",
    "labels-bracket": lambda chance: f"[{_name(chance)}] {_sentence(chance)}\n",
    "labels-lenticular": lambda chance: f"【{_han(chance)[:3]}】{_han_sentence(chance)}\n",
    "labels-dash": lambda chance: f"{_name(chance)} — {_sentence(chance)}\n",
    "labels-alone": lambda chance: f"{_name(chance)}\n{_sentence(chance)}\n\n",
    "labels-caps": lambda chance: f"{_name(chance).upper()}: {_sentence(chance)}\n",
    "names": lambda chance: f"{_name(chance)}\n",
    "names-and": lambda chance: f"{_name(chance)} and ",
    "names-han": lambda chance: f"{_run(chance, HAN, 2, 3)}、",
    "names-spaced": lambda chance: f"{_run(chance, HAN, 2, 3)} ",
    "questions": lambda chance: f"{_sentence(chance)[:-2]}?\n",
    "questions-same": "Why was it so late in the year?\n",
    "questions-han": lambda chance: f"{_han(chance)}吗？\n",
    "talk-both": lambda chance: f"Ada Fern: {_sentence(chance)}\n{_han_sentence(chance)}\n",
    "credits": lambda chance: f"{chance.choice(('策划', '编辑', '监制', '校对'))}：{_run(chance, HAN, 2, 3)} ",
    "credits-lines": lambda chance: f"{chance.choice(('策划', '编辑', '监制', '校对'))}：{_run(chance, HAN, 2, 3)}\n",
    "credits-new": lambda chance: f"{_han(chance)[:4]}丨{_run(chance, HAN, 2, 3)}\n",
    "credits-en": lambda chance: f"Editor: {_name(chance)}\n",
    "credit-bars": lambda chance: f"记者 | {_run(chance, HAN, 2, 3)} ",
    "byline": lambda chance: f"By {_name(chance)}\n",
    "byline-han": lambda chance: f"南方财经记者{_run(chance, HAN, 2, 3)} 北京报道\n",
    "reporters": "记者",
    "datelines": lambda chance: f"BEIJING, March {chance.randint(1, 28)} (Xinhua) -- {_sentence(chance)}\n",
    "sources": lambda chance: f"来源：{_han(chance)}\n",
    "disclaimers": lambda chance: f"免责声明：{_han_sentence(chance)}\n",
    "copyright": lambda chance: f"© {chance.randint(1990, 2030)} {_name(chance)}. All rights reserved.\n",
    "asides": lambda chance: f"({_word(chance)}s)\n",
    "asides-han": "（笑）",
    # Prose.
    "sentences": _sentence,
    "sentences-lines": lambda chance: f"{_sentence(chance)}\n",
    "paragraphs-en": lambda chance: "".join(_sentence(chance) for _ in range(4)) + "\n\n",
    "paragraph-same": "The river was low in the autumn of that year, and nobody knew why.\n\n",
    "line-short": "a\n",
    "line-han": lambda chance: f"{_han(chance)}\n",
    "han": _han,
    "han-one": "中",
    "han-commas": lambda chance: f"{_han(chance)}，",
    "han-sentences": _han_sentence,
    "han-spaced": lambda chance: f"{chance.choice(HAN)} ",
    "han-latin": lambda chance: f"{_han(chance)}{_word(chance)}",
    "han-latin-spaced": lambda chance: f"{_han(chance)} {_word(chance)} ",
    "languages": lambda chance: f"{_sentence(chance)}\n{_han_sentence(chance)}\n",
    "packed": lambda chance: "".join(chance.choice(("the", "of", "people", "river", "have", "said")) for _ in range(9)),
    "packed-lines": lambda chance: "".join(_word(chance) for _ in range(9)) + "\n",
    "packed-known": lambda chance: (
        "".join(chance.choice(("The", "of", "people", "River", "have", "said")) for _ in range(9)) + "\n"
    ),
}


def text_of(names: tuple[str, ...], size: int, mode: str = "turns", seed: int = 1) -> str:
    """`size` characters of the pieces `names`.

    `mode` says how several are mixed: in `turns`, in `halves` of the text one after the other, at `random`, or, as
    `lines`, in turns with a line end behind each. The same arguments give the same text.
    """
    chance = random.Random(f"{seed} {mode} {names}")
    if mode == "halves":
        return "".join(text_of((name,), size // len(names), "turns", seed) for name in names)
    order: Iterator[str] = iter(partial(chance.choice, names), None) if mode == "random" else cycle(names)
    found: list[str] = []
    length = 0
    while length < size:
        piece = PIECES[next(order)]
        made = piece if isinstance(piece, str) else piece(chance)
        if mode == "lines":
            made += "\n"
        found.append(made)
        length += len(made)
    return "".join(found)[:size]
