"""Invented talks and prose for generated pages, in English and Chinese: who asks, who answers, and their words.

Sentences are drawn from templates, so that hundreds of talks differ in their words and lengths.
"""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

FIRST = (
    "Marta",
    "Ivo",
    "Lena",
    "Tomas",
    "Ruth",
    "Ines",
    "Orla",
    "Sam",
    "Aino",
    "Karel",
    "Dora",
    "Felix",
    "Nadia",
    "Piet",
    "Yusuf",
    "Greta",
    "Hugo",
    "Mina",
    "Oskar",
    "Petra",
    "Silvia",
    "Bram",
    "Chloe",
    "Emre",
    "Frida",
    "Jonas",
    "Kofi",
    "Leila",
    "Noor",
    "Tariq",
)
LAST = (
    "Reed",
    "Moss",
    "Brandt",
    "Ruiz",
    "Ashdown",
    "Fern",
    "Finch",
    "Vale",
    "Laine",
    "Holt",
    "Okafor",
    "Lindqvist",
    "Marsh",
    "Petrov",
    "Quill",
    "Sorensen",
    "Tully",
    "Weaver",
    "Novak",
    "Castle",
    "Dunmore",
    "Haddad",
    "Ibsen",
    "Jansen",
    "Kerr",
    "Loftus",
    "Mistry",
    "Ogawa",
)
OUTLETS = ("Harbour Post", "The Skerry Letter", "Valley Courier", "Northern Review", "Craft Weekly", "Tidewater News")
CRAFT = (
    "boats",
    "bells",
    "clocks",
    "kites",
    "bridges",
    "baskets",
    "violins",
    "maps",
    "saddles",
    "sails",
    "lanterns",
    "cheeses",
    "roofs",
    "books",
    "knives",
    "carpets",
    "orchards",
    "lighthouses",
    "puppets",
    "wells",
)
PLACE = ("Skerry", "the old harbour", "Vellmar", "the upper valley", "Port Anselm", "the islands", "Dunmore", "Kestrel")

QUESTIONS = (
    "How did you come to make {craft}?",
    "What was the first of your {craft} like?",
    "Who taught you?",
    "You left {place} in {year}. Why?",
    "Do you still work with your hands every day?",
    "What do people get wrong about {craft}?",
    "Is there anything you would do differently if you began again?",
    "When did you know that it would work?",
    "How long does one of these take you?",
    "And the neighbours, what did they say?",
    "Were you ever afraid that it would all come to nothing?",
    "Why not simply buy them?",
    "What does a winter in {place} do to {craft}?",
    "How many people work with you now?",
    "You once called {craft} “stubborn animals”. Do you still see them that way?",
    "What would you say to somebody who wants to learn this?",
    "Did the flood of {year} change anything for you?",
    "Where does the wood come from?",
    "What is the hardest part?",
    "Have you ever thrown one away?",
    "So it was luck?",
    "What comes next for you?",
    "Can a machine do what you do?",
    "How do you decide that a thing is finished?",
    "What do your children think of it?",
    "Which of them would you never sell?",
    "How was it to come back to {place} after so many years?",
    "What did your father make of your choice?",
    "Does the town help you?",
    "If you look back at {year}, what do you see?",
)
REQUESTS = (
    "Tell us about your workshop.",
    "Describe a day in {place} for us.",
    "You seem to enjoy the slow part of it.",
    "Tell me more about those years.",
)
ANSWERS = (
    "I was nine when I first saw one being made.",
    "My uncle kept {craft} in a shed behind the mill, and I was not allowed to touch them.",
    "We had no money, so we learned to repair what others threw away.",
    "It took me four winters to understand what I was doing.",
    "Never.",
    "Honestly, I do not know.",
    "In {year} the road to {place} was closed for months, and everything had to come by sea.",
    "People think that it is romantic, but most of my day is sweeping.",
    "You hear it before you see it, and then you wait.",
    "There were three of us at the start, and I am the only one who stayed.",
    "The old men in {place} laughed, and then they came back with questions of their own.",
    "I still have the first one; it leans against the wall and reminds me to be humble.",
    "A machine makes the same thing a thousand times, and I have never made the same thing twice.",
    "We tried to sell {craft} at the market, and nobody even stopped.",
    "That was the worst year of my life, and I would not miss a day of it.",
    "My mother said that I should find a proper job, and she was right for about a month.",
    "The wood comes from the hill above {place}; we cut it ourselves in January.",
    "Do I regret it? Sometimes, on Mondays.",
    "What else could I have done? I had promised it to the village.",
    "Yes, of course.",
    "If it rings, it is done, and if it does not, I start again.",
    "My daughter paints them now, and she is better at it than I was at her age.",
    "We are eleven people, two of whom are called Anna, which makes the mornings confusing.",
    "I read about {craft} for ten years before I dared to build any.",
    "It is the patience that people pay for, though none of them would say so.",
    "The council gave us a room without windows, and we were grateful for it.",
    "After the flood we found our tools in the neighbour’s garden, in a tree.",
    "I would tell them to begin with something ugly, because then nobody is watching.",
)
LEADS = (
    "On a grey morning in {place} the door of the workshop stands open, and somebody inside is whistling.",
    "For thirty years {name} has made {craft} in {place}, and for most of that time nobody asked why.",
    "{name} is one of the last people in the country who make {craft} by hand; we met in {place}.",
    "There is no sign above the door, and visitors walk past it twice.",
)
TITLES = (
    "The last {craft} of {place}",
    "“I wanted to hear it ring”: a life among {craft}",
    "What {craft} teach you about waiting",
    "{name} on {craft}, winter and patience",
    "Thirty years of {craft}",
)
HEADINGS = ("A shed behind the mill", "Water and debt", "Slow work", "The second winter", "What stays")
CAPTIONS = (
    "{name} in the workshop. Photo: {maker}",
    "The yard in {place}, photographed in {year}.",
    "Three {craft} before the last coat of paint (photo: {maker})",
)

ZH_SURNAMES = "林陈王李张刘赵周吴郑沈韩杨朱何吕施孔曹严金魏陶姜戚谢邹苏潘葛范彭"
ZH_GIVEN = ("安", "小满", "雨晴", "建国", "秋生", "文", "晓", "以宁", "志远", "芳", "海涛", "思敏", "云", "一鸣", "静")
ZH_OUTLETS = ("南湾晚报", "山城周刊", "北岸新闻", "渡口杂志", "东溪日报")
ZH_CRAFT = ("木船", "风筝", "铜钟", "竹篮", "油纸伞", "月琴", "灯笼", "石桥", "瓦罐", "剪纸", "皮影")
ZH_PLACE = ("南湾", "老渡口", "石桥镇", "上游的村子", "东溪", "岛上", "北岸")
ZH_QUESTIONS = (
    "您是怎么开始做{craft}的？",
    "第一件{craft}是什么样子？",
    "谁教的您？",
    "{year}年您离开了{place}，为什么？",
    "现在每天还亲手做吗？",
    "外面的人对{craft}最大的误会是什么？",
    "如果重来一次，您会有什么不同的选择？",
    "您是什么时候觉得这件事能成的？",
    "做一件要多长时间？",
    "邻居们当时怎么看？",
    "有没有想过放弃？",
    "为什么不干脆去买现成的？",
    "{place}的冬天对{craft}有什么影响？",
    "现在有多少人跟着您做？",
    "您对想学这门手艺的年轻人有什么话说？",
    "那年的大水给您带来了什么？",
    "木料从哪里来？",
    "最难的是哪一步？",
    "机器能代替您吗？",
    "您的孩子愿意接着做吗？",
    "接下来您有什么打算？",
    "回到{place}以后，感觉怎么样？",
)
ZH_REQUESTS = ("请您谈谈您的作坊。", "跟我们讲讲那几年吧。", "您好像很享受慢的部分。")
ZH_ANSWERS = (
    "我九岁那年第一次看见别人做{craft}。",
    "我舅舅把{craft}放在磨坊后面的棚子里，不许我碰。",
    "我们没有钱，只好学着修别人扔掉的东西。",
    "我花了四个冬天才明白自己在做什么。",
    "没有。",
    "说实话，我也不知道。",
    "{year}年去{place}的路断了几个月，什么都得从水上运。",
    "大家觉得这件事很浪漫，其实我大半天都在扫地。",
    "你先听见它，然后才看见它，剩下的就是等。",
    "开始的时候我们有三个人，留下来的只有我。",
    "{place}的老人先是笑我，后来又回来问我。",
    "第一件我还留着，靠在墙边，提醒我别得意。",
    "机器能把同一件东西做一千遍，我从来没有做过两件一样的。",
    "我们拿{craft}到集市上去卖，没有一个人停下来。",
    "那是我一辈子最难的一年，可是我一天也舍不得忘掉。",
    "木头是{place}后山的，我们正月里自己去砍。",
    "后悔吗？有时候吧，下雨天的时候。",
    "当然。",
    "敲一下，响了就是好了，不响就重来。",
    "我女儿现在给它们上色，比我那个年纪画得好。",
    "我看了十年关于{craft}的书，才敢动手。",
    "镇上给了我们一间没有窗户的屋子，我们已经很感激了。",
)
ZH_LEADS = (
    "一个阴天的早晨，{place}的作坊开着门，里面有人在吹口哨。",
    "三十年来，{name}一直在{place}做{craft}，很少有人问过为什么。",
    "{name}是还在手工做{craft}的少数几个人之一，本刊在{place}见到了他。",
)
ZH_TITLES = ("{place}最后的{craft}", "{name}：我只想听它响一声", "做了三十年{craft}的人", "{craft}教会我等待")
ZH_HEADINGS = ("磨坊后面的棚子", "水与债", "慢工", "第二个冬天")
ZH_CAPTIONS = ("{name}在作坊里。摄影：{maker}", "{year}年的{place}", "上最后一遍漆之前的{craft}（{maker}摄）")


EXPERT_QUESTIONS = (
    "Why did the old {craft} last so long?",
    "What exactly failed in {year}?",
    "Is this only a problem in {place}?",
    "How much would it cost to save them?",
    "Who decided that {craft} were no longer needed?",
    "Which mistakes were made?",
    "Could it happen again?",
    "Are there examples elsewhere?",
    "What role did the weather play?",
    "When will the work be finished?",
    "Is there enough money for it?",
    "And if nothing is done?",
    "What does the law say?",
    "How many are left?",
    "Where should one start?",
    "Does anybody still make {craft} that way?",
)
EXPERT_ANSWERS = (
    "The old builders chose the wood tree by tree, and nobody has the time for that now.",
    "A single bolt, as far as anybody knows.",
    "No, the same thing was seen in {place} and in two other towns.",
    "About a third of what the new road costs.",
    "The council did, in {year}, by one vote.",
    "Everybody looked at the price and nobody at the water.",
    "It could happen tomorrow.",
    "The best known are in the north, where {craft} are cared for by the schools.",
    "Frost does more damage than any storm, because it comes back every night.",
    "The plan says {year}, which has passed.",
    "There is money for opening ceremonies; there is little for paint.",
    "Then {craft} will be something that children see in books.",
    "The law is clear, but it is older than the problem.",
    "Eleven were counted last autumn, two of them in a museum.",
    "With the roof, always with the roof.",
    "I know of two workshops, and one of them closes this year.",
    "Is that expensive? Less than one thinks.",
    "Most records burned in {year}, so the answer is a guess.",
)
ZH_EXPERT_QUESTIONS = (
    "为什么老的{craft}能用那么久？",
    "{year}年到底是哪里出了问题？",
    "这只是{place}的问题吗？",
    "要花多少钱才能保住？",
    "当初是谁决定不再要{craft}的？",
    "还会再发生吗？",
    "别的地方有先例吗？",
    "天气起了什么作用？",
    "工程什么时候能完？",
    "资金够不够？",
    "如果什么都不做呢？",
    "现在还剩多少？",
    "应该从哪里入手？",
)
ZH_EXPERT_ANSWERS = (
    "老师傅选木料是一棵一棵挑的，现在没有人有这个时间。",
    "据目前所知，只是一颗螺栓。",
    "不是，{place}和另外两个镇也出现过。",
    "大约是新公路造价的三分之一。",
    "镇里在{year}年表决，只差一票。",
    "所有人都看价格，没有人看水位。",
    "明天就可能发生。",
    "最有名的在北方，那里的{craft}由学校照管。",
    "霜冻比风暴更厉害，因为它每天夜里都来。",
    "计划上写的是{year}年，已经过了。",
    "剪彩的钱总是有的，刷漆的钱很少。",
    "那样的话，孩子们只能在书里看到{craft}了。",
    "去年秋天数过，一共十一件，其中两件在博物馆里。",
    "从屋顶开始，永远从屋顶开始。",
    "档案在{year}年烧掉了大半，所以只能估计。",
)

EXPERT_SHARE = 0.3
"""Share of the talks with an expert about a thing, in which hardly anybody says I or you."""
VIEW_SHARE = 0.2
"""Share of the expert's sentences, and of the questions, that name whose view they are."""


class Talk(NamedTuple):
    """A talk: `turns` are pairs of a question and the paragraphs of its answer."""

    chinese: bool
    title: str
    lead: str
    asker: str
    guest: str
    reporter: str
    outlet: str
    date: str
    headings: tuple[str, ...]
    captions: tuple[str, ...]
    turns: tuple[tuple[str, tuple[str, ...]], ...]


def person(rng: random.Random, *, chinese: bool) -> str:
    """A name."""
    if chinese:
        return rng.choice(ZH_SURNAMES) + rng.choice(ZH_GIVEN)
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def talk(rng: random.Random, *, chinese: bool) -> Talk:
    """A talk of two to twelve questions, of which at most one is a request."""
    expert = rng.random() < EXPERT_SHARE
    asked, answered = (
        ((ZH_EXPERT_QUESTIONS, ZH_EXPERT_ANSWERS) if chinese else (EXPERT_QUESTIONS, EXPERT_ANSWERS))
        if expert
        else ((ZH_QUESTIONS, ZH_ANSWERS) if chinese else (QUESTIONS, ANSWERS))
    )
    guest, reporter, maker = (person(rng, chinese=chinese) for _ in range(3))
    outlet = rng.choice(ZH_OUTLETS if chinese else OUTLETS)
    slots = {
        "craft": rng.choice(ZH_CRAFT if chinese else CRAFT),
        "place": rng.choice(ZH_PLACE if chinese else PLACE),
        "name": guest,
        "maker": maker,
    }

    def filled(template: str) -> str:
        return template.format(year=rng.randint(1961, 2019), **slots)

    view, reply = ("在您看来，", "我认为，") if chinese else ("In your view, ", "I think: ")

    def viewed(words: str, opening: str) -> str:
        if not expert or rng.random() >= VIEW_SHARE:
            return words
        return opening + (words if chinese else words[0].lower() + words[1:])

    questions = rng.sample(asked, rng.choice((2, 3, 3, 4, 4, 5, 6, 7, 8, 10, 12)))
    if not expert and len(questions) > 2 and rng.random() < 0.3:
        questions[rng.randrange(1, len(questions))] = rng.choice(ZH_REQUESTS if chinese else REQUESTS)
    turns = tuple(
        (
            viewed(filled(question), view),
            _answer(rng, lambda words: viewed(filled(words), reply), answered, chinese=chinese),
        )
        for question in questions
    )
    return Talk(
        chinese,
        filled(rng.choice(ZH_TITLES if chinese else TITLES)),
        filled(rng.choice(ZH_LEADS if chinese else LEADS)),
        rng.choice((reporter, outlet, *(("记者",) if chinese else ("Interviewer",)))),
        guest,
        reporter,
        outlet,
        f"{rng.randint(2009, 2024)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        tuple(rng.sample(ZH_HEADINGS if chinese else HEADINGS, 2)),
        tuple(map(filled, rng.sample(ZH_CAPTIONS if chinese else CAPTIONS, 2))),
        turns,
    )


def _answer(
    rng: random.Random, filled: Callable[[str], str], sentences: Sequence[str], *, chinese: bool
) -> tuple[str, ...]:
    """One or two paragraphs of one to four sentences; no answer is a question only."""
    paragraphs = []
    for _ in range(1 + (rng.random() < 0.25)):
        chosen = [filled(each) for each in rng.sample(sentences, rng.randint(1, 4))]
        paragraphs.append(("" if chinese else " ").join(chosen))
    return tuple(paragraphs)
