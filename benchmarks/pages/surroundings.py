"""What a page has around its article: navigation, byline, pictures, related links, comments, footers."""

import random
from html import escape

from benchmarks.pages.talks import Talk

MENU = ("Home", "News", "Culture", "Sport", "Opinion", "Archive", "Podcasts", "Shop", "About us")
ZH_MENU = ("首页", "新闻", "文化", "体育", "观点", "往期", "音频", "关于我们")
RELATED = (
    "Why does the ferry still run at night?",
    "Ten harbours you should see before you are forty",
    "The baker who closed on Sundays",
    "Who owns the weather?",
    "A short history of rope",
)
ZH_RELATED = ("夜里的渡船为什么不停？", "四十岁前要看的十个港口", "周日关门的面包师", "谁拥有天气？", "绳子简史")
FOOTERS = ("© Harbour Media 2024. All rights reserved.", "Imprint · Privacy · Cookies · Contact")
ZH_FOOTERS = ("版权所有 未经许可不得转载", "关于我们 | 联系方式 | 隐私政策")


def _menu(rng: random.Random, *, chinese: bool) -> str:
    words = rng.sample(ZH_MENU if chinese else MENU, 5)
    items = "".join(f'<li><a href="/{i}">{word}</a></li>' for i, word in enumerate(words))
    tag = rng.choice(("nav", 'div class="navbar"', 'div id="menu"'))
    return f"<{tag}><ul>{items}</ul></{tag.split()[0]}>"


def _related(rng: random.Random, *, chinese: bool) -> str:
    links = rng.sample(ZH_RELATED if chinese else RELATED, 3)
    head = rng.choice(("相关阅读", "推荐") if chinese else ("Read more", "Related stories", "You may also like"))
    items = "".join(f'<li><a href="/story/{i}">{escape(link)}</a></li>' for i, link in enumerate(links))
    tag = rng.choice(("aside", 'div class="related"', 'section class="recommended"'))
    return f"<{tag}><h3>{head}</h3><ul>{items}</ul></{tag.split()[0]}>"


CHINESE_BYLINES = (
    '<div class="info"><span class="source">来源：{outlet}</span> <span class="author">作者：{name}</span> '
    "<span>{date}</span></div>",
    '<p class="byline">本刊记者 {name}</p>',
    '<div class="article-meta"><span class="author">{name}</span><time datetime="{date}">{date}</time></div>',
)
ENGLISH_BYLINES = (
    '<p class="byline">By {name}</p>',
    '<div class="article-meta"><span class="author-name">{name}</span> <time datetime="{date}">{date}</time></div>',
    '<p class="author">{name}</p>',
    '<address class="byline">By <a rel="author" href="/people/1">{name}</a>, {outlet}</address>',
    '<p class="entry-meta">Posted on {date} by <span class="author">{name}</span></p>',
)


def byline(talk: Talk, rng: random.Random) -> str:
    """The markup of a byline."""
    form = rng.choice(CHINESE_BYLINES if talk.chinese else ENGLISH_BYLINES)
    return form.format(name=escape(talk.reporter), date=talk.date, outlet=escape(talk.outlet))


def figure(rng: random.Random, caption: str) -> str:
    """A picture with its caption."""
    if rng.random() < 0.7:
        return f'<figure><img src="a.jpg" alt="picture"><figcaption>{escape(caption)}</figcaption></figure>'
    return f'<div class="wp-caption"><img src="a.jpg"><p class="wp-caption-text">{escape(caption)}</p></div>'


def whole_page(rng: random.Random, title: str, article: str, *, chinese: bool, talk: Talk | None = None) -> str:
    """A page with an article in it. With `talk`, its byline and its lead are above the article, sometimes a picture."""
    head = ""
    if talk is not None:
        parts = [byline(talk, rng)]
        if rng.random() < 0.7:
            parts.append(f'<p class="{rng.choice(("lead", "standfirst", "text"))}">{escape(talk.lead)}</p>')
        if rng.random() < 0.4:
            parts.append(figure(rng, talk.captions[0]))
        head = "\n".join(parts)
    container = rng.choice(("article", 'div class="post-content"', 'main class="story"', 'div class="entry"'))
    site = "南湾网" if chinese else "Harbour Post"
    share = '<div class="share-bar"><a href="#">Share</a> <a href="#">Tweet</a></div>' if rng.random() < 0.5 else ""
    comments = (
        '<div class="comments" id="comments"><h3>2 comments</h3><p>Lovely piece, thank you.</p></div>'
        if rng.random() < 0.3 and not chinese
        else ""
    )
    footer = "".join(f"<p>{line}</p>" for line in (ZH_FOOTERS if chinese else FOOTERS))
    related = _related(rng, chinese=chinese)
    return f"""<!DOCTYPE html><html lang="{"zh" if chinese else "en"}"><head><meta charset="utf-8">
<title>{escape(title)} | {site}</title></head><body>
{_menu(rng, chinese=chinese)}
<{container}><h1>{escape(title)}</h1>
{head}{share}
{article}
</{container.split()[0]}>
{related}{comments}
<footer>{footer}</footer></body></html>"""
