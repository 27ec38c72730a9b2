"""Tags whose angle brackets lost their ampersands, for the repair `entities`: `lt;strongget;`, `lt;MSFT.Ogt;`.

`lt;` and `gt;` end too many words to be known alone (`fault;`), so only both around what is plainly a tag, or the code
of a share as news wires write it, are brackets.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import regex

from pipeline.ledger import Edit
from pipeline.stage import Rule
from pipeline.stages.entities.lost_marks import Place, inside

TAG = Rule(
    "entities.lost-brackets",
    "angle brackets around a tag or the code of a share that lost their ampersands",
    acts=("a lt;bgt;bold word", 'see lt;A HREF="/x"gt;thislt;/Agt;', "Acme Corp. lt;ACM.Ogt; fell"),
    spares=("the fault; wgt; net", "a lt;bad thinggt; here", "if alt;b and c gt; d", "`lt;bgt;`"),
)


@cache
def bracketed() -> regex.Pattern[str]:
    """A known tag, or the code of a share, between `lt;` and `gt;`."""
    text = files("pipeline.stages.entities").joinpath("tags.txt").read_text(encoding="utf-8")
    names = "|".join(line for line in text.splitlines() if line and not line.startswith("#"))
    return regex.compile(
        rf"(?:amp;)*+lt;(?P<tag>/?(?:(?i:{names}))(?:\s{{1,3}}[A-Za-z-]{{1,20}}=(?:(?!lt;|gt;)[^<>\n]){{0,300}}+|\s?/)?)(?:amp;)*+gt;"
        r"|(?:amp;)*+lt;(?P<share>\.?[A-Z]{1,6}(?:\d{3,4})?(?:\.[A-Z]{1,3})?)(?:amp;)*+gt;"
    )


def repaired_tags(place: Place, taken: list[tuple[int, int]]) -> Iterator[Edit]:
    """Both brackets of each tag; they stand or fall together."""
    line = place.text
    for match in bracketed().finditer(line):
        if place.in_code(match.start()) or inside(taken, match.start()) or line[: match.start()].endswith(("&", "＆")):
            continue
        group = "tag" if match["tag"] is not None else "share"
        confidence = 0.95 if group == "tag" else 0.9
        start, end = match.span(group)
        yield Edit(place.start + match.start(), line[match.start() : start], "<", TAG.name, confidence)
        yield Edit(place.start + end, line[end : match.end()], ">", TAG.name, confidence)
