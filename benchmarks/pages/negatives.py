"""Pages without a talk that look like one: lists of questions, glossaries, tables, instructions, products, essays."""

import random
from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType

FAQ = (
    ("How do I return an order?", "Send it back within thirty days. The label is in the parcel."),
    ("Can I change my delivery address?", "Yes, until the parcel leaves the warehouse."),
    ("Which payment methods are accepted?", "All major cards, bank transfer and vouchers."),
    ("Do you ship to islands?", "We ship everywhere, but it takes two days longer."),
    ("What happens if I am not at home?", "The courier leaves a note and tries again the next day."),
    ("Is there a student discount?", "Students get ten percent off with a valid card."),
    ("How long is the warranty?", "Two years for all devices, one year for batteries."),
    ("Where can I find my invoice?", "Invoices are in the account area under Orders."),
    ("How do I reset my password?", "Use the link below the login form; it is valid for an hour."),
    ("Why was my card declined?", "Usually the bank asks for a second confirmation that timed out."),
)
ZH_FAQ = (
    ("如何申请退货？", "收到商品三十天内可以申请，标签在包裹里。"),
    ("可以修改收货地址吗？", "发货之前可以修改。"),
    ("支持哪些付款方式？", "支持银行卡、转账和礼品卡。"),
    ("快递送达时无人在家怎么办？", "快递员会留下通知，第二天再次派送。"),
    ("保修期多长？", "整机两年，电池一年。"),
    ("在哪里下载发票？", "登录账户，在订单页面下载。"),
    ("忘记密码怎么办？", "点击登录框下方的链接，一小时内有效。"),
    ("学生有优惠吗？", "凭有效学生证可享九折。"),
)
TERMS = (
    ("Keel", "The lowest beam of a hull, which runs from bow to stern."),
    ("Bight", "A loop in a rope; also a wide bay."),
    ("Fairlead", "A ring that guides a rope around an obstacle."),
    ("Gunwale", "The upper edge of the side of a boat."),
    ("Lee", "The side away from the wind."),
    ("Scupper", "An opening that lets water run off the deck."),
    ("Thwart", "A seat across a rowing boat."),
    ("Transom", "The flat surface that forms the stern."),
)
ZH_TERMS = (
    ("龙骨", "船体最下面的纵向构件。"),
    ("桅杆", "竖立在甲板上支撑船帆的柱子。"),
    ("船舷", "船体两侧的边缘。"),
    ("缆绳", "系船用的粗绳。"),
    ("舵", "控制方向的装置。"),
    ("锚", "停船时抛入水底的铁器。"),
)
ROWS = (
    ("Kestrel", "12 May 2019", "Won 3–1"),
    ("Dunmore", "19 May 2019", "Lost 0–2"),
    ("Vellmar", "26 May 2019", "Drawn 1–1"),
    ("Skerry", "2 June 2019", "Won 4–0"),
    ("Port Anselm", "9 June 2019", "Lost 1–2"),
)
SPECS = (
    ("Weight", "1.2 kg"),
    ("Material", "Oak and brass"),
    ("Battery life", "Up to nine hours"),
    ("Made in", "Dunmore"),
    ("Warranty", "Two years"),
    ("Colours", "Black, sand, blue"),
)
STEPS = (
    ("Install the package.", "Run the installer and accept the licence. It takes about a minute."),
    ("Create a project.", "The command writes a folder with a settings file and two examples."),
    ("Note", "On older systems you have to restart the shell first."),
    ("Warning", "Do not run the tool as an administrator."),
    ("Open the settings.", "You can change the port, the log level and the place of the cache."),
    ("What if it fails?", "Read the log; the last line names the file that is missing."),
)
ESSAY = (
    ("A town that forgot its river", "The river used to divide the town, and nobody minded. There were ferries."),
    ("Who pays?", "The council paid for the first bridge. The second was paid for by a mill that no longer exists."),
    ("Concrete years", "In the sixties the banks were straightened, and the water ran faster and took the gardens."),
    ("What now?", "Plans exist. They show trees and cafés, and a path where the lorries park today."),
    ("A slow return", "Herons came first, then swimmers, then a shop that rents out boats."),
)
EXPLAINER = (
    ("What is changing in May?", "The ferry will cost two crowns more, and residents pay half of that."),
    ("Why now?", "The boats are old. The council put the repair off three times, and last winter two of them failed."),
    ("Who has to pay?", "Everybody above the age of twelve. Schools and the clinic are exempt."),
    ("How much money will it bring?", "The council expects four million a year, of which a third is for the harbour."),
    ("Is there resistance?", "Shopkeepers have collected nine hundred names. They say that it will empty the market."),
    (
        "What do other towns do?",
        "Vellmar has had a toll for ten years. In Dunmore the ferry is free and runs once a day.",
    ),
    ("When will it be decided?", "The vote is in March. If it fails, the plan goes back to the committee."),
    ("Can I still buy old tickets?", "Until the end of April, at the pier and on the boat."),
)
REVIEWS = (
    ("Marta Reed", "I love it. We use it every day."),
    ("Ivo Moss", "Mine broke after a week, but they sent me a new one."),
    ("Greta Holt", "Does what it says. Would you buy it again? Yes."),
    ("Sam Fern", "Too heavy for me."),
)

Negative = Callable[[random.Random], tuple[str, str, bool]]
"""Makes a title, an article's markup, and whether it is Chinese."""


def _pairs(rng: random.Random, rows: tuple[tuple[str, str], ...], least: int) -> list[tuple[str, str]]:
    return [(escape(a), escape(b)) for a, b in rng.sample(rows, rng.randint(least, len(rows)))]


def _faq(opening: str, middle: str, closing: str, around: tuple[str, str] = ("", "")) -> Negative:
    def page(rng: random.Random) -> tuple[str, str, bool]:
        chinese = rng.random() < 0.4
        rows = _pairs(rng, ZH_FAQ if chinese else FAQ, 4)
        title = rng.choice(
            ("常见问题", "帮助中心") if chinese else ("Frequently asked questions", "Help", "Orders and returns")
        )
        body = "\n".join(f"{opening}{question}{middle}{answer}{closing}" for question, answer in rows)
        return title, f"{around[0]}{body}{around[1]}", chinese

    return page


def _glossary(rng: random.Random) -> tuple[str, str, bool]:
    chinese = rng.random() < 0.4
    rows = _pairs(rng, ZH_TERMS if chinese else TERMS, 4)
    body = "\n".join(f"<dt>{term}</dt><dd>{words}</dd>" for term, words in rows)
    return ("船舶词汇" if chinese else "Words of the boatyard"), f"<dl>{body}</dl>", chinese


def _table(rng: random.Random) -> tuple[str, str, bool]:
    rows = rng.sample(ROWS, rng.randint(3, len(ROWS)))
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    lead = "<p>The season began in May and ended in the rain. These are the results of the first weeks.</p>"
    return (
        "Results of the season",
        f"{lead}<table><tr><th>Club</th><th>Date</th><th>Result</th></tr>{body}</table>",
        False,
    )


def _product(rng: random.Random) -> tuple[str, str, bool]:
    rows = _pairs(rng, SPECS, 4)
    form = rng.random()
    if form < 0.4:
        body = "<table>" + "".join(f"<tr><th>{a}</th><td>{b}</td></tr>" for a, b in rows) + "</table>"
    elif form < 0.7:
        body = "<dl>" + "".join(f"<dt>{a}</dt><dd>{b}</dd>" for a, b in rows) + "</dl>"
    else:
        body = "".join(f"<p><b>{a}:</b> {b}</p>" for a, b in rows)
    lead = "<p>The lantern stands on the table and hangs from a branch. You can read by it all night.</p>"
    return "Storm lantern No. 4", lead + body, False


def _instructions(rng: random.Random) -> tuple[str, str, bool]:
    tag = rng.choice(("p><b", "p><strong", "h3"))
    closing = "></".join(reversed(tag.split("><")))
    body = "\n".join(f"<{tag}>{a}</{closing}>\n<p>{b}</p>" for a, b in _pairs(rng, STEPS, 5))
    return "Getting started", body, False


def _essay(rng: random.Random) -> tuple[str, str, bool]:
    tag = rng.choice(("h2", "p><strong", "h3"))
    closing = "></".join(reversed(tag.split("><")))
    more = "<p>We walk along it in the evening, and I count the boats. My grandfather did, too.</p>"
    body = "\n".join(f"<{tag}>{a}</{closing}>\n<p>{b}</p>\n{more}" for a, b in _pairs(rng, ESSAY, 4))
    return "The river and the town", body, False


def _explainer(rng: random.Random) -> tuple[str, str, bool]:
    tag = rng.choice(("h2", "p><strong", "h3", "dt"))
    closing = "></".join(reversed(tag.split("><")))
    answer = ("<dd>", "</dd>") if tag == "dt" else ("<p>", "</p>")
    body = "\n".join(f"<{tag}>{a}</{closing}>\n{answer[0]}{b}{answer[1]}" for a, b in _pairs(rng, EXPLAINER, 4))
    body = f"<dl>{body}</dl>" if tag == "dt" else body
    author = rng.choice(("Marta Reed", "Ivo Moss", "Greta Holt"))
    lead = "<p>From May on, crossing the bay will be more expensive. The most important questions and answers.</p>"
    return "The new ferry toll explained", f'<p class="byline">By {author}</p>{lead}{body}', False


def _reviews(rng: random.Random) -> tuple[str, str, bool]:
    rows = _pairs(rng, REVIEWS, 3)
    form = rng.choice(("<tr><th>{}</th><td>{}</td></tr>", "<dt>{}</dt><dd>{}</dd>", "<h4>{}</h4><p>{}</p>"))
    body = "".join(form.format(a, b) for a, b in rows)
    around = {"<tr": "table", "<dt": "dl"}.get(form[:3], "div")
    return "What our customers say", f"<{around}>{body}</{around}>", False


NEGATIVES: Mapping[str, Negative] = MappingProxyType(
    {
        "FAQ in bold": _faq("<p><strong>", "</strong></p><p>", "</p>"),
        "FAQ in headings": _faq("<h3>", "</h3><p>", "</p>"),
        "FAQ in dl": _faq("<dt>", "</dt><dd>", "</dd>", ("<dl>", "</dl>")),
        "FAQ in a table": _faq("<tr><td>", "</td><td>", "</td></tr>", ("<table>", "</table>")),
        "FAQ in details": _faq("<details><summary>", "</summary><p>", "</p></details>"),
        "glossary": _glossary,
        "data table": _table,
        "product page": _product,
        "instructions": _instructions,
        "essay with questions as headings": _essay,
        "explainer with a byline": _explainer,
        "reviews": _reviews,
    }
)
