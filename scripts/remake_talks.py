"""Remakes talks whose sides are known, so that a model learns what decides and not how a few sources look.

Names and labels are replaced, questions become statements, guests ask back, hosts tell, several people ask or answer,
an audience asks at the end, and talks are cut. Each remade talk stays in the family of the one that it was made of.
"""

import random
import re
from collections.abc import Callable, Sequence

from training_talks import Side, Spoken, Talk

from pipeline.stages.dialogue.speaker_mentions import ArticleFrame, name_forms

Turns = list[Spoken]

FIRST_NAMES = [
    "Ada",
    "Ines",
    "Nora",
    "Lena",
    "Mira",
    "Ruth",
    "Vera",
    "Clara",
    "Edith",
    "Maud",
    "Ivo",
    "Otto",
    "Hugo",
    "Felix",
    "Oscar",
    "Amos",
    "Jonas",
    "Emil",
    "Silas",
    "Rufus",
    "Priya",
    "Kwame",
    "Yusuf",
    "Leila",
    "Mateo",
    "Sofia",
    "Bruno",
    "Greta",
    "Anders",
    "Tomas",
]
LAST_NAMES = [
    "Fern",
    "Moss",
    "Halabi",
    "Quill",
    "Harrow",
    "Penn",
    "Larch",
    "Dune",
    "Vale",
    "Marsh",
    "Okoye",
    "Rahman",
    "Silva",
    "Novak",
    "Keller",
    "Byrne",
    "Castle",
    "Thorn",
    "Brook",
    "Stone",
    "Lindqvist",
    "Moreau",
    "Tanaka",
    "Haddad",
    "Petrov",
]
PINYIN_SURNAMES = [
    "Li",
    "Wang",
    "Zhang",
    "Liu",
    "Chen",
    "Yang",
    "Zhao",
    "Huang",
    "Zhou",
    "Wu",
    "Xu",
    "Sun",
    "Ma",
    "Zhu",
    "Hu",
    "Guo",
    "He",
    "Lin",
]
PINYIN_GIVEN = [
    "Wei",
    "Xiao",
    "Ming",
    "Fang",
    "Jing",
    "Lei",
    "Tao",
    "Hong",
    "Yan",
    "Juan",
    "Qiang",
    "Xiaoyu",
    "Jianguo",
    "Meiling",
    "Haoran",
    "Yuxin",
]
HAN_SURNAMES = "李王张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
HAN_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红鹏飞建国文博雨欣子涵浩然思远"
PLACES = [
    "Harbour",
    "River",
    "Northern",
    "Valley",
    "Island",
    "Capital",
    "Eastern",
    "Mountain",
    "Lake",
    "Coastal",
    "Summit",
    "Prairie",
]
OUTLET_KINDS = [
    "News",
    "Daily",
    "Times",
    "Weekly",
    "Post",
    "Review",
    "Journal",
    "Magazine",
    "Radio",
    "TV",
    "Herald",
    "Tribune",
    "Press",
    "Observer",
]
UNMARKED_OUTLETS = [
    "Markets_and_Finance",
    "Tide_Notes",
    "Open_Source_Stories",
    "Tech_Talks",
    "SFN",
    "HMX",
    "Quartz_Lane",
    "The_Verge_Line",
]
HAN_PLACES = ["南江", "北海", "山城", "东方", "中原", "海峡", "新城", "西部", "长河", "云上"]
HAN_OUTLETS = ["日报", "晚报", "周刊", "新闻", "时报", "财经", "网", "电视台", "杂志", "早报", "书评", "观察", "人物"]
ASKER_WORDS = ["Interviewer", "Reporter", "Host", "Moderator", "Journalist", "Q", "Question"]
HAN_ASKER_WORDS = ["记者", "主持人", "采访者", "问", "提问者", "主持", "本刊记者"]
ANSWER_WORDS, HAN_ANSWER_WORDS = ["A", "Answer", "Guest", "Interviewee"], ["答", "嘉宾", "受访者"]
AUDIENCE, HAN_AUDIENCE = (
    ["Audience_Member", "Audience", "Questioner", "Caller", "Student"],
    ["观众", "听众", "网友", "提问者", "学生"],
)
REACTIONS = [
    "Right.",
    "Yeah.",
    "Mm-hm.",
    "Okay.",
    "Interesting.",
    "Sure.",
    "Wow.",
    "That makes sense.",
    "Yeah, exactly.",
    "I see.",
    "Oh, really?",
    "Cool.",
    "That's great.",
    "Yes.",
    "Absolutely.",
    "No, totally.",
]
HAN_REACTIONS = [
    "对。",
    "嗯。",
    "是的。",
    "明白。",
    "没错。",
    "哦，这样。",
    "真的吗？",
    "有意思。",
    "好的。",
    "对对对。",
    "确实。",
]
ASKING_BACK = [
    "What do you think?",
    "You know?",
    "Right?",
    "Does that make sense?",
    "Have you tried it?",
    "What was your experience?",
    "Did I answer your question?",
    "Why would anybody do that?",
    "So what should we do about it?",
]
HAN_ASKING_BACK = ["对吧？", "你觉得呢？", "是不是？", "你说呢？", "怎么办呢？", "您去过吗？", "为什么呢？"]
REMARKS = [
    "That must have been difficult.",
    "Tell us about that.",
    "Please go on.",
    "I read that you were there.",
    "Some people say it cannot work.",
    "Let's turn to the next subject.",
    "You have written about this.",
]
HAN_REMARKS = [
    "请您谈谈。",
    "请继续。",
    "那一定很不容易。",
    "我们来看下一个话题。",
    "有人说这行不通。",
    "您写过这个题目。",
]

SENTENCE = re.compile(r"[^.!?。！？]+[.!?。！？]+[\"”’」』)）]*\s*")
MIN_SPLIT_LETTERS = 200


def is_han(turns: Sequence[Spoken]) -> bool:
    """Whether a talk is in Chinese."""
    text = "".join(turn.paragraphs[0][:200] for turn in turns[:20])
    return sum("\u4e00" <= letter <= "\u9fff" for letter in text) > len(text) / 4


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return SENTENCE.findall(text) or [text]


def with_text(turn: Spoken, paragraphs: Sequence[str]) -> Spoken:
    """A turn with other words."""
    kept = tuple(paragraph for paragraph in paragraphs if paragraph.strip())
    return turn._replace(paragraphs=kept or ("…",))


# --- what people do


def cut(turns: Turns, chance: random.Random) -> Turns:
    """A part from the middle of a talk."""
    size = chance.randint(4, max(4, len(turns)))
    start = chance.randint(0, max(0, len(turns) - size))
    return turns[start : start + size]


def few_exchanges(turns: Turns, chance: random.Random) -> Turns:
    """One to three exchanges."""
    size = 2 * chance.randint(1, 3)
    start = chance.randint(0, max(0, len(turns) - size))
    start += turns[start].side == "a" and start + 1 < len(turns)
    return turns[start : start + size]


def answers_first(turns: Turns, chance: random.Random) -> Turns:
    """The guest opens: what was asked before is left out."""
    del chance
    first = next((i for i, turn in enumerate(turns) if turn.side == "a"), 0)
    return turns[first:]


def statements(turns: Turns, chance: random.Random) -> Turns:
    """Questions without question marks."""
    share = chance.choice((0.3, 0.6, 1.0))
    remarks = HAN_REMARKS if is_han(turns) else REMARKS
    return [
        with_text(turn, stated(turn, remarks, chance)) if turn.side == "q" and chance.random() < share else turn
        for turn in turns
    ]


def stated(turn: Spoken, remarks: Sequence[str], chance: random.Random) -> list[str]:
    """The paragraphs of a question as a remark, without the sentences that ask, or with full stops."""
    if chance.random() < 0.3:
        return [chance.choice(remarks)]
    if chance.random() < 0.5:
        told = (part for paragraph in turn.paragraphs for part in sentences(paragraph))
        return [
            "".join(part for part in told if "?" not in part and "？" not in part).strip() or chance.choice(remarks)
        ]
    return [paragraph.replace("?", ".").replace("？", "。") for paragraph in turn.paragraphs]


def asking_back(turns: Turns, chance: random.Random) -> Turns:
    """Guests who end with questions."""
    share = chance.choice((0.1, 0.25, 0.5))
    asked = HAN_ASKING_BACK if is_han(turns) else ASKING_BACK
    return [
        with_text(turn, [*turn.paragraphs[:-1], f"{turn.paragraphs[-1]} {chance.choice(asked)}"])
        if turn.side == "a" and chance.random() < share
        else turn
        for turn in turns
    ]


def telling_host(turns: Turns, chance: random.Random) -> Turns:
    """A host who tells a lot: sentences of answers before the questions."""
    share, most = chance.choice((0.3, 0.6)), chance.choice((2, 5, 9))
    told = [s for turn in turns if turn.side == "a" for paragraph in turn.paragraphs for s in sentences(paragraph)]
    if not told:
        return turns
    found = []
    for turn in turns:
        if turn.side != "q" or chance.random() >= share:
            found.append(turn)
            continue
        at, size = chance.randrange(len(told)), chance.randint(1, most)
        added = "".join(told[at : at + size]).strip()
        kept = () if chance.random() < 0.3 else turn.paragraphs
        found.append(with_text(turn, [f"{added} {kept[0]}", *kept[1:]] if kept else [added]))
    return found


def interrupted(turns: Turns, chance: random.Random) -> Turns:
    """A conversation: long turns with reactions of the other between."""
    reactions = HAN_REACTIONS if is_han(turns) else REACTIONS
    share = chance.choice((0.3, 0.7))
    other = {side: next((turn for turn in turns if turn.side == side), None) for side in ("q", "a")}
    found = []
    for turn in turns:
        opposite = other["a" if turn.side == "q" else "q"]
        text = " ".join(turn.paragraphs)
        if opposite is None or turn.side not in other or len(text) < MIN_SPLIT_LETTERS or chance.random() > share:
            found.append(turn)
            continue
        parts = sentences(text)
        size = max(1, len(parts) // chance.randint(2, 4))
        for at in range(0, len(parts), size):
            if at:
                found.append(with_text(opposite, [chance.choice(reactions)]))
            found.append(with_text(turn, ["".join(parts[at : at + size]).strip()]))
    return found


def brief_answers(turns: Turns, chance: random.Random) -> Turns:
    """Answers of a sentence."""
    del chance
    return [with_text(turn, sentences(turn.paragraphs[0])[:1]) if turn.side == "a" else turn for turn in turns]


def several(side: Side, most: int) -> "Callable[[Turns, random.Random], Turns]":
    """Divides the turns of one side between up to `most` people, who then have numbers in their labels."""

    def divided(turns: Turns, chance: random.Random) -> Turns:
        count, runs = chance.randint(2, most), chance.random() < 0.5
        own = [i for i, turn in enumerate(turns) if turn.side == side]
        found = list(turns)
        for n, i in enumerate(own):
            number = n * count // len(own) if runs else chance.randrange(count)
            found[i] = found[i]._replace(label=f"{found[i].label}\t{number}")
        return found

    return divided


def answers_by_all(turns: Turns, chance: random.Random) -> Turns:
    """Paragraphs of an answer that become answers of several people."""
    count = chance.randint(2, 4)
    found = []
    for turn in turns:
        parts = turn.paragraphs if len(turn.paragraphs) > 1 else tuple(sentences(turn.paragraphs[0]))
        if turn.side != "a" or len(parts) < 2 or chance.random() < 0.3:
            found.append(turn._replace(label=f"{turn.label}\t{chance.randrange(count)}") if turn.side == "a" else turn)
            continue
        size = max(1, len(parts) // count)
        for n, at in enumerate(range(0, len(parts), size)):
            found.append(with_text(turn, parts[at : at + size])._replace(label=f"{turn.label}\t{n % count}"))
    return found


def audience(turns: Turns, chance: random.Random) -> Turns:
    """The last questions are those of an audience."""
    start = int(len(turns) * chance.uniform(0.55, 0.85))
    one = chance.random() < 0.5
    return [
        turn._replace(label=f"\taudience{0 if one else i}") if i >= start and turn.side == "q" else turn
        for i, turn in enumerate(turns)
    ]


CHANGES: tuple[tuple[float, Callable[[Turns, random.Random], Turns]], ...] = (
    (0.25, statements),
    (0.3, asking_back),
    (0.3, telling_host),
    (0.25, interrupted),
    (0.08, brief_answers),
    (0.12, several("a", 3)),
    (0.08, answers_by_all),
    (0.12, several("q", 6)),
    (0.1, audience),
    (0.12, answers_first),
    (0.2, cut),
    (0.12, few_exchanges),
)
"""How often each change is made, in this order."""


# --- labels


def english_name(chance: random.Random) -> str:
    """A made name in Latin letters."""
    if chance.random() < 0.3:
        return f"{chance.choice(PINYIN_SURNAMES)} {chance.choice(PINYIN_GIVEN)}"
    return f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"


def han_name(chance: random.Random) -> str:
    """A made Chinese name."""
    return chance.choice(HAN_SURNAMES) + "".join(chance.sample(HAN_GIVEN, chance.choice((1, 2, 2))))


def short_label(name: str, style: str) -> str:
    """A name as a label: whole, first, last, initials."""
    words = name.split()
    if len(words) == 1:
        return {"first": name[-2:], "initials": name[0], "polite": f"{name}先生"}.get(style, name)
    forms = {
        "first": words[0],
        "last": words[-1],
        "initials": "".join(word[0] for word in words),
        "polite": f"Dr. {name}",
    }
    return {**forms, "capitals": name.upper()}.get(style, name)


def outlet(chance: random.Random, *, han: bool) -> str:
    """A made outlet, with or without a word that says what it is."""
    if han:
        return chance.choice(HAN_PLACES) + chance.choice(HAN_OUTLETS)
    if chance.random() < 0.3:
        return chance.choice(UNMARKED_OUTLETS).replace("_", " ")
    return f"{chance.choice(PLACES)} {chance.choice(OUTLET_KINDS)}"


def relabelled(talk: Talk, turns: Turns, chance: random.Random) -> Talk:
    """The talk with other names, in its labels, its words and around them."""
    han = is_han(turns)
    style = chance.choice(("whole", "whole", "first", "first", "last", "initials", "capitals", "polite"))
    names: dict[str, str] = {}
    labels: dict[str, str] = {}
    used: set[str] = set()
    sides = {turn.label: turn.side for turn in turns}
    device = "numbers" if chance.random() < 0.06 else "words" if chance.random() < 0.22 else "names"
    outlet_asks = device == "names" and chance.random() < 0.3
    for n, (old, side) in enumerate(sides.items()):
        in_han = han if chance.random() < 0.9 else not han
        name = han_name(chance) if in_han else english_name(chance)
        label = short_label(name, style)
        if "\taudience" in old:
            pool = HAN_AUDIENCE if han else AUDIENCE
            label = chance.choice(pool).replace("_", " ") if "audience0" in old or chance.random() < 0.3 else label
        elif device == "numbers":
            label = f"Speaker {n}"
        elif device == "words" and (side == "q" or chance.random() < 0.6):
            words = (
                (HAN_ASKER_WORDS if han else ASKER_WORDS)
                if side == "q"
                else (HAN_ANSWER_WORDS if han else ANSWER_WORDS)
            )
            label = chance.choice(words)
        elif (outlet_asks and side == "q") or chance.random() < 0.02:
            name = label = outlet(chance, han=han)
        while label in used:
            label = f"{han_name(chance) if han else english_name(chance)}"
        used.add(label)
        names[old], labels[old] = name, label
    replaced = replacements(names) if chance.random() < 0.8 else []
    spoken = tuple(
        Spoken(labels[turn.label], tuple(replace(text, replaced) for text in turn.paragraphs), turn.side)
        for turn in turns
    )
    frame = made_frame(talk, {names[old]: side for old, side in sides.items()}, replaced, chance, han=han)
    return Talk(talk.id, talk.family, spoken, frame, "remade", talk.is_open)


def replacements(names: dict[str, str]) -> list[tuple[str, str]]:
    """Forms of old names and what they become, longest first."""
    pairs = []
    for old, new in names.items():
        old_forms, new_forms = name_forms(old.split("\t")[0]), name_forms(new)
        pairs += [(form, new_forms[min(i, len(new_forms) - 1)]) for i, form in enumerate(old_forms) if new_forms]
    return sorted(set(pairs), key=lambda pair: (-len(pair[0]), pair))


def replace(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    """A text with other names."""
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def made_frame(
    talk: Talk, sides: dict[str, Side], pairs: Sequence[tuple[str, str]], chance: random.Random, *, han: bool
) -> ArticleFrame:
    """Title, lead and byline, with the guest or the host in them or not."""
    guest = next((name for name, side in sides.items() if side == "a"), "")
    host = next((name for name, side in sides.items() if side == "q"), "")
    topic = replace(talk.frame.title, pairs)
    titles = (
        topic,
        topic,
        f"{guest}: {topic}",
        f"{topic}: {guest}",
        f"{guest}：{topic}",
        f"{host}对话{guest}" if han else f"{host} in conversation with {guest}",
        "",
        f"{topic} | {host}",
        f"{guest} on {topic}",
    )
    shown = [name for name in (guest, host) if name and chance.random() < 0.5]
    leads = ("", "", replace(talk.frame.lead, pairs), " ".join(f"{name} is the subject. {name}." for name in shown))
    made = ("", "", "", f"{host}", f"{outlet(chance, han=han)} {host}", guest, f"{english_name(chance)} {host}")
    return ArticleFrame(chance.choice(titles), chance.choice(leads), chance.choice(made))


def remake(talk: Talk, chance: random.Random) -> Talk | None:
    """One remade talk; None if too little is left of it."""
    turns = [turn._replace(label=turn.label or f"{turn.side}") for turn in talk.turns if turn.side in {"q", "a"}]
    for likely, change in CHANGES:
        if turns and chance.random() < likely:
            turns = change(turns, chance)
    if {turn.side for turn in turns} != {"q", "a"}:
        return None
    return relabelled(talk, turns, chance)


def two_who_tell(first: Talk, second: Talk, chance: random.Random) -> Talk:
    """The answers of two talks in turn: nobody is the interviewer."""
    pairs = zip(
        [turn for turn in first.turns if turn.side == "a"],
        [turn for turn in second.turns if turn.side == "a"],
        strict=False,
    )
    turns = [turn._replace(label=label, side=None) for pair in pairs for turn, label in zip(pair, "xy", strict=True)]
    told = relabelled(first, turns[: chance.randint(4, 40)], chance)
    return told._replace(is_open=True, kind="open")
