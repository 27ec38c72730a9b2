"""Talks in the markup of web pages: how many exchanges come back whole, layout by layout, and what is invented."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from benchmarks.pages.layouts import HELD_OUT, TUNED, Layout
from benchmarks.pages.negatives import NEGATIVES
from benchmarks.pages.surroundings import whole_page
from benchmarks.pages.talks import Talk, talk
from pipeline import Article, Pipeline

PAGES_PER_LAYOUT, PAGES_PER_NEGATIVE = 40, 20
CHINESE_SHARE = 0.4
IDLE = re.compile(r"[\s*_#>]+")


class Found(NamedTuple):
    """What came back of one layout."""

    exchanges: int
    whole: int
    titles: int
    bylines: int
    pages: int


def report(seed: int = 1) -> None:
    """Prints a line for each layout and each kind of page without a talk."""
    pipeline = Pipeline()
    for name, layouts in (("tuned", TUNED), ("held out", HELD_OUT)):
        print(f"\npages, layouts {name}: exchanges whole; titles and bylines right, of {PAGES_PER_LAYOUT} pages")
        total = Counter[str]()
        for layout, found in _found(pipeline, layouts, seed):
            total.update(found._asdict())
            print(f"  {layout:32s} {_line(found)}")
        print(f"  {'all':32s} {_line(Found(**total))}")
    print(f"\npages without a talk: pages with an exchange, of {PAGES_PER_NEGATIVE}")
    for name, pages in _negatives(seed):
        invented = sum(any(True for _ in pipeline.process(page, id=name).exchanges) for page in pages)
        print(f"  {name:32s} {invented:4d}")


def _line(found: Found) -> str:
    share = found.whole / found.exchanges
    return f"{found.whole:5d} of {found.exchanges:5d}  {share:.3f}   {found.titles:4d} {found.bylines:4d}"


def pages(layouts: Mapping[str, Layout], seed: int) -> Iterator[tuple[str, Talk, bytes]]:
    """Generated pages: the layout's name, the talk, the page."""
    for name, layout in layouts.items():
        rng = random.Random(f"{seed} {name}")
        for _ in range(PAGES_PER_LAYOUT):
            made = talk(rng, chinese=rng.random() < CHINESE_SHARE)
            page = whole_page(rng, made.title, layout(made, rng), chinese=made.chinese, talk=made)
            yield name, made, page.encode()


def _found(pipeline: Pipeline, layouts: Mapping[str, Layout], seed: int) -> Iterator[tuple[str, Found]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in layouts}
    for name, made, page in pages(layouts, seed):
        article = pipeline.process(page, id=name)
        count = counts[name]
        count["pages"] += 1
        count["exchanges"] += len(made.turns)
        count["whole"] += whole_exchanges(made, article)
        count["titles"] += article.title is not None and _plain(article.title.text) == _plain(made.title)
        count["bylines"] += article.byline is not None and made.reporter in article.byline.reporters
    for name, count in counts.items():
        yield name, Found(*(count[field] for field in Found._fields))


def whole_exchanges(made: Talk, article: Article) -> int:
    """How many exchanges of a talk the article has with all their words and no others."""
    found = Counter((_plain(exchange.question), _plain(exchange.answer)) for exchange in article.exchanges)
    wanted = Counter((_plain(question), _plain("".join(answer))) for question, answer in made.turns)
    return (found & wanted).total()


def _plain(text: str) -> str:
    return IDLE.sub("", text)


def _negatives(seed: int) -> Iterator[tuple[str, list[bytes]]]:
    for name, negative in NEGATIVES.items():
        rng = random.Random(f"{seed} {name}")
        made = []
        for _ in range(PAGES_PER_NEGATIVE):
            title, article, chinese = negative(rng)
            made.append(whole_page(rng, title, article, chinese=chinese).encode())
        yield name, made
