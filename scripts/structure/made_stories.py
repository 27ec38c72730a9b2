"""Stories for training: told speech made of the turns of real talks, and real stories printed in other ways.

A story is told in the third person and the past, with speech in it. Sources lose the quotation marks, set all of it as
a quotation, print speech after a dash, or wrap the lines.
"""

import random
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping

from structure.talks import Talk

SPEAKERS = {
    "en": ("Martha", "the captain", "old Abel", "he", "she", "Mr. Crane", "the boy", "Lucy", "my uncle", "the widow"),
    "zh": ("老人", "他", "她", "阿福", "掌柜", "李先生", "那孩子", "船长", "母亲", "小翠"),
}
TAGS = {
    "en": ("said {who}", "{who} said", "asked {who}", "{who} asked", "{who} replied", "cried {who}", "answered {who}",
           "{who} murmured", "whispered {who}", "{who} remarked", "returned {who}", "{who} went on"),
    "zh": ("{who}说", "{who}说道", "{who}问道", "{who}问", "{who}答道", "{who}低声说", "{who}笑道", "{who}喊道",
        "{who}回答"),
}  # fmt: skip
BEATS = {
    "en": (
        "{Who} looked out of the window and said nothing for a while.",
        "The rain had stopped, and the lane was quiet.",
        "{Who} rose, took the lamp from the shelf and went to the door.", "There was a long silence in the room.",
        "It was nearly dark when they came to the gate.", "{Who} smiled, but his eyes were tired.",
        "She had known the house since she was a child, and yet it seemed strange to her now.",
        "{Who} nodded and sat down by the fire.",
        "Nobody had heard the horses. They stood in the yard, wet and still.",
        "{Who} turned the letter over in his hand, and he felt that it was heavier than before.",
    ),
    "zh": (
        "{Who}望着窗外，沉默了许久。", "雨停了，巷子里静悄悄的。", "{Who}站起来，从架子上取下灯，向门口走去。",
        "屋里一阵沉默。",
        "他们走到大门口的时候，天快黑了。", "{Who}微笑着，可是目光里满是疲倦。",
        "她从小就认识这座房子，现在却觉得陌生。",
        "{Who}点点头，在炉火边坐了下来。", "谁也没有听见马蹄声，它们站在院子里，一动不动。",
        "{Who}转身看了看那封信，仿佛它比先前更重了。",
    ),
}  # fmt: skip


def made_stories(talks: Iterable[Talk], seed: int, count: int) -> Iterator[tuple[str, str]]:
    """Stories made of talks, and the family of the talk: `count` in each language."""
    chance = random.Random(seed)
    by_language: dict[str, dict[str, list[Talk]]] = {"en": {}, "zh": {}}
    for talk in talks:
        by_language[talk.language].setdefault(talk.family, []).append(talk)
    for language, families in by_language.items():
        for _ in range(count):
            talk = chance.choice(families[chance.choice(sorted(families))])
            first = chance.randrange(max(1, len(talk.turns) - 8))
            sentences = [turn.text.split("\n")[0] for turn in talk.turns[first : first + chance.randrange(8, 50)]]
            yield _story(sentences, language, chance), talk.family


def _story(sentences: Iterable[str], language: str, chance: random.Random) -> str:
    left, right = chance.choice((("“", "”"), ('"', '"'), ("‘", "’"), ("「", "」"), ("", ""), ("— ", "")))
    people = chance.sample(SPEAKERS[language], chance.randrange(2, 5))
    tagged, beaten = chance.uniform(0.3, 0.9), chance.uniform(0.2, 0.7)
    before = language == "zh" and chance.random() < 0.5
    lines = []
    for sentence in sentences:
        who = chance.choice(people)
        words = _spoken(sentence, chance.randrange(20, 160))
        tag = chance.choice(TAGS[language]).format(who=who)
        if chance.random() >= tagged:
            lines.append(f"{left}{words}{right}")
        elif before:
            lines.append(f"{tag}：{left}{words}{right}")
        elif language == "zh":
            lines.append(f"{left}{words}{right}{tag}。")
        else:
            lines.append(f"{left}{words.rstrip('.')}{'' if words[-1:] in '?!' else ','}{right} {tag}.")
        if chance.random() < beaten:
            beats = chance.sample(BEATS[language], chance.randrange(1, 4))
            lines.append(" ".join(beats).format(Who=who[0].upper() + who[1:]))
    return "\n\n".join(lines)


def _spoken(text: str, size: int) -> str:
    """The first sentences of a turn."""
    end = max(text.rfind(mark, 0, size) for mark in ".!?。！？")
    return (text[: end + 1] if end > 0 else text[:size]).strip()


def _wrapped(text: str) -> str:
    return "\n\n".join(textwrap.fill(line, 72) for line in text.split("\n") if line.strip())


PRINTS: Mapping[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "straight quotes": lambda text: re.sub("[“”「」]", '"', text),
    "no quotes": lambda text: re.sub('[“”‘’「」"]', "", text),
    "quotation": lambda text: re.sub("(?m)^", "> ", text),
    "bold questions": lambda text: re.sub(r"(?m)^(.{2,200}[?？][”\"」]?)$", r"**\1**", text),
    "dashes": lambda text: re.sub('(?m)^[“「"]', "— ", text),
    "wrapped": _wrapped,
    "no opening": lambda text: re.sub('(?m)^[“「"]', "", text),
}
"""Ways in which a text is printed anew, by name; stories and talks are printed in the same ways."""
