"""Talks on pages of whole kinds of sites, in their furniture: what of title, byline and body comes back, and what else.

The kinds of sites and their exchanges are in no training data (`layouts` and `surroundings` are). Each page knows what
is around its article, so that what slipped in can be counted.
"""

# ruff: noqa: E501 -- markup is set as sites set it

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from benchmarks.pages.talks import Talk, talk
from pipeline.readers.html import PageError, extract

PAGES_PER_SITE = 48
LETTERS = re.compile(r"\W+")


class Site(NamedTuple):
    """A kind of site: its page for a talk, and the language of its pages. `codec` is that of the bytes."""

    page: Callable[[Talk, str, random.Random], "Furnished"]
    chinese: bool
    codec: str = "utf-8"


class Furnished(NamedTuple):
    """A page, and the texts on it that are no part of the article."""

    markup: str
    around: Sequence[str]


# --- exchanges


def _turns(made: Talk, question: str, answer: str, between: str = "\n") -> str:
    """The turns; `{}` in `question` and `answer` is what is said, the paragraphs of an answer are joined by `between`."""
    return "\n".join(
        question.format(escape(asked)) + "\n" + between.join(answer.format(escape(part)) for part in said)
        for asked, said in made.turns
    )


def labels(made: Talk, rng: random.Random) -> str:
    """`<div class="qa"><span class="who">Ada Fern</span>: …</div>`."""
    colon = "：" if made.chinese else ": "
    tag = rng.choice(("span", "font", "b"))
    asker, guest = (f"<{tag}>{escape(name)}</{tag}>{colon}" for name in (made.asker, made.guest))
    return "\n".join(
        f"<div>{asker}{escape(asked)}</div><div>{guest}{escape(said[0])}</div>"
        + "".join(f"<div>{escape(part)}</div>" for part in said[1:])
        for asked, said in made.turns
    )


def bold_questions(made: Talk, rng: random.Random) -> str:
    """`<p><span style="font-weight:bold">…?</span></p>`."""
    mark = rng.choice(
        ('<p><span style="font-weight:bold">{}</span></p>', "<div><b>{}</b></div>", "<p><strong>{}</strong></p>")
    )
    return _turns(made, mark, "<p>{}</p>")


def definitions(made: Talk, rng: random.Random) -> str:
    """A `dl`, its pairs in `div` or not."""
    mark = rng.choice((("<dt>{}</dt>", "<dd><p>{}</p></dd>"), ("<dt><strong>{}</strong></dt>", "<dd>{}</dd>")))
    return f"<dl>{_turns(made, *mark)}</dl>"


def table(made: Talk, rng: random.Random) -> str:
    """A table with a row for who speaks and what is said."""
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{'<br>'.join(map(escape, parts))}</td></tr>"
        for asked, said in made.turns
        for name, parts in ((made.asker, (asked,)), (made.guest, said))
    )
    return f"<table {rng.choice(('', 'border=0 cellpadding=4', 'class=interview'))}><tbody>{rows}</tbody></table>"


def headings(made: Talk, rng: random.Random) -> str:
    """`<h2 id="q1">…?</h2>`."""
    level = rng.choice((2, 3, 5))
    return _turns(made, f"<h{level}>{{}}</h{level}>", "<p>{}</p>")


def items(made: Talk, rng: random.Random) -> str:
    """A list with a question in bold and its answer in each item."""
    tag = rng.choice(("ol", "ul"))
    parts = "".join(
        f"<li><b>{escape(asked)}</b>{''.join(f'<p>{escape(part)}</p>' for part in said)}</li>"
        for asked, said in made.turns
    )
    return f"<{tag}>{parts}</{tag}>"


def breaks(made: Talk, rng: random.Random) -> str:
    """Labels, and `<br>` in place of paragraphs, indented with wide spaces as old publishing systems do."""
    end = rng.choice(("<br>", "<br><br>\n", "<BR/>\r\n"))
    indent = "\N{IDEOGRAPHIC SPACE}" * 2 if made.chinese else ""
    colon = "：" if made.chinese else ": "
    parts = [
        f"{made.asker}{colon}{asked}{end}{indent}{made.guest}{colon}{(end + indent).join(said)}"
        for asked, said in made.turns
    ]
    return indent + (end + indent).join(parts)


EXCHANGES = {f.__name__: f for f in (labels, bold_questions, definitions, table, headings, items, breaks)}


# --- furniture

STORIES = (
    "A lighthouse learns to sleep",
    "What the tide table left out this spring",
    "Forty winters of mending nets in one shed",
    "The bell that nobody rings any more",
    "Why our readers keep a spare oar",
)
ZH_STORIES = (
    "灯塔学会了睡觉",
    "潮汐表今年春天漏掉了什么",
    "一间棚子里补网四十年",
    "再没有人敲的那口钟",
    "读者为什么都留着一支备用的桨",
)
REMARKS = (
    "I grew up two streets from there and the smell of tar is still in my coat.",
    "Could you do one on the bakery next? My uncle ran it until the flood.",
    "Thanks for this, though the third picture is from the other harbour.",
)
ZH_REMARKS = (
    "我小时候就住在那条街上，外套里还有焦油的味道。",
    "下次能写写面包店吗？我舅舅一直开到发大水那年。",
    "谢谢，不过第三张照片拍的是另一个码头。",
)
COOKIES = (
    "We value your privacy. We and our 132 partners store cookies on your device to show you adverts that you may like.",
    "This website uses cookies to improve your experience. By using it you agree to our cookie policy.",
)
NEWSLETTER = "Join 40,000 readers who get our Saturday letter. No spam, leave whenever you want."
SHARES = ("Share this on Facebook", "Post on X", "Copy link", "Email to a friend")
ZH_SHARES = ("分享到微信", "分享到微博", "复制链接", "打印本页")
FOOT = ("Harbour Media Group, 14 Quay Street. All rights reserved.", "Terms of use", "Accessibility statement")
ZH_FOOT = ("网站备案编号 南备2024017号", "主办单位：南湾市人民政府办公室", "网站地图", "联系我们")


def _links(texts: Sequence[str], form: str = '<li><a href="/a/{n}.html">{}</a></li>') -> str:
    return "".join(form.format(escape(text), n=n) for n, text in enumerate(texts))


def blog(made: Talk, body: str, rng: random.Random) -> Furnished:
    """A theme of WordPress: widgets on the side, sharing buttons in the column, comments and a form below."""
    menu, stories = ("Start here", "Field notes", "About this blog"), rng.sample(STORIES, 3)
    said = rng.sample(REMARKS, 2)
    comments = "".join(
        f'<li class="comment"><div class="comment-author vcard"><cite>reader{n}</cite> <span class="says">says:</span></div>'
        f'<div class="comment-body"><p>{escape(remark)}</p></div></li>'
        for n, remark in enumerate(said)
    )
    shares = "".join(f'<li class="share-{n}"><a href="#"><span>{text}</span></a></li>' for n, text in enumerate(SHARES))
    around = [*menu, *stories, *said, *SHARES, "Leave a reply", "Recent posts", "Powered by Quay theme"]
    return Furnished(
        f"""<!DOCTYPE html><html><head><title>{escape(made.title)} – Harbour Notes</title>
<meta property="og:title" content="{escape(made.title)}"></head><body class="single postid-77">
<header id="masthead"><p class="site-title"><a href="/">Harbour Notes</a></p><ul id="primary">{_links(menu)}</ul></header>
<div id="content"><main><div id="post-77" class="post type-post hentry"><h1 class="entry-title">{escape(made.title)}</h1>
<div class="entry-meta">Posted on {made.date} by <span class="author vcard"><a class="url fn n" href="/u">{escape(made.reporter)}</a></span></div>
<div class="entry-content"><p>{escape(made.lead)}</p>
{body}
<div class="sharedaddy sd-sharing-enabled"><h3>Share this:</h3><ul>{shares}</ul></div></div></div>
<div id="comments"><h2>2 thoughts on this</h2><ol class="commentlist">{comments}</ol>
<div id="respond"><h3>Leave a reply</h3><form><p>Your email address will not be published.</p></form></div></div></main>
<div id="secondary" class="widget-area"><section class="widget"><h2>Recent posts</h2><ul>{_links(stories)}</ul></section></div></div>
<footer><p>Powered by Quay theme</p></footer></body></html>""",
        around,
    )


def magazine(made: Talk, body: str, rng: random.Random) -> Furnished:
    """A page of a framework with classes that say nothing, a cookie banner, cards and an invitation in the column."""

    def name() -> str:
        return "css-" + "".join(rng.choices("abcdefghijk0123456789", k=7))

    cookie, stories = rng.choice(COOKIES), rng.sample(STORIES, 4)
    cards = "".join(
        f'<div class="{name()}"><a href="/s/{n}"><h3>{escape(text)}</h3><p>Nell Harrow goes and looks.</p></a></div>'
        for n, text in enumerate(stories)
    )
    pieces = body.split("</p>\n")
    at = len(pieces) // 2
    inside = f'<div class="{name()}"><p>{escape(NEWSLETTER)}</p><form><input><button>Sign me up</button></form></div>'
    column = "</p>\n".join(pieces[:at]) + (f"</p>\n{inside}" if at else inside) + "</p>\n".join(pieces[at:])
    return Furnished(
        f"""<!DOCTYPE html><html lang="en"><head><title>{escape(made.title)} | Quayside Review</title>
<meta name="author" content="{escape(made.reporter)}"></head><body>
<div class="{name()}" role="dialog"><p>{escape(cookie)}</p><button>Accept all</button><button>Manage choices</button></div>
<div id="__next"><div class="{name()}"><a href="/">Quayside Review</a><a href="/subscribe">Subscribe now</a></div>
<div class="{name()}"><h1 class="{name()}">{escape(made.title)}</h1><h2 class="{name()}">{escape(made.lead)}</h2>
<div class="{name()}"><span>By </span><a href="/by/1">{escape(made.reporter)}</a></div><div class="{name()}">{made.date}</div>
<div class="{name()}">{column}</div></div>
<div class="{name()}"><h2>More from the shore</h2>{cards}</div>
<div class="{name()}">{" ".join(FOOT)}</div></div></body></html>""",
        [cookie, *stories, NEWSLETTER, "Sign me up", "More from the shore", "Subscribe now", *FOOT[:1]],
    )


def old_tables(made: Talk, body: str, rng: random.Random) -> Furnished:
    """A page of tables in tables, of the nineties: no classes, menus in cells, a text with a font."""
    menu, stories = ("Front page", "Letters", "Past issues", "Tide times"), rng.sample(STORIES, 3)
    return Furnished(
        f"""<HTML><HEAD><TITLE>{escape(made.title)}</TITLE></HEAD><BODY BGCOLOR=#FFFFFF>
<TABLE WIDTH=100%><TR><TD COLSPAN=3><FONT SIZE=5>THE HARBOUR COURIER</FONT></TD></TR>
<TR><TD WIDTH=120 VALIGN=TOP>{_links(menu, '<A HREF="{n}.htm">{}</A><BR>')}</TD>
<TD VALIGN=TOP><FONT SIZE=4><B>{escape(made.title)}</B></FONT><BR><I>By {escape(made.reporter)}</I><P>
{escape(made.lead)}<P>{body}</TD>
<TD WIDTH=140 VALIGN=TOP><B>Also this week</B><BR>{_links(stories, '<A HREF="s{n}.htm">{}</A><BR>')}</TD></TR>
<TR><TD COLSPAN=3 ALIGN=CENTER>Copyright Harbour Courier. Best viewed at 800 by 600.</TD></TR></TABLE></BODY></HTML>""",
        [*menu, *stories, "Also this week", "Best viewed at 800"],
    )


def wechat(made: Talk, body: str, rng: random.Random) -> Furnished:
    """A post of WeChat: sections with styles, a bar below, and boxes for the account."""
    del rng
    around = (
        "微信扫一扫可打开此内容",
        "轻触阅读原文",
        "向上滑动看下一个",
        "预览时标签不可点",
        "继续滑动看下一个",
        "使用小程序",
        "赞",
        "在看",
    )
    return Furnished(
        f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta property="og:title" content="{escape(made.title)}">
<meta property="og:article:author" content="{escape(made.reporter)}"><title></title></head>
<body id="activity-detail" class="zh_CN mm_appmsg"><div id="js_article" class="rich_media"><div class="rich_media_inner">
<div id="page-content" class="rich_media_area_primary"><div id="img-content" class="rich_media_wrp">
<h1 class="rich_media_title" id="activity-name">
  {escape(made.title)}
</h1><div id="meta_content" class="rich_media_meta_list"><span class="rich_media_meta rich_media_meta_text">{escape(made.reporter)}</span>
<span class="rich_media_meta rich_media_meta_nickname"><a href="javascript:void(0);" id="js_name">{escape(made.outlet)}</a></span>
<em id="publish_time" class="rich_media_meta rich_media_meta_text">{made.date}</em></div>
<div class="rich_media_content js_underline_content" id="js_content" style="visibility: hidden;"><section><section style="margin:0">
<p style="line-height: 1.75em;"><span style="font-size: 15px;">{escape(made.lead)}</span></p></section>
<section>{body}</section></section></div></div></div>
<div id="js_tags_preview_toast" class="article-tag__error-tips" style="display: none;">预览时标签不可点</div>
<div class="rich_media_tool"><a id="js_view_source" href="#">轻触阅读原文</a><span>赞</span><span>在看</span></div></div></div>
<div id="js_pc_qr_code" class="qr_code_pc_outer"><p>微信扫一扫可打开此内容，<br>使用小程序</p></div>
<div class="wx_network_msg_wrp">继续滑动看下一个</div><div>向上滑动看下一个</div></body></html>""",
        [text for text in around if len(text) > 2],
    )


def portal(made: Talk, body: str, rng: random.Random) -> Furnished:
    """A news portal: a path, a source line, a keyword line, an editor, ranked links and comments."""
    stories, said = rng.sample(ZH_STORIES, 4), rng.sample(ZH_REMARKS, 2)
    menu = ("滚动", "国内", "国际", "评论频道", "图片频道")
    around = [
        *stories,
        *said,
        "评论频道",
        "图片频道",
        "24小时排行",
        "网友评论仅供其表达个人看法",
        *ZH_SHARES,
        "热点推荐",
    ]
    return Furnished(
        f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>{escape(made.title)}_南湾新闻_南湾门户</title><meta name="keywords" content="渡口,访谈"></head><body>
<div class="top-nav">{_links(menu, '<a href="/c{n}/">{}</a>')}</div>
<div class="path"><a href="/">南湾首页</a> &gt; <a href="/news/">新闻中心</a> &gt; 正文</div>
<div class="main-content w1240"><h1 class="main-title">{escape(made.title)}</h1>
<div class="top-bar"><div class="date-source"><span class="date">{made.date} 10:02</span><span class="source">来源：{escape(made.outlet)}</span>
<span class="author">作者：{escape(made.reporter)}</span></div><div class="share-bar">{_links(ZH_SHARES, '<a href="#{n}">{}</a>')}</div></div>
<div class="article-content-left"><div class="article" id="artibody"><p>\u3000\u3000{escape(made.lead)}</p>
{body}
<p class="show_author">责任编辑：陈安宁</p></div>
<div class="keywords">关键字 : <a href="/k">渡口</a></div>
<div class="hot"><h2>热点推荐</h2><ul>{_links(stories[:2])}</ul></div>
<div class="comment"><p class="tip">网友评论仅供其表达个人看法，并不表明本站立场</p>{"".join(f"<div class='c'>{text}</div>" for text in said)}</div></div>
<div class="article-content-right"><h3>24小时排行</h3><ol>{_links(stories[2:])}</ol></div></div>
<div class="footer"><p>{"</p><p>".join(ZH_FOOT[:1])}</p></div></body></html>""",
        around,
    )


def government(made: Talk, body: str, rng: random.Random) -> Furnished:
    """A site of a government: an old table, a line of date, source and sizes, one cell with `<br>`."""
    menu, stories = ("政务公开", "办事服务", "互动交流", "走进南湾"), rng.sample(ZH_STORIES, 2)
    around = [*menu, *stories, "打印本页", "关闭窗口", *ZH_FOOT, "分享到"]
    return Furnished(
        f"""<html><head><meta http-equiv=Content-Type content="text/html; charset=gb2312">
<title>{escape(made.title)}-南湾市人民政府</title><meta name="ArticleTitle" content="{escape(made.title)}"></head><body>
<table width=1000 align=center><tr>{_links(menu, '<td><a href="/{n}/">{}</a></td>')}</tr></table>
<table width=1000 align=center><tr><td>当前位置：<a href=/>首页</a> &gt; <a href=/ft/>在线访谈</a></td></tr>
<tr><td align=center class=title>{escape(made.title)}</td></tr>
<tr><td align=center>发布时间：{made.date}　来源：{escape(made.outlet)}　作者：{escape(made.reporter)}　字号：[<a href=#>大</a> <a href=#>中</a> <a href=#>小</a>]</td></tr>
<tr><td class=bt_content><div id=zoom>　　{escape(made.lead)}<br>{body}</div></td></tr>
<tr><td align=right><a href=#>打印本页</a> <a href=#>关闭窗口</a> 分享到：</td></tr>
<tr><td>{_links(stories, '<a href="/ft/{n}.htm">{}</a><br>')}</td></tr></table>
<table width=1000 align=center><tr><td align=center>{"<br>".join(ZH_FOOT)}</td></tr></table></body></html>""",
        around,
    )


SITES = {
    "blog": Site(blog, chinese=False),
    "magazine": Site(magazine, chinese=False),
    "old tables": Site(old_tables, chinese=False, codec="cp1252"),
    "WeChat": Site(wechat, chinese=True),
    "portal, GBK said to be GB2312": Site(portal, chinese=True, codec="gb18030"),
    "portal, UTF-8 said to be GB2312": Site(portal, chinese=True),
    "government": Site(government, chinese=True, codec="gb18030"),
}


class Result(NamedTuple):
    """What came back of some pages: right titles, bylines, whole bodies, pages without a text from around them."""

    pages: int
    titles: int
    bylines: int
    bodies: int
    clean: int


def site_pages(seed: int) -> Iterator[tuple[str, str, Talk, Furnished, bytes]]:
    """Yields the kind of site, that of the exchange, the talk, the page with what is around it, and its bytes."""
    for name, site in SITES.items():
        rng = random.Random(f"{seed} {name}")
        for n in range(PAGES_PER_SITE):
            kind = [*EXCHANGES][n % len(EXCHANGES)]
            made = talk(rng, chinese=site.chinese)
            furnished = site.page(made, EXCHANGES[kind](made, rng), rng)
            yield name, kind, made, furnished, furnished.markup.encode(site.codec, "xmlcharrefreplace")


def report(seed: int = 1, *, listed: bool = False) -> None:
    """Prints a line for each kind of site and each kind of exchange."""
    counts: dict[str, Counter[str]] = {}
    for name, kind, made, furnished, data in site_pages(seed):
        found = judged(made, furnished, data)
        for key in (name, f"exchanges: {kind}", "all"):
            counts.setdefault(key, Counter()).update(found._asdict())
        if listed and found != Result(1, 1, 1, 1, 1):
            print(f"    {name} / {kind}: {_faults(made, furnished, data)}")
    print("\nsites: pages; titles, bylines, whole bodies, without furniture")
    for key, count in sorted(counts.items(), key=lambda item: (item[0] == "all", item[0].startswith("exchanges"))):
        line = Result(**count)
        print(f"  {key:34s} {line.pages:4d}  " + " ".join(f"{value / line.pages:6.3f}" for value in line[1:]))


def judged(made: Talk, furnished: Furnished, data: bytes) -> Result:
    """What came back of a page."""
    try:
        found = extract(data)
    except PageError:
        return Result(1, 0, 0, 0, 0)
    title = found.title is not None and _letters(found.title) == _letters(made.title)
    byline = any(_letters(made.reporter) in _letters(line) for line in found.below)
    return Result(1, title, byline, not _missing(made, found.text), not _strays(furnished, found.text))


def _letters(text: str) -> str:
    return LETTERS.sub("", text).casefold()


def _missing(made: Talk, text: str) -> list[str]:
    shown = _letters(text)
    said = [part for asked, answer in made.turns for part in (asked, *answer)]
    return [part for part in (made.lead, *said) if _letters(part) not in shown]


def _strays(furnished: Furnished, text: str) -> list[str]:
    shown = _letters(text)
    return [stray for stray in furnished.around if _letters(stray) in shown]


def _faults(made: Talk, furnished: Furnished, data: bytes) -> str:
    try:
        found = extract(data)
    except PageError as error:
        return str(error)
    missing, strays = _missing(made, found.text), _strays(furnished, found.text)
    return f"{found.title!r} for {made.title!r}; below {found.below}; missing {missing[:2]}; around it {strays}"
