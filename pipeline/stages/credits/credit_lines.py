"""Lines of credits: `编辑：罗启明`, `译者：A 校对：B`, `图、文 | 吕萌`, `Editors: A, B`, `Photography by X`.

A line is credits as a whole or not at all: roles, names after each, and nothing else. Spans are those of the document.
"""

import re
from typing import Literal, cast

import msgspec
import regex

from pipeline.lexicon.people import split_names
from pipeline.lexicon.roles import role_use
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, PhraseSet, Vocabulary
from pipeline.stages.credits.byline_parts import ALL_SPACES
from pipeline.stages.credits.credit_names import CreditName, name_spans, names_of

MAX_CREDIT_LINE_CHARS = 240
"""Characters of a line that is read as credits."""
MIN_CREDIT_LINE_CHARS = 3
SENTENCE_ENDING_CHARS = 4
"""Characters at the end of a line in which an end mark makes it a sentence."""
MAX_NAME_FIRST_ROLE_CHARS, MAX_GLUED_ROLE_CHARS = 4, 6
"""Characters of a role that follows its name, and of one before a name without a separator."""

LINE_OPENING = regex.compile(r"[\s*_#>\\•·●○◎□■▲△▼◆◇★☆⊙—–\-【\[（(《]*+")
LINE_CLOSING = regex.compile(r"[\s*_\\】。.]++$")
BRACKETED_CLOSING = regex.compile(r"[\s*_\\】\])）。.]++$")
"""The end of a line that a bracket opened."""
HAN_LETTER = r"(?:(?!丨)\p{Han})"
"""A Chinese character, but not the one that is typed for a bar."""
HAN_ROLE = rf"{HAN_LETTER}{{1,12}}+(?:[ ]?[/／、＋+&及和与與][ ]?{HAN_LETTER}{{1,8}}+){{0,3}}"
CREDIT_MARKS = rf"[*_{ALL_SPACES}\\]*+"
CREDIT_SIGN = re.compile(rf"[:：︰﹕|｜丨︱︳/／]| I | by |[\u3400-\u9fff][{ALL_SPACES}]")
"""What every line of credits holds. A pattern of `re`, because it scans three times as fast as `regex`."""
SENTENCE_ENDING = re.compile(r"[。！？!?…][”\"’』」）)]?\s*$|[a-z]{3}\.[”\"’]?\s*$")
SEPARATED_ROLE = regex.compile(
    rf"(?P<role>{HAN_ROLE}){CREDIT_MARKS}(?:[:：︰﹕|｜丨︱︳]|(?<=[ ])I(?=[ ])){CREDIT_MARKS}"
)
"""A Chinese word and a colon or a bar."""
SLASHED_ROLE = regex.compile(rf"(?P<role>{HAN_LETTER}{{1,12}}+){CREDIT_MARKS}[/／]{CREDIT_MARKS}")
SPACED_ROLE = regex.compile(rf"(?P<role>{HAN_ROLE})[{ALL_SPACES}]++")
ENGLISH_ROLE = regex.compile(
    rf"""
      (?P<role>[A-Z][A-Za-z_\-]*+(?:[ ][A-Za-z\-]++){{0,4}})
        {CREDIT_MARKS}[:：|｜]{CREDIT_MARKS}                                    # Copy editor: Hannah Coldwell
    | (?P<role>[A-Z][a-z]+(?:[ ][a-z]+){{0,2}}[ ]by)[ ]++(?=\[?\p{{Lu}})          # Photography by Jane Doe
    """,
    regex.VERBOSE,
)
USER_ROLE_SEPARATOR = regex.compile(
    rf"""
      (?P<strong>{CREDIT_MARKS}
        (?:[:：︰﹕|｜丨︱︳]|(?<=[ ])I(?=[ ])){CREDIT_MARKS})                    # 3D建模：王明, 3D建模 I 王明
    | (?P<slash>{CREDIT_MARKS}[/／]{CREDIT_MARKS})                             # 3D建模/王明
    | (?P<blank>(?<=\p{{Han}})[{ALL_SPACES}]++)                               # 3D建模 王明
    """,
    regex.VERBOSE,
)
"""What separates a role of the user's from the names."""
FURTHER_ROLE_START = regex.compile(r"(?<=[\s，,；;|｜、])(?=[\p{Han}A-Z])|(?<= / )(?=[A-Z])")
"""Where a further role may begin."""

LINKED_CREDITS = regex.compile(
    r"""
    [\s*+_\-•·\d.、)]{0,6}+
    (?P<link>\[[*_]*+(?P<words>[^\[\]\n]{3,120}?)[*_]*+\]\((?P<target>[^()\s]{0,400})\)[\s*_/／|｜,，;；、·]*+)++
    """,
    regex.VERBOSE,
)
"""A line of nothing but links, perhaps an item of a list: `* [Photos: Ada Fern](https://example.org)`."""

MAX_NAME_FIRST_CHARS = 24
"""Characters of a line in which the role may follow the name."""
BEFORE_ROLE = f"{ALL_SPACES}/／"
NAME_BEFORE_ROLE = regex.compile(rf"[\s*_（(]*+(?P<words>\p{{Han}}[\p{{Han}}、{BEFORE_ROLE}]*\p{{Han}})[\s*_）)]*+")
HAN_RUN = regex.compile(r"(?P<word>\p{Han}++)|(?P<between>[^\p{Han}]++)")
TRAILING_BRACKETS = regex.compile(r"[（(【\[](?P<inner>[^（()）【】\[\]\n]{3,60})[)）】\]][\s*_]*+$")
MAX_TRAILING_CHARS = 70


Separator = Literal["strong", "slash", "blank"]
"""What follows a role: a colon or a bar; a slash; only spaces."""


class RoleMatch(msgspec.Struct, frozen=True, gc=False):
    """A role `[start, end)`, what it is used for (see `lexicon.roles`), and its separator, after which names begin."""

    start: int
    end: int
    names_start: int
    use: str
    separator: Separator


class CreditMatch(msgspec.Struct, frozen=True, gc=False):
    """A role `[start, end)` and its names.

    `strong`: a colon or a bar follows the role. `rest` are spans that only join names or add to one, with their part.
    """

    start: int
    end: int
    role: str
    use: str
    strong: bool
    names: tuple[CreditName, ...]
    rest: tuple[tuple[int, int, str], ...]

    @property
    def sure(self) -> bool:
        """Whether all names are sure."""
        return all(name.sure for name in self.names)


def credits_in(text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY) -> tuple[CreditMatch, ...]:
    """The credits that the line `[start, end)` of `text` consists of; none if it is anything else."""
    makers = vocabulary.makers if vocabulary else NO_PHRASES
    if not MIN_CREDIT_LINE_CHARS <= end - start <= MAX_CREDIT_LINE_CHARS or _ends_as_sentence(text, start, end):
        return ()
    if "](" in text[start:end] and (links := LINKED_CREDITS.fullmatch(text, start, end)):
        return _linked_credits(text, links, vocabulary)
    if end - start <= MAX_NAME_FIRST_CHARS and (found := _credit_name_first(text, start, end, makers)):
        return found
    if CREDIT_SIGN.search(text, start, end) is None:
        return ()
    start, end = _without_brackets(text, start, end)
    roles = _roles_in(text, start, end, vocabulary)
    if not roles:
        return _credits_without_separator(text, start, end, makers)
    found = ()
    for role, following in zip(roles, [*roles[1:], None], strict=True):
        credit = _credit(text, role, following.start if following else end, makers)
        if credit is None:
            return ()
        found = (*found, credit)
    return found


def _linked_credits(text: str, links: "regex.Match[str]", vocabulary: Vocabulary) -> tuple[CreditMatch, ...]:
    """The credits that the words of all links on a line are; none if one of the links is anything else."""
    found: list[CreditMatch] = []
    for words, target in zip(links.spans("words"), links.spans("target"), strict=True):
        inner = credits_in(text, *words, vocabulary)
        if not inner:
            return ()
        rest = (*inner[-1].rest, (*target, "reference")) if target[0] < target[1] else inner[-1].rest
        found += [*inner[:-1], msgspec.structs.replace(inner[-1], rest=rest)]
    return tuple(found)


def _ends_as_sentence(text: str, start: int, end: int) -> bool:
    return SENTENCE_ENDING.search(text, max(start, end - SENTENCE_ENDING_CHARS), end) is not None


def _without_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of a line without the marks and brackets around it."""
    opening = LINE_OPENING.match(text, start, end)
    at = opening.end() if opening else start
    bracketed = any(bracket in text[start:at] for bracket in "【[（(")
    closing = (BRACKETED_CLOSING if bracketed else LINE_CLOSING).search(text, at, end)
    return at, closing.start() if closing else end


def _roles_in(text: str, start: int, end: int, vocabulary: Vocabulary) -> list[RoleMatch]:
    """The roles of a line of credits, which must begin with one; empty if it does not.

    After a role with a colon or a bar the others have one, too.
    """
    first = _role_at(text, start, end, vocabulary)
    if first is None:
        return []
    roles = [first]
    for place in FURTHER_ROLE_START.finditer(text, first.names_start, end):
        if place.start() < roles[-1].names_start:
            continue
        role = _role_at(text, place.start(), end, vocabulary, weak=first.separator != "strong")
        if role is not None:
            roles.append(role)
    return roles


def _credit(text: str, role: RoleMatch, end: int, makers: PhraseSet) -> CreditMatch | None:
    """The credit of a role whose names reach to `end`, or None if these are no names.

    Without a colon or a bar all names must be sure, or a slash must follow the role.
    """
    read = names_of(text, role.names_start, end, makers)
    if read is None:
        return None
    if role.separator == "blank" and not all(name.sure for name in read.names):
        return None
    # A capital I, or the character 丨, typed for a bar is a letter, so it needs a label of its own.
    bar = next((at for at in range(role.end, role.names_start) if text[at] in "I丨"), None)
    rest = read.rest if bar is None else ((bar, bar + 1, "label"), *read.rest)
    is_strong = role.separator == "strong"
    return CreditMatch(role.start, role.end, text[role.start : role.end], role.use, is_strong, read.names, rest)


def _credit_name_first(text: str, start: int, end: int, makers: PhraseSet) -> tuple[CreditMatch, ...]:
    """A credit whose role follows the name: `孙若晴 摄`, `江城晚报社出品`. The names must be sure.

    Without a space or a slash between them the role has two characters or more, and each name three: `高山摄影` may be
    anything.
    """
    line = NAME_BEFORE_ROLE.fullmatch(text, start, end)
    if line is None:
        return ()
    first, last = line.span("words")
    for size in range(min(MAX_NAME_FIRST_ROLE_CHARS, last - first - 2), 0, -1):
        at = last - size
        if not is_credit_role(text[at:last]):
            continue
        name_end = at
        while text[name_end - 1] in BEFORE_ROLE:
            name_end -= 1
        is_glued = name_end == at
        if is_glued and size == 1:
            continue
        read = names_of(text, first, name_end, makers)
        min_chars = 3 if is_glued else 2
        if read is not None and all(name.sure and name.end - name.start >= min_chars for name in read.names):
            role = text[at:last]
            return (CreditMatch(at, last, role, str(role_use(role)), strong=False, names=read.names, rest=read.rest),)
    return ()


def _credits_without_separator(text: str, start: int, end: int, makers: PhraseSet) -> tuple[CreditMatch, ...]:
    """Credits without any separator, `撰文白予安　摄影郭小渡`: two or more words that are a known role and a name."""
    found = []
    for run in HAN_RUN.finditer(text, start, end):
        if run.lastgroup == "between":
            continue
        first, last = run.span("word")
        sizes = range(min(MAX_GLUED_ROLE_CHARS, last - first - 2), 1, -1)
        size = next((size for size in sizes if is_credit_role(text[first : first + size])), 0)
        names = split_names(text[first + size : last], makers) if size else None
        if names is None:
            return ()
        role = text[first : first + size]
        spans = tuple(name_spans(names, first + size))
        found.append(CreditMatch(first, first + size, role, str(role_use(role)), strong=False, names=spans, rest=()))
    covered = sum(credit.names[-1].end - credit.start for credit in found)
    spaces = sum(text[start:end].count(mark) for mark in f"{ALL_SPACES}、，,；;")
    return tuple(found) if len(found) > 1 and covered + spaces == end - start else ()


def is_credit_role(word: str) -> bool:
    """Whether a word is a role in bylines or credits, and no speaker's label."""
    return role_use(word) in ("b", "c")


def trailing_in(
    text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY
) -> tuple[tuple[CreditMatch, ...], int]:
    """Credits in brackets at the end of a paragraph, `…。（摄影：万某）(责编：裴某)`, and their offset.

    Without any, the offset is the end of the paragraph.
    """
    found: tuple[CreditMatch, ...] = ()
    opens = end
    while opens > start and (group := TRAILING_BRACKETS.search(text, max(start, opens - MAX_TRAILING_CHARS), opens)):
        inner = credits_in(text, *group.span("inner"), vocabulary)
        if not inner or not all(credit.sure for credit in inner):
            break
        found, opens = (*inner, *found), group.start()
    return found, opens


def _role_at(text: str, at: int, end: int, vocabulary: Vocabulary, *, weak: bool = True) -> RoleMatch | None:
    """The role at `at` with its separator. Without `weak`, the separator must be a colon or a bar."""
    match = SEPARATED_ROLE.match(text, at, end) or ENGLISH_ROLE.match(text, at, end)
    if match and (use := role_use(match["role"], vocabulary)):
        return RoleMatch(*match.span("role"), match.end(), use, "strong")
    if vocabulary.roles:
        role = _user_role_at(text, at, end, vocabulary)
        if role is not None and (weak or role.separator == "strong"):
            return role
    return _known_role_at(text, at, end, vocabulary) if weak else None


def _known_role_at(text: str, at: int, end: int, vocabulary: Vocabulary) -> RoleMatch | None:
    """A role before a space or a slash, `图/文 张三`, `音乐制作/Adon`: only known roles; `图书` is none."""
    match = SPACED_ROLE.match(text, at, end)
    if match and match.end() < end and (use := role_use(match["role"], vocabulary)) in ("b", "c", "s"):
        return RoleMatch(*match.span("role"), match.end(), str(use), "blank")
    match = SLASHED_ROLE.match(text, at, end)
    if match and match.end() < end and (use := role_use(match["role"], vocabulary)) in ("b", "c", "s", "m"):
        return RoleMatch(*match.span("role"), match.end(), str(use), "slash")
    return None


def _user_role_at(text: str, at: int, end: int, vocabulary: Vocabulary) -> RoleMatch | None:
    """A role of the user's at `at`, whatever its form: `3D建模：…`."""
    for last in vocabulary.duties.ends(text, at, end):
        separator = USER_ROLE_SEPARATOR.match(text, last, end)
        if separator is not None and separator.end() < end and (use := role_use(text[at:last], vocabulary)):
            return RoleMatch(at, last, separator.end(), use, cast("Separator", separator.lastgroup))
    return None
