r"""JSON escapes that nobody decoded, for the repair `entities`: `the boat\u2019s bow`, `https:\/\/`, `\"no\"`.

Some lost their backslash too: `couldnu2019t`. Where a backslash stands for nothing but itself (a path, a formula, a
pattern), nothing is touched: an escape must stand where only its character can.
"""

import re
from collections.abc import Callable, Iterator

import regex

from pipeline.model.stage import Rule
from pipeline.stages.entities.lost_candidates import CODE, Place, inside
from pipeline.stages.entities.lost_entities import SUFFIX
from pipeline.text.edits import Edit

ESCAPE = Rule(
    "entities.escape",
    "a JSON escape that was not decoded, with or without its backslash",
    acts=(r"the boat\u2019s bow", "we couldnu2019t", "Ru0026D", r"smile \ud83d\ude00 now", r"\u6d4b\u8bd5"),
    spares=("The sign U+2019 (also u2019)", "menu2019 and u2014", "`\\u2019`", r"[\u4e00-\u9fa5]", r"a lone \ud83d"),
)
SLASH = Rule(
    "entities.escaped-slash",
    "a slash or a quotation mark that JSON escaped",
    acts=(r"https:\/\/example.org\/a", r"this and\/or that", r"He said \"no\" and left."),
    spares=(r"match /^\/api\/$/ only", r"sed s/\/a/b/", r"K\"onig", r"a \"b", r"\o/ and /\/\ "),
)
LINE_END = Rule(
    "entities.escaped-line-end",
    "a line end that JSON escaped, behind the end of a sentence",
    acts=(r"It rained.\n\nWe left.\nNobody came.",),
    spares=(r"Print \n for a new line.", r"C:\new and D:\notes", "`one.\\nTwo.\\nThree.`"),
)
ESCAPE_RULES = (ESCAPE, SLASH, LINE_END)

LETTERED = regex.compile(
    r"(?<!\\)(?:\\{1,2}u(?P<hex>20[0-2][\da-fA-F]|00(?:2[267]|[a-fA-F][\da-fA-F])|(?:30[01]|[fF]{2}[01])[\da-fA-F](?!\\))"
    r"|(?P<pair>(?:\\{1,2}u[dD][89abAB][\da-fA-F]{2}\\{1,2}u[dD][c-fC-F][\da-fA-F]{2})+)"
    r"|(?P<run>\\{1,2}u(?:[2-9][\da-fA-F]|[fF][eEfF])[\da-fA-F]{2}(?:\\{1,2}u(?:[2-9][\da-fA-F]|[fF][eEfF])[\da-fA-F]{2})+)"
    r"|u(?P<bare>20(?:1[3489cd]|26)|002[67]))"
)
UNIT = regex.compile(r"u([\da-fA-F]{4})")
TOKEN = re.compile(r"[^\s\"'“”，。（）<>]+")
OTHER_USE = re.compile(r"(?<!\\)/|\\(?!/)|[*^$|+]")
ESCAPED_SLASH = re.compile(r"\\/")
QUOTE = regex.compile(r'\\"')
NO_STRING = regex.compile(r"\\(?![\"'/nrt]|u[\da-fA-F]{4})|\$[@{A-Za-z]")
"""Backslashes that JSON does not know, and variables of a shell."""
OPENS = regex.compile(r"(?:^|[\s(\[（“‘—–:：,，。])$")
CLOSES = regex.compile(r"(?:$|[\s,.;:!?)\]，。；：！？）”’—–])")
ESCAPED_END = regex.compile(
    r"(?<=[.!?。！？”’…:：)）])(?:\\r)?(?:\\n)(?:(?:\\r)?\\n)*(?=[ ]{0,4}[\p{Lu}\p{Han}“\"‘「（(\d-])"
)
CODE_POINT = re.compile(r"\bU\+[\dA-F]{4}")
"""In a line that has it, escapes are what the text is about."""
PATH = regex.compile(r"(?:^|[\s(\"'])(?:[A-Za-z]:\\|\\\\\w)[^\s\";]{0,60}$")
STRING_LINE = regex.compile(r"\s{4,}[rbu]?([\"'])[^\n]*\1[,;)]{0,3}\s*$")
"""An indented string of a program that fills its line."""
AROUND = frozenset({":", "/", "[", "-", "|", "^"})
"""Before an escape, signs of a pattern or a path."""
NEAR = 600
"""Characters within which the other half of a pair must be."""
APOSTROPHES = frozenset({"2019", "0027"})


def escaped(text: str) -> bool:
    """Whether the document is a JSON string that nobody decoded: several escapes of different places."""
    if "\\u20" in text or ":\\/\\/" in text or "<\\/" in text:
        return True
    return "\\n" in text and len(ESCAPED_END.findall(text)) > 1


def repaired_escapes(
    place: Place, taken: list[tuple[int, int]], about: Callable[[int, int], bool], *, json: bool
) -> Iterator[Edit]:
    r"""JSON escapes in prose; `json` says that the document has the escapes of a JSON string."""
    line = place.text
    if "u" in line:
        yield from _lettered(place, taken, about)
    if "\\/" in line:
        yield from _slashes(place, about)
    if '\\"' in line:
        yield from _quotes(place)
    if json and "\\n" in line and line.count('"') == line.count('\\"') and not CODE.search(line):
        for match in ESCAPED_END.finditer(line):
            if not place.in_code(match.start()) and not about(*match.span()):
                new = "\n" * match[0].count("\\n")
                yield Edit(place.start + match.start(), match[0], new, LINE_END.name, 0.93)


def _lettered(place: Place, taken: list[tuple[int, int]], about: Callable[[int, int], bool]) -> Iterator[Edit]:
    r"""`the boat\u2019s`, `couldnu2019t`, `Ru0026D`; `u2019` alone may name a sign."""
    line = place.text
    if CODE_POINT.search(line):
        return
    for match in LETTERED.finditer(line):
        start, end = match.span()
        if place.in_code(start) or place.in_link(start) or inside(taken, start) or about(start, end):
            continue
        before, after = line[start - 1 : start] if start else "", line[end : end + 1]
        if match["hex"]:
            pattern = after in ("\\", "/", "*", "+", "?", "]") or line[end : end + 2] == "-\\"
            if before not in AROUND and not pattern and not in_code(place, start, end):
                yield Edit(place.start + start, match[0], chr(int(match["hex"], 16)), ESCAPE.name, 0.96)
        elif match["pair"] or match["run"]:
            new = "".join(chr(int(unit, 16)) for unit in UNIT.findall(match[0]))
            new = new.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            fits = (
                before not in AROUND
                and after not in ("]", "-")
                and new.replace("\u3000", "").isprintable()
                and "\ufffd" not in new
            )
            if fits and not in_code(place, start, end):
                yield Edit(place.start + start, match[0], new, ESCAPE.name, 0.95)
        elif fits_bare(line, start, end, match["bare"]):
            yield Edit(place.start + start, match[0], chr(int(match["bare"], 16)), ESCAPE.name, 0.93)


def in_code(place: Place, start: int, end: int) -> bool:
    """Whether an escape stands in a program: as a string of its own, or beside what only programs have."""
    line = place.text
    alone = line[start - 1 : start] in ("'", '"') and line[end : end + 1] in ("'", '"')
    if PATH.search(line, max(0, start - 60), start):
        return True
    return alone or STRING_LINE.match(line) is not None or place.in_program(start, end)


def _slashes(place: Place, about: Callable[[int, int], bool]) -> Iterator[Edit]:
    r"""`https:\/\/example.org\/a`, `and\/or`, `<\/p>`: where every slash of the token is escaped, and nothing else."""
    line = place.text
    for match in TOKEN.finditer(line):
        token, at = match[0], match.start()
        if "\\/" not in token or place.in_code(at) or OTHER_USE.search(token) or about(*match.span()):
            continue
        sure = token.startswith(("http:\\/\\/", "https:\\/\\/"))
        for slash in ESCAPED_SLASH.finditer(line, at, match.end()):
            before, after = line[slash.start() - 1 : slash.start()], line[slash.end() : slash.end() + 1]
            if sure or (before == "<" and after.isalpha()) or (before.isalnum() and after.isalnum()):
                yield Edit(place.start + slash.start(), "\\/", "/", SLASH.name, 0.95 if sure else 0.9)


def _quotes(place: Place) -> Iterator[Edit]:
    r"""`He said \"no\" and left.`: in pairs, each half where it belongs, in a line that has no other straight one."""
    line = place.text
    found = list(QUOTE.finditer(line))
    if len(found) % 2 or line.count('"') != len(found) or any(place.in_code(match.start()) for match in found):
        return
    if CODE.search(line.replace('\\"', "")) or NO_STRING.search(line):
        return
    for i, match in enumerate(found):
        before, after = line[max(0, match.start() - 1) : match.start()], line[match.end() : match.end() + 1]
        fits = OPENS.search(before) and after.strip() if i % 2 == 0 else CLOSES.match(after) and before.strip()
        if not fits:
            return
    for match in found:
        yield Edit(place.start + match.start(), '\\"', '"', SLASH.name, 0.92)


def fits_bare(line: str, start: int, end: int, code: str) -> bool:
    """Whether an escape without backslash stands where only that character can."""
    before, after = line[start - 1 : start] if start else "", line[end : end + 1]
    if code in APOSTROPHES:
        return before.isalpha() and (
            bool(SUFFIX.match(line, end)) or (before == "s" and line[start - 2 : start - 1].isalpha() and after == " ")
        )
    if code in ("2013", "2014"):
        return before.islower() and after.islower()
    if code == "0026":
        return (before.isupper() and after.isupper()) or (
            before == after == " " and line[start - 2 : start - 1].isalnum() and line[end + 1 : end + 2].isalnum()
        )
    if code in ("201c", "2018"):
        return not before.isalnum() and after.isalpha() and closing(code) in line[end : end + NEAR]
    if code == "201d":
        return (
            bool(before)
            and not before.isspace()
            and not after.isalnum()
            and "u201c" in line[max(0, start - NEAR) : start]
        )
    return code == "2026" and before.isalpha() and not after.isalnum()


def closing(code: str) -> str:
    """The escape that closes what this one opens."""
    return {"201c": "u201d", "2018": "u2019"}[code]
