"""Documents of kinds that few sources hold, made of the turns of real talks: panels, press conferences, plays, chats.

Each kind is printed in the same layouts, with and without the words that name it, so that neither a layout nor a word
alone decides. What a document was made of is told by `of`: whoever leaves a family out must leave out these as well.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from structure.talks import Prose, Talk, Turn

PER_KIND = 60
"""Documents of each kind and language."""
MAX_TURNS, MAX_SPEECH_CHARS = 60, 900
NAMES = {
    "en": (
        "Ada Fern", "Ivo Moss", "Ruth Ashdown", "Aino Laine", "Omar Haddad", "Priya Nair", "Tom Birch", "Lena Holm",
        "Wei Zhang", "Carla Diaz", "Sam Okoro", "Nina Petrov", "Jack Reed", "Mia Stone", "Paul Weir", "Eva Lind",
    ),
    "zh": (
        "林小雨", "陈立", "王海燕", "赵明", "孙国华", "周敏", "吴越", "郑南", "冯立新", "许静", "何一凡", "高山",
        "罗晓", "梁宇", "宋佳", "唐文",
    ),
}  # fmt: skip
OUTLETS = {
    "en": ("Daily Post", "Harbour News", "The Skerry Letter", "Radio North", "Coast Times", "Channel 9"),
    "zh": ("海港日报", "北方网", "南岸周刊", "《渔港新闻》", "东方卫视", "晨报记者"),
}
LAYOUTS = (
    "{name}: {text}", "{name}: {text}", "**{name}:** {text}", "**{name}**: {text}", "{name}\n{text}",
    "### {name}:\n\n{text}",
    "[{name}] {text}", "- {name}: {text}", "* {name}: {text}", "{time} {name}: {text}", "{name} ({time}): {text}",
    "> {name}: {text}",
    "<b>{name}</b>: {text}", "__{name}__: {text}", ">> {text}",
)  # fmt: skip
HAN_LAYOUTS = (
    "{name}：{text}",
    "{name}：{text}",
    "**{name}**：{text}",
    "**{name}：**{text}",
    "【{name}】{text}",
    "{name}\n{text}",
)
TOPICS = {
    "en": ("the new harbour", "salt", "open maps", "winter ferries", "the price of bread", "night trains", "tides"),
    "zh": ("新港口", "盐田", "开放地图", "冬季渡轮", "面包的价格", "夜行列车", "潮汐"),
}
PLACES = {"en": ("Skerry", "Port Ash", "Northwick", "Harbour Hall"), "zh": ("北港", "南岸", "会议厅", "青石镇")}


Choice = TypeVar("Choice")


class MadeDocument(NamedTuple):
    """A text, its kind, and the family of the talk that it was made of."""

    text: str
    kind: str
    language: str
    of: str


class _Page(NamedTuple):
    """What a printer of a kind is given."""

    turns: Sequence[Turn]
    language: str
    chance: random.Random

    def pick(self, choices: Sequence[Choice]) -> Choice:
        """One of them."""
        return self.chance.choice(choices)

    def names(self, count: int) -> list[str]:
        """Different names; sometimes only first names or initials."""
        found = self.chance.sample(NAMES[self.language], count)
        form = self.chance.random()
        if self.language == "en" and form < 0.2:
            return ["".join(part[0] for part in name.split()) for name in found]
        if self.language == "en" and form < 0.5:
            return [name.split()[0] for name in found]
        return found

    def maybe(self, share: float) -> bool:
        """True for this share of the calls."""
        return self.chance.random() < share


def made_documents(talks: Iterable[Talk], prose: Iterable[Prose], seed: int) -> Iterator[MadeDocument]:
    """Documents of every kind in both languages. The same talks, prose and seed give the same documents."""
    chance = random.Random(seed)
    by_language: dict[str, list[Talk]] = {"en": [], "zh": []}
    for talk in talks:
        if talk.kind not in {"play", "parliament"}:
            by_language[talk.language].append(talk)
    guides: dict[str, list[Prose]] = {"en": [], "zh": []}
    for passage in prose:
        if passage.kind in {"docs", "tutorial", "report", "recipe", "government", "licence", "law", "newsletter"}:
            guides[passage.language].append(passage)
    for language, of_language in by_language.items():
        families = _families(of_language)
        for kind, write in PRINTERS.items():
            for _ in range(PER_KIND):
                talk = chance.choice(families[chance.choice(sorted(families))])
                first = chance.randrange(max(1, len(talk.turns) - 8))
                turns = talk.turns[first : first + chance.randrange(8, MAX_TURNS)]
                text = write(_Page(turns, language, chance))
                yield MadeDocument(text, kind, language, talk.family)
        for _ in range(PER_KIND):
            guide = chance.choice(guides[language])
            yield MadeDocument(_faq(guide, chance), "faq", language, guide.family)


def _families(talks: Iterable[Talk]) -> dict[str, list[Talk]]:
    found: dict[str, list[Talk]] = {}
    for talk in talks:
        found.setdefault(talk.family, []).append(talk)
    return found


# --- turns


def _lines(page: _Page, speeches: Iterable[tuple[str, str]], *, capitals: bool = False) -> str:
    """Speeches in one layout."""
    layout = page.pick(HAN_LAYOUTS + LAYOUTS[:6] if page.language == "zh" else LAYOUTS)
    between = page.pick(("\n", "\n\n"))
    second, lines = page.chance.randrange(20, 90), []
    for name, text in speeches:
        second += page.chance.randrange(4, 50)
        time = f"{second // 60:02}:{second % 60:02}"
        shown = name.upper() if capitals else name
        lines.append(layout.format(name=shown, text=text, time=time))
    return between.join(lines)


def _sided(page: _Page) -> list[tuple[bool, str]]:
    """The turns as questions (true) and answers; where sides are not known, they alternate."""
    found: list[tuple[bool, str]] = []
    asks = True
    for turn in page.turns:
        asks = turn.side == "q" if turn.side in {"q", "a"} else not asks if found else True
        found.append((asks, turn.text[:MAX_SPEECH_CHARS]))
    return found


def _cut(text: str, size: int) -> str:
    """The first sentences of a speech, up to `size` characters."""
    text = text.split("\n", maxsplit=1)[0]
    if len(text) <= size:
        return text
    end = max(text.rfind(mark, 0, size) for mark in ".!?。！？")
    return text[: end + 1] if end > 0 else text[:size]


# --- kinds


def _interview(page: _Page) -> str:
    asker, guest = page.names(2)
    topic = page.pick(TOPICS[page.language])
    if page.language == "zh":
        asker = page.pick((asker, "记者", "问", page.pick(OUTLETS["zh"])))
        guest = guest if asker != "问" or page.maybe(0.5) else "答"
        heads = (f"专访{guest}：{topic}", f"{guest}谈{topic}", f"对话{guest}", f"{topic}与我")
        lead = page.pick((f"近日，本刊记者采访了{guest}。", f"{guest}生于海边，今年出版了新书。", ""))
    else:
        asker = page.pick((asker, "Q", page.pick(OUTLETS["en"]), "Interviewer"))
        guest = guest if asker != "Q" or page.maybe(0.5) else "A"
        heads = (f"Interview with {guest}", f"{guest} on {topic}", f"Meet {guest}", f"Spotlight: {topic}")
        lead = page.pick((f"We spoke with {guest} about {topic}.", f"{guest} has lived by the sea since 1998.", ""))
    speeches = [(asker if asks else guest, text) for asks, text in _sided(page)]
    head = [f"# {page.pick(heads)}", lead] if page.maybe(0.7) else []
    return "\n\n".join([*filter(None, head), _lines(page, speeches, capitals=page.maybe(0.1))])


def _podcast(page: _Page) -> str:
    host, guest = page.names(2)
    topic, number = page.pick(TOPICS[page.language]), page.chance.randrange(2, 300)
    if page.language == "zh":
        host = page.pick((host, "主持人", "主播"))
        heads = (f"第{number}期：{topic}", f"播客文字稿｜{topic}", f"本期节目：{guest}聊{topic}")
        opening = page.pick(("大家好，欢迎收听本期节目。", f"听众朋友们好，今天的嘉宾是{guest}。", ""))
        end = page.pick(("感谢收听，我们下期再见。", "欢迎订阅我们的播客。", ""))
    else:
        host = page.pick((host, "Host", host))
        heads = (f"Episode {number}: {topic}", f"Transcript: {guest} on {topic}", f"Podcast #{number}: {topic}")
        opening = page.pick(
            ("Hello and welcome to the show.", f"Welcome to episode {number}. I'm here with {guest}.", "")
        )
        end = page.pick(("Thanks for listening. See you next time.", "Subscribe wherever you get your podcasts.", ""))
    speeches = [(host if asks else guest, text) for asks, text in _sided(page)]
    speeches = [*([(host, opening)] if opening else []), *speeches, *([(host, end)] if end else [])]
    head = [f"# {page.pick(heads)}"] if page.maybe(0.6) else []
    return "\n\n".join([*head, _lines(page, speeches, capitals=page.maybe(0.15))])


def _panel(page: _Page) -> str:
    chair, *guests = page.names(page.chance.randrange(4, 7))
    topic = page.pick(TOPICS[page.language])
    if page.language == "zh":
        chair, audience = page.pick((chair, "主持人")), "现场观众"
        heads = (f"圆桌论坛：{topic}", f"圆桌对谈｜{topic}", f"{topic}座谈会实录", f"沙龙：{topic}", topic)
        lead = page.pick((f"嘉宾：{'、'.join(guests)}；主持：{chair}", f"与谈人：{'、'.join(guests)}", ""))
    else:
        chair, audience = page.pick((chair, "Moderator")), "Audience member"
        heads = (f"Panel: {topic}", f"Roundtable on {topic}", f"Panel discussion: {topic}", f"Forum: {topic}", topic)
        lead = page.pick(
            (f"Panelists: {', '.join(guests)}. Moderator: {chair}.", f"On stage: {', '.join(guests)}.", "")
        )
    speeches = []
    for asks, text in _sided(page):
        if asks:
            speeches.append((audience if page.maybe(0.06) else chair, text))
            continue
        paragraphs = text.split("\n\n")
        count = page.chance.randrange(1, 4)
        size = max(1, len(paragraphs) // count)
        parts = ["\n\n".join(paragraphs[at : at + size]) for at in range(0, len(paragraphs), size)]
        answering = page.chance.sample(guests, min(len(guests), len(parts)))
        speeches += list(zip(answering, parts, strict=False))
    head = [f"# {page.pick(heads)}", lead] if page.maybe(0.75) else [lead]
    return "\n\n".join([*filter(None, head), _lines(page, speeches, capitals=page.maybe(0.15))])


def _press(page: _Page) -> str:
    official, other = page.names(2)
    topic, place = page.pick(TOPICS[page.language]), page.pick(PLACES[page.language])
    if page.language == "zh":
        official = page.pick((official, f"发言人{official}", "答", "发言人"))
        askers = page.pick((("记者",), ("问",), OUTLETS["zh"]))
        heads = (
            f"{place}市政府举行新闻发布会介绍{topic}",
            f"{official}主持例行记者会",
            f"答记者问：{topic}",
            f"{topic}发布会实录",
        )
        lead = page.pick((f"{place}今天上午举行记者会，发言人{other}出席。", f"发言人{other}就{topic}答记者问。", ""))
    else:
        family = other.rsplit(maxsplit=1)[-1]
        official = page.pick((f"MR. {family.upper()}", f"MS. {family.upper()}", f"Minister {family}", official, "A"))
        askers = page.pick((("Q",), ("Reporter",), ("QUESTION",), OUTLETS["en"]))
        heads = (
            f"Press Briefing by {other}",
            f"Press conference on {topic}",
            f"{other} takes questions from reporters",
            topic,
        )
        lead = page.pick((f"{place}\n\n10:04 A.M.", f"Transcript of the press conference held in {place}.", ""))
    speeches = [(official, page.turns[0].text[:MAX_SPEECH_CHARS])] if page.maybe(0.5) else []
    speeches += [(page.pick(askers), _cut(text, 400)) if asks else (official, text) for asks, text in _sided(page)]
    head = [f"# {page.pick(heads)}", lead] if page.maybe(0.75) else [lead]
    if askers == ("Q",) and page.maybe(0.5):
        blank = page.pick((" ", "  ", "    "))
        lines = [f"Q{blank}{text}" if name == "Q" else f"{name}:{blank}{text}" for name, text in speeches]
        return "\n\n".join([*filter(None, head), *lines])
    return "\n\n".join([*filter(None, head), _lines(page, speeches)])


def _meeting(page: _Page) -> str:
    people = page.names(page.chance.randrange(4, 9))
    topic, place = page.pick(TOPICS[page.language]), page.pick(PLACES[page.language])
    if page.language == "zh":
        heads = (f"{topic}工作组会议记录", f"{place}例会纪要", f"{place}委员会第{page.chance.randrange(2, 40)}次会议")
        facts = [f"时间：2023年{page.chance.randrange(1, 12)}月3日", f"出席：{'、'.join(people)}", f"记录：{people[0]}"]
        agenda = [f"议题一：{topic}", "议题二：预算", "散会"]
    else:
        heads = (
            f"{topic} working group",
            f"Minutes, {place}",
            f"Weekly meeting, 2023-0{page.chance.randrange(1, 9)}-14",
        )
        facts = [f"Attendees: {', '.join(people)}", f"Scribe: {people[0]}", f"Regrets: {people[-1]}"]
        agenda = [f"Agenda: {topic}", "Next meeting in two weeks", "Adjourned"]
    speeches = [(page.pick(people), text) for turn in page.turns for text in [turn.text[:MAX_SPEECH_CHARS]]]
    middle = len(speeches) // 2
    facts = page.chance.sample(facts, page.chance.randrange(1, 4)) if page.maybe(0.8) else []
    head = [f"# {page.pick(heads)}"] if page.maybe(0.75) else []
    parts = [f"## {agenda[0]}", _lines(page, speeches[:middle]), f"## {agenda[1]}", _lines(page, speeches[middle:])]
    return "\n\n".join([*head, *facts, *(parts if page.maybe(0.6) else [_lines(page, speeches)])])


def _play(page: _Page) -> str:
    people = page.names(page.chance.randrange(2, 6))
    topic, place = page.pick(TOPICS[page.language]), page.pick(PLACES[page.language])
    stage: tuple[str, ...]
    if page.language == "zh":
        people = page.pick((people, ["甲", "乙", "丙", "丁", "老板", "店小二"][: len(people)]))
        heads = (f"{topic}（独幕剧）", f"第一幕　{place}", f"小品：{topic}", topic)
        stage = (f"（{people[0]}上场）", "（幕启）", "（沉默）", f"（{people[1]}笑，下场）", "（灯光渐暗）")
    else:
        heads = (f"{topic}: a play in one act", f"ACT I\n\nSCENE II. {place}.", f"INT. {place.upper()} - NIGHT", topic)
        stage = (
            f"[Enter {people[0]}]",
            f"[Exit {people[1]}]",
            "(Pause.)",
            f"({people[0]} laughs.)",
            "CUT TO:",
            "Exeunt.",
        )
    speeches = [(page.pick(people), _cut(turn.text, page.chance.randrange(60, 400))) for turn in page.turns]
    form = page.chance.random()
    if form < 0.3:
        lines = [f"{name.upper()}\n{text}" if page.language == "en" else f"{name}　{text}" for name, text in speeches]
    elif form < 0.45:
        lines = [f"{'  ' * 8}{name.upper()}\n\n{'  ' * 4}{text}" for name, text in speeches]
    elif form < 0.6 and page.language == "en":
        lines = [f"{name.upper()}. {text}" for name, text in speeches]
    else:
        lines = _lines(page, speeches, capitals=page.maybe(0.6)).split("\n\n")
    for _ in range(page.chance.randrange(1, 2 + len(lines) // 5)):
        lines.insert(page.chance.randrange(len(lines) + 1), page.pick(stage))
    head = [page.pick(heads)] if page.maybe(0.8) else []
    return "\n\n".join([*head, *lines])


def _chat(page: _Page) -> str:
    people = page.names(page.chance.randrange(2, 8))
    minute, lines = page.chance.randrange(0, 600), []
    layout = page.pick(
        ("{time}\t{name}:\t{text}", "[{time}] <{name}> {text}", "{name} {time}\n{text}", "{time} {name}: {text}")
    )
    extra = ("哈哈哈", "[表情]", "好的", "收到") if page.language == "zh" else ("lol", "gm", "+1", "👍", "yup", "brb")
    for turn in page.turns:
        minute += page.chance.randrange(0, 3)
        text = page.pick(extra) if page.maybe(0.25) else _cut(turn.text, page.chance.randrange(10, 90)).rstrip(".。")
        time = f"{8 + minute // 60:02}:{minute % 60:02}"
        lines.append(layout.format(time=time, name=page.pick(people), text=text))
    return "\n".join(lines)


def _faq(guide: Prose, chance: random.Random) -> str:
    questions = {
        "en": ("How do I change {x}?", "What is {x}?", "Why does {x} fail?", "Can I use {x} with {y}?",
            "Where is {x}?",
               "Does it work without {x}?", "Is {x} supported?", "When should I use {x}?", "Who maintains {x}?"),
        "zh": ("如何修改{x}？", "什么是{x}？", "为什么{x}失败？", "{x}可以和{y}一起用吗？", "是否支持{x}？",
            "怎么安装{x}？", "{x}在哪里？", "谁来负责{x}？"),
    }[guide.language]  # fmt: skip
    things = (
        ("the file", "the port", "a certificate", "version 2", "the cache", "my account", "a licence", "the index")
        if guide.language == "en"
        else ("文件", "端口", "证书", "新版本", "缓存", "账号", "许可", "索引")
    )
    layout = chance.choice(
        ("## {q}\n\n{a}", "### {n}. {q}\n\n{a}", "**{q}**\n\n{a}", "Q: {q}\n\nA: {a}", "**Q: {q}**\n\n{a}",
        "{q}\n\n{a}",
         "<dt>{q}</dt><dd>{a}</dd>", "{n}. {q}\n\n{a}", "问：{q}\n\n答：{a}", "Q{n}: {q}\nA{n}: {a}")
    )  # fmt: skip
    titles = (
        ("FAQ", "Frequently Asked Questions", "Questions and answers")
        if guide.language == "en"
        else ("常见问题", "FAQ", "问题解答")
    )
    out = [f"# {chance.choice(titles)}"] if chance.random() < 0.6 else []
    paragraphs, at = guide.paragraphs, 0
    for number in range(1, chance.randrange(4, 20)):
        size = chance.randrange(1, 4)
        if at + size > len(paragraphs):
            break
        question = chance.choice(questions).format(x=chance.choice(things), y=chance.choice(things))
        out.append(layout.format(q=question, a="\n\n".join(paragraphs[at : at + size]), n=number))
        at += size
    return "\n\n".join(out)


PRINTERS: dict[str, Callable[[_Page], str]] = {
    "interview": _interview,
    "podcast": _podcast,
    "panel": _panel,
    "press": _press,
    "meeting": _meeting,
    "play": _play,
    "none": _chat,
}
"""What prints each kind; a chat is of kind `none`."""
