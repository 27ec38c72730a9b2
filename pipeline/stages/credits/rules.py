"""The rules of the stage `credits`, each with texts in which it acts and texts that it spares."""

from pipeline.model.stage import Rule

BYLINE = Rule(
    "credits.byline",
    "a line whose form is that of a byline: outlet, 记者, names, place, 报道; or `By` and names",
    acts=("西岭日报记者施诗哈萨克斯坦阿斯塔纳报道", "A title\nBy Jane Doe, The Outlet", "作者：田牧"),
    spares=("一位记者对他说", "By Friday, the river had fallen.", "By Popular Demand", "答记者问"),
)
DATELINE = Rule(
    "credits.dateline",
    "agency, place and date, or the reporters in brackets, before the first sentence",
    acts=("新华社北京3月5日电（记者王明）大会今天闭幕。", "山城晚报讯（记者 孙若晴）昨天"),
    spares=("（记者注：这里有误）他说", "3月5日，新华社发了一条消息"),
)
FRONT_MATTER = Rule(
    "credits.front-matter",
    "author, translator or transcriber in the block of keys at the top",
    acts=('---\ntitle: x\nauthor: "Jane Doe"\n---\n\nThe text.',),
    spares=("author: one who writes",),
)
LINE = Rule(
    "credits.line",
    "a line of role and names, at the end or right below the title",
    acts=("编辑：罗启明", "校对：陶然 葛小满", "Editors: Hannah Coldwell, Qiao Yiming", "（编辑 余爽 周冬梅）"),
    spares=("记者：谢谢", "Reporter: Thank you.", "编辑工作：很辛苦", "技术：这是一个很大的问题，我们要慢慢来。"),
)
COMPOSED = Rule(
    "credits.composed",
    "a line of a role composed of others, and names",
    acts=("海外运营内容统筹: 张然",),
    spares=("编辑：罗启明", "海外运营内容统筹很重要"),
)
NOTICE = Rule(
    "credits.notice",
    "a paragraph about source, reposting, rights, further reading, or subscriptions",
    acts=("正文。\n来源：清渡国际新闻网", "The text.\n© 2024 Lantern Weekly. All rights reserved."),
    spares=("The source of the river is a spring.", "来源不明的钱"),
)
DISCLAIMER = Rule(
    "credits.disclaimer",
    "a paragraph that says who is not answerable or what nobody may do, and what goes on with it",
    acts=("正文。\n声明:免责声明:此文仅代表作者个人观点。", "The text.\nDisclaimer: The views are the author's own."),
    spares=("他发表了声明：不。", "She has a disclaimer for that."),
)

RULES = (BYLINE, DATELINE, FRONT_MATTER, LINE, COMPOSED, NOTICE, DISCLAIMER)
