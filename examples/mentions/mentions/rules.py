"""The layers and the rules of the stage, each rule with texts on which it acts and texts that it spares."""

from pipeline import Rule

PERSON, OUTLET, PLACE = "mentions.person", "mentions.outlet", "mentions.place"

TALK = (
    "The Last Ferry\n"
    "By Tom Arden, Harbour Letter\n"
    "Harbour Letter: Who taught you to steer?\n"
    "Lena Orwick: My aunt did.\n"
    "Harbour Letter: And now?\n"
    "Lena Orwick: Now I teach.\n"
)

KNOWN_PERSON = Rule(
    "mentions.known-person",
    "a person whom the document itself names: a speaker, a reporter, somebody in the credits",
    acts=(f"{TALK}Lena Orwick ended her shift at noon.\n",),
    spares=(TALK, "Lena Orwick ended her shift at noon."),
)
SURNAME = Rule(
    "mentions.surname",
    "the surname alone of a person whom the document names in full, and one only of that surname",
    acts=(f"{TALK}By noon Orwick had ended her shift.\n", "We met Dr. Lena Orwick. Orwick was late."),
    spares=(f"{TALK}The Orwick Bridge was closed.\n", "We met Ms. Ada Brown. Brown bread was all she ate."),
)
TITLED = Rule(
    "mentions.titled",
    "a name beside a title: Mr., Professor, 教授, 记者",
    acts=("We met Professor Ada Fern.", "我们采访了李明远教授。", "当时在场的记者李明远说，天亮了。"),
    spares=(
        "We met the professor on President Street.",
        "许多教授来了。",
        "教授方法，各有不同。",
        "He lives at 12 Ocean Dr. Then left.",
    ),
)
KNOWN_OUTLET = Rule(
    "mentions.known-outlet",
    "an outlet that the document itself names: in its byline, or as a speaker",
    acts=(f"{TALK}The Harbour Letter thanks her.\n",),
    spares=(TALK, "The Harbour Letter thanks her."),
)
LISTED_OUTLET = Rule(
    "mentions.listed-outlet",
    "an outlet of the list `outlets.tsv`",
    acts=("He told China Daily so.", "新华社记者到了。"),
    spares=("He reads daily.", "共同社会责任", "South China Daily Wear"),
)
OUTLET_FORM = Rule(
    "mentions.outlet-form",
    "what is named like an outlet: the Nanyu Evening News, 《南屿周刊》, 厦门晚报",
    acts=(
        "She wrote for the Nanyu Evening News.",
        "他在《南屿周刊》工作。",
        "厦门晚报刊登了照片。",
        "据南屿晚报报道，船已停航。",
    ),
    spares=("Here is the Good News.", "These were hard times.", "多家日报刊登了照片。", "《泰坦尼克海报》"),
)
KNOWN_PLACE = Rule(
    "mentions.known-place",
    "the place of the document's byline, where it is in no list",
    acts=("潮水\n南屿晚报记者 林知夏 发自石浔镇\n我们到了石浔镇。\n",),
    spares=("我们到了石浔镇。",),
)
LISTED_PLACE = Rule(
    "mentions.listed-place",
    "a place of the list `places.tsv`",
    acts=("She was born in Almaty.", "他住在哈萨克斯坦。", "The ship left London’s docks."),
    spares=("London Bridge is closed.", "北京大学的学生", "China Daily wrote so.", "他是法国人。"),
)
DOUBTFUL_PLACE = Rule(
    "mentions.doubtful-place",
    "a place whose name is also a word or a name, behind `in` or a word like it",
    acts=("She was born in Reading.",),
    spares=("Reading is fun.", "Jordan laughed.", "We saw Georgia Hale in Reading Gaol."),
)
RULES = (
    KNOWN_PERSON,
    SURNAME,
    TITLED,
    KNOWN_OUTLET,
    LISTED_OUTLET,
    OUTLET_FORM,
    KNOWN_PLACE,
    LISTED_PLACE,
    DOUBTFUL_PLACE,
)
