r"""Tags whose angle brackets lost their ampersands, for the repair `entities`: `lt;stronggt;`, `lt;MSFT.Ogt;`.

`lt;` and `gt;` end too many words to be known alone (`fault;`), so only both around what is plainly a tag, or the code
of a share as news wires write it, are brackets. So are the escapes that JSON makes of them: `\u003cstrong\u003e`.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import regex

from pipeline.model.stage import Rule
from pipeline.stages.entities.lost_candidates import Place, inside
from pipeline.text.edits import Edit

BACKSLASH = regex.compile(r"\\(?=[\"/])")
PROGRAM = regex.compile(r"[{}]")

TAG = Rule(
    "entities.lost-brackets",
    "angle brackets around a tag or the code of a share that lost their ampersands",
    acts=(
        "a lt;bgt;bold word",
        r"\u003cp\u003eIt rained.\u003c/p\u003e",
        'see lt;A HREF="/x"gt;thislt;/Agt;',
        "Acme Corp. lt;ACM.Ogt; fell",
    ),
    spares=("the fault; wgt; net", "a lt;bad thinggt; here", "if alt;b and c gt; d", "`lt;bgt;`"),
)


@cache
def bracketed() -> regex.Pattern[str]:
    """A known tag, or the code of a share, between `lt;` and `gt;`."""
    text = files("pipeline.stages.entities").joinpath("tags.txt").read_text(encoding="utf-8")
    names = "|".join(line for line in text.splitlines() if line and not line.startswith("#"))
    given = r"(?:\s{1,3}[A-Za-z-]{1,20}=(?:(?!lt;|gt;|\\{0,2}u003[cCeE])[^<>\n]){0,300}+|\s?\\?/)?"
    return regex.compile(
        rf"(?:amp;)*+lt;(?P<tag>/?(?:(?i:{names})){given})(?:amp;)*+gt;"
        r"|(?:amp;)*+lt;(?P<share>\.?[A-Z]{1,6}(?:\d{3,4})?(?:\.[A-Z]{1,3})?)(?:amp;)*+gt;"
        rf"|\\{{0,2}}u003[cC](?P<escaped>(?:\\?/)?(?:(?i:{names})){given})\\{{0,2}}u003[eE]"
    )


def repaired_tags(place: Place, taken: list[tuple[int, int]]) -> Iterator[Edit]:
    """Both brackets of each tag; they stand or fall together."""
    line = place.text
    for match in bracketed().finditer(line):
        if place.in_code(match.start()) or inside(taken, match.start()) or line[: match.start()].endswith(("&", "＆")):
            continue
        group = match.lastgroup or "tag"
        if group == "escaped" and PROGRAM.search(line, max(0, match.start() - 60), match.end() + 60):
            continue
        confidence = 0.9 if group == "share" else 0.95
        start, end = match.span(group)
        yield Edit(place.start + match.start(), line[match.start() : start], "<", TAG.name, confidence)
        if group == "escaped":
            for backslash in BACKSLASH.finditer(line, start, end):
                yield Edit(place.start + backslash.start(), "\\", "", TAG.name, confidence)
        yield Edit(place.start + end, line[end : match.end()], ">", TAG.name, confidence)
