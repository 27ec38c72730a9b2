"""The forms of frames that `benchmarks.frames` puts around invented talks; every second one of a kind is held out."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

SENTENCES = Path(__file__).parent / "talk_sentences.tsv"
NAMES: dict[str, tuple[str, ...]] = {
    "en": (
        "Ada Fern", "Ivo Moss", "Lena Brandt", "Tomas Ruiz", "Greta Holm", "Samuel Oduya", "Mina Patel", "Owen Clarke",
        "Ruth Adler", "Pablo Serrano", "Hanna Virtanen", "Julian Frost",
    ),
    "zh": (
        "孙若晴", "罗启明", "郭小渡", "白予安", "施明远", "梁文轩", "何佳", "陈思远", "王雨桐", "李木子", "赵一航",
        "周清越",
    ),
}  # fmt: skip


class Form(NamedTuple):
    """One wording of a frame; paragraphs are divided by line ends."""

    name: str
    language: Literal["en", "zh"]
    text: str
    held_out: bool


@cache
def sentences(language: str, kind: str) -> list[str]:
    """The sentences of one kind in one language; translations have the same index."""
    lines = SENTENCES.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [row[2] for row in rows if row[:2] == [language, kind]]


def _forms(language: Literal["en", "zh"], texts: Iterable[str], name: str = "") -> tuple[Form, ...]:
    """Forms of which every second is held out, named by their first words."""
    return tuple(Form(name or text[:32].split("\n")[0], language, text, i % 2 == 1) for i, text in enumerate(texts))


# The title is {title}, a person {name}, the lead {lead}.
KEY_FORMS = tuple(
    Form(name, "en", text, held_out)
    for name, held_out, text in (
        ("yaml plain", False, "---\nlayout: post\ntitle: {title}\ndate: 2021-05-03\n---"),
        ("yaml quoted", False, '---\ntitle: "{title}"\nauthor: {name}\n---'),
        ("yaml folded", False, "---\ntitle: >\n  {title}\ntags:\n  - talk\n---"),
        ("yaml literal", True, "---\ndate: 2021-05-03\ntitle: |-\n  {title}\n---"),
        ("yaml folded, stripped", True, "---\ntitle: >-\n    {title}\nslug: a-talk\n---"),
        ("json", False, '{{\n  "title": "{title}",\n  "date": "2021-05-03",\n  "tags": ["talk"]\n}}\n'),
        ("json, nested", True, '{{\n    "date": "2021-05-03",\n    "params": {{}},\n    "title": "{title}"\n}}\n'),
        ("json fenced", False, ';;;\n{{\n"title": "{title}",\n"draft": false\n}}\n;;;\n'),
        ("json on one line", True, '{{"title": "{title}", "layout": "post", "date": "2021-05-03"}}\n'),
        ("toml", False, '+++\ntitle = "{title}"\ndate = 2021-05-03\n+++'),
        ("toml, literal quotes", True, "+++\ndate = 2021-05-03\ntitle = '{title}'\ndraft = false\n+++"),
        ("pelican", False, "Title: {title}\nDate: 2021-05-03 10:20\nCategory: Talks\nSlug: a-talk\n"),
        ("pelican, author first", True, "Author: {name}\nTitle: {title}\nDate: 2021-05-03\nTags: talk, harbour\n"),
        ("pelican, small letters", False, "title: {title}\ndate: 2021-05-03\ntags: talk\n"),
        ("multimarkdown", True, "Title:  {title}  \nAuthor: {name}  \nDate:   3 May 2021  \n"),
        ("org", False, "#+TITLE: {title}\n#+DATE: <2021-05-03 Mon>\n#+OPTIONS: toc:nil\n"),
        ("org, small letters", True, "#+startup: overview\n#+title: {title}\n#+author: {name}\n"),
        ("asciidoc", False, "= {title}\n:jbake-type: post\n:toc:\n"),
        ("asciidoc with date", True, "= {title}\n:revdate: 2021-05-03\n:page-layout: post\n"),
        ("rest", False, ":title: {title}\n:date: 2021-05-03\n:category: talks\n"),
        ("rest, nikola", True, ".. title: {title}\n.. slug: a-talk\n.. date: 2021-05-03\n.. tags: talk\n"),
        ("chinese keys", False, "标题：{title}\n日期：2021-05-03\n分类：访谈\n"),
        ("chinese keys, fenced", True, "---\n标题: {title}\n日期: 2021-05-03\n---"),
    )
)  # fmt: skip

BYLINES = (
    *_forms(
        "zh",
        (
            "新华社北京1月14日电（记者{name}）",
            "中新社上海3月5日电（记者 {name}）",
            "（新华社广州6月8日电 记者{name}）",
            "新华社记者{name}",
            "新华社成都1月14日电",
            "人民网武汉11月2日电（{name}）",
            "【山城晚报】（记者 {name}）",
            "中新网杭州9月9日电 (记者 {name})",
            "本报北京3月5日电（记者{name}）",
            "本报讯（记者{name} 通讯员李木子）",
            "新华社南京2021年1月14日电 题：",
            "央广网西安4月1日消息（记者{name}）",
        ),
    ),
    *_forms(
        "en",
        (
            "HARBOUR CITY, 14 January (Northgate Wire) —",
            "LOWMARSH, Jan. 14 (Northgate Wire) --",
            "HARBOUR CITY (Northgate Wire) -",
            "PORT ELDER, March 5 (Reuters) -",
            "LONDON, 3 May 2021 (Harbour News Agency) –",
            "BEIJING, June 8 (Xinhua) --",
            "GENEVA, 5 March —",
            "LOWMARSH —",
            "NEW HARBOUR, Sept 9 (HNA) —",
            "PARIS, 2 November (AP) —",
        ),
    ),
)
NO_BYLINES = (
    *_forms(
        "zh",
        (
            "1月14日，停电的港口很安静。",
            "新华社的一位编辑说过，海是没有版权的。",
            "北京电（视）台的老楼前，她等着我们。",
            "记者何佳在港口等了三天。",
        ),
    ),
    *_forms(
        "en",
        (
            "WARNING (from the pilots) — read the tide tables first.",
            "BOATS, ROPE (AND SALT) — that is what she talks about.",
            "NOTE — the tape was turned twice.",
            "THE HARBOUR, 14 January. It is cold —",
            "NASA (the space agency) - is not what we talk about.",
            "I WAS THERE — so were you.",
        ),
    ),
)

LIST_ANSWERS = (
    *_forms(
        "en",
        (
            "I packed three things:\nA rope\nA lamp\nAn old chart",
            "You need these:\nPatience\nDry socks\nA good neighbour",
            "The boats that we had then\nGreyling\nSecond Wife\nPatience",
            "We said it every evening:\nSlowly to the pier\nSlowly home again",
        ),
        "list in an answer, en",
    ),
    *_forms(
        "zh",
        (
            "我带了三样东西：\n一根绳子\n一盏灯\n一张旧海图",
            "需要这些：\n耐心\n干袜子\n好邻居",
            "当时的几条船是\n灰鱼号\n老伴号\n耐心号",
            "我们每天晚上都说：\n慢慢到码头\n慢慢回家",
        ),
        "list in an answer, zh",
    ),
)

CLOSINGS = (
    *_forms(
        "en",
        (
            "Note: some names in this conversation have been changed.",
            "Editor's note: the council has since replied to our letter.",
            "* The harbour archive holds a recording of this talk.",
            "[Note: figures were updated on 3 May 2021.]",
            "Correction: an earlier version of this article gave the wrong year for the fire.",
            "Update: the new wall was opened in June.",
            "This interview was edited for length and clarity.",
            "The interview was translated from the Portuguese by the magazine.",
            "This work is licensed under a Creative Commons Attribution 4.0 International License.",
            "Text available under CC BY-SA 4.0.",
            "Photo: The northern pier in winter",
            "Cover image: the old mill, from the archive of the county museum",
            "Top picture: {name} on the jetty. Courtesy of the harbour museum.",
            "Image credits: the harbour museum",
            "P.S. The recording of the talk is in the library.",
            "PS: Readers who want to visit the pier can write to the museum.",
            "Postscript: {name} died in June, a month after we had met.",
            "Afterword: a year later the barn burned down, and the town rebuilt it.",
            "{name} is a sailor and lives on the northern pier.",
            "About the speaker: {name} has kept the lamp for thirty years.",
            "{asker} is a staff writer at the harbour magazine.",
            "The book by {name} is published by the county press and costs 12 pounds.",
            "For more talks like this, subscribe to our newsletter.",
            "Want to read more? Visit our archive of conversations.",
            "If you liked this talk, please share it with your friends.",
            "Join us next month for another conversation from the harbour.",
            "[Read the full series](https://harbour.example/series)",
            "[Listen to the recording of this talk](https://harbour.example/audio)",
            "[1] The wall was first mentioned in the annual report of 1962.",
            "1. See the report of the harbour council, 1962, page 14.",
            "Interview conducted on 3 May 2021 at the pier.",
            "Recorded at the mill in May 2021.",
            "Harbour Magazine, issue 14, May 2021",
            "First published in Harbour Magazine, May 2021.",
            "***\nThe northern pier is open from May to September.",
            "Further reading\nThe Sand Atlas, county press, 2019",
            "Resources\nhttps://harbour.example/tides\nhttps://harbour.example/maps",
            "Links:\n- [Tide tables](https://harbour.example/tides)\n- [The museum](https://harbour.example/museum)",
            "Tags: harbour, sand, lamps",
            "Filed under: harbour, talks",
            "END",
            "(End of transcript)",
            "11:47 A.M. EDT",
            "3:05 p.m. CET",
        ),
    ),
    *_forms(
        "zh",
        (
            "注：文中部分人名为化名。",
            "编者注：镇里后来回复了我们的来信。",
            "（注：本文数据更新于2021年5月3日。）",
            "备注：录音保存在港口档案馆。",
            "更正：本文早先的版本写错了火灾的年份。",
            "补充：新墙已经在六月启用。",
            "（本文根据录音整理，未经受访者审阅）",
            "以上内容根据访谈录音整理。",
            "本作品采用知识共享署名 4.0 国际许可协议进行许可。",
            "本文采用 CC BY-SA 4.0 协议授权。",
            "题图：冬天的北堤",
            "封面图：老磨坊，来自县博物馆",
            "图为{name}在栈桥上",
            "图片由港口博物馆提供",
            "又及：访谈录音可以在图书馆听到。",
            "后记：一年以后谷仓烧了，镇上的人又把它盖了起来。",
            "附记：见面一个月以后，{name}在六月去世。",
            "编后：我们会继续关注这条航道。",
            "{name}，水手，住在北堤上。",
            "受访者简介：{name}，守灯三十年。",
            "{asker}为本刊撰稿人。",
            "关于受访者：{name}出版过两本海图集。",
            "想看更多这样的访谈，请订阅我们的通讯。",
            "如果你喜欢这篇访谈，请分享给朋友。",
            "欢迎下个月再来听港口的故事。",
            "长按图片即可阅读整个系列。",
            "[点击阅读整个系列](https://harbour.example/series)",
            "[收听本次谈话的录音](https://harbour.example/audio)",
            "[1] 这道墙最早见于1962年的年报。",
            "1. 见港口理事会1962年报告，第14页。",
            "采访时间：2021年5月3日，地点：北堤。",
            "2021年5月录于老磨坊。",
            "《港口》杂志2021年第5期",
            "原载《港口》杂志2021年5月号。",
            "***\n北堤每年五月到九月开放。",
            "参考资料\n《沙之地图集》，县出版社，2019年",
            "相关链接\nhttps://harbour.example/tides\nhttps://harbour.example/maps",
            "延伸阅读：\n- [潮汐表](https://harbour.example/tides)\n- [博物馆](https://harbour.example/museum)",
            "标签：港口、沙子、灯",
            "关键词：港口 访谈",
            "（完）",
            "——完——",
        ),
    ),
)

SPEECH_ENDINGS = (
    *_forms(
        "en",
        (
            "My note on the door said “Photo: do not touch”, and everybody touched it.",
            "“Note: bring your own lamp,” she wrote, and I did.",
            "Please note: I never said that the wall was mine.",
            "I would note that the figures were updated twice while I was there.",
            "And the licence? We got it in the end, after three letters to the ministry.",
            "We put all of it under a Creative Commons licence, because I did not want to own the tide.",
            "I am a sailor and live on the northern pier. That is all there is to say.",
            "My teacher is a painter and lives in the south. I write to her every winter.",
            "So subscribe to your local paper, that is what I tell my students.",
            "If you want to visit us, come in May. We will have the kettle on.",
            "The interview with my father was never printed, and I still regret that.",
            "We published the first edition in May 2021, with the help of the county.",
            "There is a recording of it in the library, if you ever want to hear my father sing.",
            "The photo by my brother hangs in the hall. I walk past it every day.",
            "It was in the report of 1962 already. We only had to read it.",
            "Thank you. It was a pleasure.",
            "You can write to me at the museum, and I will answer.",
            "And the town rebuilt it, plank by plank, in one summer.",
            "In the end the council has always been on our side, whatever they say at the fair.",
            "Update the tables, mend the wall, feed the gulls. That is the whole plan.",
            "First the rope. Then the lamp. Then you may sit down.",
            "“The end,” said the old man, and that was how he closed the bridge.",
            "Mr. Holm would have laughed. He laughed at everything that floated.",
            "The museum is open from May to September, and I am there on most days.",
        ),
    ),
    *_forms(
        "zh",
        (
            "我在门上写着“图：请勿触摸”，结果人人都摸。",
            "“注：请自带灯”，她是这么写的，我就带了。",
            "请注意，我从来没说过那道墙是我的。",
            "我想补充一点，数据在我任内更新过两次。",
            "许可证嘛，给部里写了三封信，最后总算拿到了。",
            "我们把这些全都按知识共享协议放出去了，因为我不想占有潮水。",
            "我是个水手，住在北堤上，别的没什么可说的。",
            "我的老师是画家，住在南方，每年冬天我都给她写信。",
            "所以我总跟学生说，去订一份本地的报纸。",
            "你们要来看，就五月来，我们烧好水等着。",
            "我父亲的那次采访一直没有登出来，我到现在还觉得可惜。",
            "2021年5月，我们在县里的帮助下出了第一版。",
            "图书馆里有录音，你要是想听我父亲唱歌的话。",
            "我哥哥拍的那张照片挂在厅里，我每天都从它前面走过。",
            "1962年的报告里早就写了，我们只要去读就行。",
            "谢谢，我也聊得很高兴。",
            "你们可以写信到博物馆找我，我会回的。",
            "后来镇上的人用一个夏天，一块板一块板地把它重新盖了起来。",
            "说到底，镇里一直是站在我们这边的，不管他们在集市上怎么说。",
            "更新潮汐表，修墙，喂海鸥，计划就是这些。",
            "先是绳子，然后是灯，最后你才可以坐下来。",
            "老人说了一句“完了”，桥就这么关上了。",
            "何老师要是在，一定会笑的，凡是能浮起来的东西他都笑。",
            "博物馆每年五月到九月开放，多数日子我都在那里。",
        ),
    ),
)

# Two people are {0} and {1}.
CREDIT_LINES = (
    *_forms(
        "en",
        (
            "* [Photos: {0}](https://harbour.example/photos)",
            "- Editor: {0}\n- Photos: {1}",
            "* Translation: [{0}](https://harbour.example/people)",
            "1. Interview: {0}\n2. Translation: {1}",
            "[Photography by {0}](https://harbour.example/p)",
            "- **Editor:** {0}\n- **Illustration:** {1}",
            "* Photo by [{0}](https://harbour.example/p)",
            "- [Transcript: {0}](https://harbour.example/t) / [Editor: {1}](https://harbour.example/e)",
        ),
    ),
    *_forms(
        "zh",
        (
            "* [摄影：{0}](https://harbour.example/p)",
            "- 编辑：{0}\n- 摄影：{1}",
            "* 译者：[{0}](https://harbour.example/people)",
            "1. 采写：{0}\n2. 校对：{1}",
            "[图：{0}](https://harbour.example/p)",
            "- **编辑：**{0}\n- **设计：**{1}",
            "• 责任编辑：[{0}](https://harbour.example/e)",
            "- [翻译：{0}](https://harbour.example/t) / [校对：{1}](https://harbour.example/e)",
        ),
    ),
)
NO_CREDIT_LINES = (
    *_forms(
        "en",
        (
            "* Photos: I took thousands of them, and I kept nine.",
            "- Editors: never met one who could row.",
            "* Translation: that was my mother's work, every evening.",
            "1. Interview: never again, I said to my wife.",
        ),
    ),
    *_forms(
        "zh",
        (
            "* 摄影：我拍了几千张，只留下九张。",
            "- 编辑：我没见过一个会划船的。",
            "* 翻译：那是我母亲每天晚上的活儿。",
            "1. 采访：我跟妻子说，再也不做了。",
        ),
    ),
)

# Glued to the end of the last answer; a person is {name}.
GLUED_BYLINES = (
    *_forms(
        "zh",
        (
            "（记者 {name}）",
            "（本报记者{name}）",
            "(山城特派记者 {name} 前方报道)",
            "○新报记者 {name} 文",
            "（文/{name}）",
            "（采写：{name}）",
            "（实习生 {name}）",
            "（港口晚报记者{name} 罗启明）",
        ),
    ),
    *_forms("en", (" (By {name})", " (Reporting by {name})", " (Interview by {name})", " (Written by {name})")),
)
GLUED_SPEECH = (
    *_forms(
        "zh", ("（笑）", "（记者笑）", "（记者站了起来）", "（文章后来登了）", "（指着墙上的图）", "（记者：不会吧）")
    ),
    *_forms("en", (" (Laughs.)", " (By hand.)", " (by my mother)", " (I still have it)")),
)

TRANSLATION_HEADINGS = (
    *_forms(
        "en",
        (
            "英文版本",
            "English version",
            "## English version",
            "**英文版**",
            "以下为英文版：",
            "### 英文翻译",
            "English translation",
            "【English】",
            "---\nEnglish",
            "（英文原文）",
        ),
    ),
    *_forms(
        "zh",
        (
            "Chinese version",
            "中文版本",
            "## 中文版",
            "**Chinese translation**",
            "中文译文：",
            "The Chinese version follows.",
            "### 中文",
            "附：中文译文",
        ),
    ),
)
LEAD_ENDINGS = (
    *_forms(
        "en",
        (
            "她在信里还写道：\n慢慢来，港口不会走。",
            "The sign above the door is in Chinese:\n灯在，船就在。",
        ),
    ),
    *_forms(
        "zh",
        (
            "英文版本我没有读过。\nI only know its first line, and it is about rain.",
            "墙上还刻着一句英文：\nSlowly to the pier, slowly home again.",
        ),
    ),
)
