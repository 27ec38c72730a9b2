"""Made interviews in English between a Chinese byline and Chinese credits, as a bilingual desk publishes them."""

import random
from typing import NamedTuple

FIRST = [
    "Ada",
    "Ines",
    "Nora",
    "Lena",
    "Mira",
    "Ruth",
    "Ivo",
    "Otto",
    "Hugo",
    "Felix",
    "Zhang",
    "Li",
    "Wang",
    "Liu",
    "Chen",
    "Amina",
    "Pavel",
]
LAST = [
    "Fern",
    "Moss",
    "Halabi",
    "Quill",
    "Harrow",
    "Penn",
    "Xiao",
    "Wei",
    "Ming",
    "Fang",
    "Rahman",
    "Novak",
    "Keller",
    "Thorn",
]
OUTLETS = [
    "Nanyu Evening News",
    "Harbour Daily",
    "SHC Markets and Tides",
    "Coast Weekly",
    "HMX",
    "River Post",
    "Quartz Lane",
    "HTN",
]
REPORTERS = ["周明远", "林一舟", "方若溪", "高闻笛", "贺南", "沈知遥"]
PLACES = ["福建厦门", "广州", "上海", "海口", "青岛"]
SUBJECTS = [
    "the new harbour",
    "the night ferry",
    "the seed bank",
    "the tide mills",
    "the railway to the north",
    "the fishing quotas",
    "the school on the island",
    "the salt works",
    "the old lighthouse",
    "the market for sea grass",
]
PEOPLE = [
    "fishermen",
    "engineers",
    "the council",
    "our neighbours",
    "young people",
    "investors",
    "the port authority",
    "farmers",
]
CLAIMS = [
    "{s} has changed how {p} work along this coast.",
    "Over the past ten years, {p} have put a lot of money into {s}.",
    "We have signed three agreements about {s}, and the fourth is nearly ready.",
    "In the first half of the year, the volume rose by {n} per cent.",
    "First, cooperation between {p} and the region has become deeper.",
    "Second, {s} gives {p} a reason to stay.",
    "That is why we expect {s} to grow by {n} per cent next year.",
    "Both sides will keep in close contact at all levels.",
    "It was not easy, and {p} had every right to doubt us.",
    "I remember the winter in which {s} was closed for {n} days.",
    "As the saying goes, a long road tests a horse, and {s} has tested us all.",
    "There is great potential, and I believe that {p} will find new ways to use it.",
    "Last but not least, people-to-people exchange matters more than any figure.",
]
OPENERS = [
    "As you know, ",
    "Well, ",
    "Thank you. ",
    "That is a good question. ",
    "I think ",
    "Yes. ",
    "To be honest, ",
    "",
    "",
    "",
    "First of all, ",
]
QUESTIONS = [
    "What does {s} mean for {p}?",
    "How do you see the future of {s}?",
    "Why did {p} wait so long?",
    "As we know, {s} was first proposed here. What has it brought to {p} so far?",
    "{P} say that {s} costs too much. How do you respond to that?",
    "Could you tell us which projects around {s} come next?",
    "What are the greatest risks for {p}?",
    "In which fields will {p} and the region work together?",
    "Do you expect {s} to pay for itself?",
]
REMARKS = [
    "Please tell us about {s}.",
    "Let us talk about {p}.",
    "Some of {p} say that {s} came too late.",
    "We would like to hear your view of {s}.",
    "Your plan for {s} has met with doubts among {p}.",
    "Finally, a word to {p}.",
]
ASKED_BACK = ["Who else would do it?", "Is that too much to ask?", "And what did we find?", "Why should we stop there?"]


class MadeArticle(NamedTuple):
    """The text of an article, who asks and who answers in it."""

    text: str
    asker: str
    answerer: str


def made_article(chance: random.Random) -> MadeArticle:
    """One article; the same for the same state of `chance`."""
    guest = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    reporter = chance.choice(REPORTERS)
    host = chance.choice(OUTLETS) if chance.random() < 0.4 else f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    while host.split()[0] == guest.split(maxsplit=1)[0] or host.split()[-1] == guest.rsplit(maxsplit=1)[-1]:
        host = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    is_person = host not in OUTLETS
    asker = host.split()[0] if is_person and chance.random() < 0.4 else host
    answerer = chance.choice((guest, guest, guest, guest.split(maxsplit=1)[0], guest.split()[1]))
    subject = chance.choice(SUBJECTS)
    named = f" {host}" if is_person and chance.random() < 0.4 else ""
    lines = [
        f"{guest}: {subject.capitalize()} is for everybody" if chance.random() < 0.6 else f"A talk about {subject}",
        f"海潮日报记者{reporter}{chance.choice(PLACES)}报道{named}",
        sentence(chance, CLAIMS),
        f"{guest} told us that “{sentence(chance, CLAIMS)}”" if chance.random() < 0.7 else sentence(chance, CLAIMS),
    ]
    asking = chance.choice((0.0, 0.2, 0.5))
    stated = chance.choice((0.0, 0.3, 0.6, 0.9))
    for number in range(chance.randint(3, 9)):
        if number and chance.random() < 0.25:
            lines.append(f"{subject.capitalize()} and what comes after it")
        lines.append(f"{asker}: {sentence(chance, REMARKS if chance.random() < stated else QUESTIONS)}")
        answer = [paragraph(chance) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
        if chance.random() < asking:
            answer[-1] += f" {chance.choice(ASKED_BACK)}"
        lines += [f"{answerer}: {chance.choice(OPENERS)}{answer[0]}", *answer[1:]]
    lines += [f"编辑：{chance.choice(REPORTERS)}", f"校对：{chance.choice(REPORTERS)}"]
    return MadeArticle("\n".join(lines) + "\n", asker, answerer)


def sentence(chance: random.Random, patterns: list[str]) -> str:
    """A sentence made of a pattern."""
    people = chance.choice(PEOPLE)
    values = {"s": chance.choice(SUBJECTS), "p": people, "P": people.capitalize(), "n": chance.randint(3, 40)}
    made = chance.choice(patterns).format(**values)
    return made[0].upper() + made[1:]


def paragraph(chance: random.Random) -> str:
    """A paragraph of an answer."""
    return " ".join(sentence(chance, CLAIMS) for _ in range(chance.randint(1, 4)))
