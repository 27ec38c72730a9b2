"""Lines of credits: `编辑：罗启明`, `译者：A 校对：B`, `图、文 | 吕萌`, `Editors: A, B`, `Photography by X`.

A line is credits as a whole or not at all: roles, names after each, and nothing else. Spans are those of the document.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple, cast

import msgspec
import regex

from pipeline.lexicon.lists import rows
from pipeline.lexicon.particles import name_particles
from pipeline.lexicon.people import split_names
from pipeline.lexicon.roles import role_use
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, PhraseSet, Vocabulary
from pipeline.model.document import HAN_CHARACTER
from pipeline.stages.credits.byline_parts import ALL_SPACES

MAX_CREDIT_LINE_CHARS = 240
"""Characters of a line that is read as credits."""
MIN_CREDIT_LINE_CHARS = 3
SENTENCE_ENDING_CHARS = 4
"""Characters at the end of a line in which an end mark makes it a sentence."""
MAX_CREDIT_NAME_CHARS = 48
MAX_LATIN_NAME_WORDS = 6
"""Words of a name in Latin script."""
MAX_UNSURE_NAME_WORDS = 2
"""The same for a name whose words are not all capitalised."""
MAX_CHINESE_ENTRY_CHARS = 20
MIN_JOINED_CHARS = MIN_ORGANISATION_CHARS = 5
"""Characters of two Chinese names with `and` between them, and of an organisation."""
CHINESE_AND = "和及與与"
MAX_NAME_FIRST_ROLE_CHARS, MAX_GLUED_ROLE_CHARS = 4, 6
"""Characters of a role that follows its name, and of one before a name without a separator."""
MAX_TARGET_LABEL_CHARS = 40
"""Characters of a link's target that can be in no field."""
FIRST_CJK_CHAR = "\N{CJK RADICAL REPEAT}"
"""From here on characters are Chinese, Japanese or Korean, or full-width."""

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
    | (?P<role>[A-Z][a-z]+(?:[ ][a-z]+){{0,2}}[ ]by)[ ]++(?=\p{{Lu}})             # Photography by Jane Doe
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

MAX_NAME_FIRST_CHARS = 24
"""Characters of a line in which the role may follow the name."""
BEFORE_ROLE = f"{ALL_SPACES}/／"
NAME_BEFORE_ROLE = regex.compile(rf"[\s*_（(]*+(?P<words>\p{{Han}}[\p{{Han}}、{BEFORE_ROLE}]*\p{{Han}})[\s*_）)]*+")
HAN_RUN = regex.compile(r"(?P<word>\p{Han}++)|(?P<between>[^\p{Han}]++)")
TRAILING_BRACKETS = regex.compile(r"[（(【\[](?P<inner>[^（()）【】\[\]\n]{3,60})[)）】\]][\s*_]*+$")
MAX_TRAILING_CHARS = 70
LATIN_NAME_CONTINUES = regex.compile(r"(?<=\p{Latin})[ \t]++(?!(?:and|und|with)[ ])\p{Latin}")
"""A further word after a name of the vocabulary makes it another name: `Moss` after `Ida`."""
HAN_ONLY = regex.compile(r"\p{Han}++")
TRANSLITERATED = regex.compile(r"\p{Han}++(?:[·・•‧]\p{Han}++)++")
EDITOR_CODE = regex.compile(r"[A-Z]{0,4}\d{2,}")
"""An editor's number: 责任编辑：梁斌 SF055."""
CREDIT_WORD = r"[\p{Latin}\p{Han}\p{N}@][\p{L}\p{M}\p{N}·・•‧.'’_@\-]*+"
NAME_LIST_ITEM = regex.compile(
    rf"""
      \[(?P<linked>[^\[\]\n]{{1,60}})\](?P<target>\([^()\s]{{0,300}}\)|\[[^\[\]\n]{{0,40}}\])?+
    | (?P<aside>[（(][^（）()\n]{{1,38}}[)）])
    | (?P<join>(?:and|und|with)(?=[ ]))
    | (?P<word>{CREDIT_WORD})
    | (?P<between>[、，,;；&/／＋+|｜]|[{ALL_SPACES}]++)
    | (?P<mark>[*_\\~「」《》“”"<>]++)
    """,
    regex.VERBOSE,
)
NAME_PARTICLES = frozenset(name_particles("c"))
"""Small words within a name or an organisation."""
SENTENCE_WORDS = regex.compile(
    r"[的了是在我你您他她它们們吗嗎呢吧啊这這那哪怎么麼很把被]|什么|什麼|请问|請問|没有|沒有|可以|如果|因为|因為|如何|谢谢|謝謝|第[一二三四五六]"
)
"""Characters and words of sentences that names hardly ever have."""
ENGLISH_SENTENCE_WORDS = frozenset((
    "thank", "thanks", "you", "yes", "no", "the", "this", "that", "what", "why", "how", "when", "where", "i", "we",
    "it", "is", "are", "do", "does", "did", "can", "could", "would", "a", "an",
))  # fmt: skip
"""Words of sentences that names do not have."""
ORGANISATION_SUFFIX = regex.compile(f"(?:{'|'.join(rows(__package__, 'organisation-suffixes.txt'))})$")


Separator = Literal["strong", "slash", "blank"]
"""What follows a role: a colon or a bar; a slash; only spaces."""


class CreditName(msgspec.Struct, frozen=True, gc=False):
    """A name `[start, end)`. `sure`: its form alone shows that it is one."""

    start: int
    end: int
    sure: bool


class RoleMatch(msgspec.Struct, frozen=True, gc=False):
    """A role `[start, end)`, what it is used for (see `lexicon.roles`), and its separator, after which names begin."""

    start: int
    end: int
    names_start: int
    use: str
    separator: Separator


class NameList(NamedTuple):
    """Names, and the spans that only join names or add to one, with their part (`label` or `reference`)."""

    names: tuple[CreditName, ...]
    rest: tuple[tuple[int, int, str], ...]


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
        spans = tuple(_spans(names, first + size))
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


def names_of(text: str, start: int, end: int, makers: PhraseSet = NO_PHRASES) -> NameList | None:
    """The names in `[start, end)`, or None if anything else is there.

    `makers` are names and outlets that the user knows.
    """
    found = _read_items(text, start, end, makers)
    if found is None:
        return None
    names: list[CreditName] = []
    for stretch in found.stretches:
        read = _names_in_stretch(text, stretch, makers)
        if read is None:
            return None
        names += read
    return NameList(tuple(names), tuple(found.rest)) if names else None


class _NameStretch(msgspec.Struct, frozen=True, gc=False):
    """Words `[start, end)` without a separator between them. `known`: a link, or a name of the vocabulary."""

    start: int
    end: int
    known: bool


class _Items(msgspec.Struct):
    """What a list of names consists of, while it is read."""

    stretches: list[_NameStretch] = []
    rest: list[tuple[int, int, str]] = []
    """Spans that only join names or add to one, with their part."""
    open: bool = False
    """The next word can belong to the last stretch."""


def _read_items(text: str, start: int, end: int, makers: PhraseSet) -> _Items | None:
    """The items of a list of names; None if a character is of no item."""
    items = _Items()
    at = start
    while at < end:
        last = makers.at(text, at, end) if makers and not items.open else at
        if last > at and not LATIN_NAME_CONTINUES.match(text, last, end):
            items.stretches.append(_NameStretch(at, last, known=True))
            at = last
            continue
        item = NAME_LIST_ITEM.match(text, at, end)
        if item is None:
            return None
        _add_item(text, item, items)
        at = item.end()
    return items


def _add_item(text: str, item: "regex.Match[str]", items: _Items) -> None:
    kind = "linked" if item["linked"] is not None else item.lastgroup
    match kind:
        case "linked":
            _add_link(item, items)
            items.open = False
        case "aside":
            if not item["aside"][1:-1].isspace():
                items.rest.append((item.start() + 1, item.end() - 1, "label"))
            items.open = False
        case "join":
            items.rest.append((*item.span(), "label"))
            items.open = False
        case "between":
            items.open = item["between"].isspace() and items.open
        case "word":
            _add_word(text, item, items)
            items.open = True


def _add_link(item: "regex.Match[str]", items: _Items) -> None:
    if any(map(str.isalnum, item["linked"])):
        items.stretches.append(_NameStretch(*item.span("linked"), known=True))
    target = item["target"]
    if target and len(target) > len("()"):
        value = "label" if len(target) <= MAX_TARGET_LABEL_CHARS else "reference"
        items.rest.append((item.start("target") + 1, item.end("target") - 1, value))


def _add_word(text: str, item: "regex.Match[str]", items: _Items) -> None:
    start, end = item.span()
    if items.stretches and EDITOR_CODE.fullmatch(item["word"]):
        items.rest.append((start, end, "label"))
    elif items.open and _continues_name(text, items.stretches[-1], start, end):
        items.stretches[-1] = _NameStretch(items.stretches[-1].start, end, known=False)
    else:
        items.stretches.append(_NameStretch(start, end, known=False))


def _continues_name(text: str, before: _NameStretch, start: int, end: int) -> bool:
    """Whether the word `[start, end)` after a space belongs to the name before it: `Hannah | Coldwell`, `景 | 雪`."""
    if before.known:
        return False
    left_is_wide, right_is_wide = text[before.end - 1] >= FIRST_CJK_CHAR, text[start] >= FIRST_CJK_CHAR
    if left_is_wide or right_is_wide:
        return before.end - before.start == 1 == end - start and left_is_wide and right_is_wide
    return True


def _names_in_stretch(text: str, stretch: _NameStretch, makers: PhraseSet) -> list[CreditName] | None:
    """The names in one stretch without separators, or None if it cannot be a name."""
    start, end = stretch.start, stretch.end
    while end > start and text[end - 1] in ".-'’":
        end -= 1
    word = text[start:end]
    if not word or len(word) > MAX_CREDIT_NAME_CHARS:
        return None
    if stretch.known or (makers and word in makers):
        return [CreditName(start, end, sure=True)]
    if not HAN_CHARACTER.search(word):
        return _latin_name(word, start, end)
    return _joined_names(word, start, makers) or _chinese_names(word, start, makers) or _other_name(word, start, end)


def _latin_name(word: str, start: int, end: int) -> list[CreditName] | None:
    words = word.split()
    if len(words) > MAX_LATIN_NAME_WORDS or word.isnumeric():
        return None
    if not ENGLISH_SENTENCE_WORDS.isdisjoint(part.lower() for part in words):
        return None
    sure = len(words) > 1 and all(part[0].isupper() for part in words if part not in NAME_PARTICLES)
    return [CreditName(start, end, sure=sure)] if sure or len(words) <= MAX_UNSURE_NAME_WORDS else None


def _joined_names(word: str, start: int, makers: PhraseSet) -> list[CreditName]:
    """Two Chinese names with `and` between them: `王明和李红`."""
    if len(word) < MIN_JOINED_CHARS:
        return []
    for joint in CHINESE_AND:
        left, _, right = word.partition(joint)
        if split_names(left, makers) and split_names(right, makers):
            end = start + len(word)
            return [
                CreditName(start, start + len(left), sure=True),
                CreditName(end - len(right), end, sure=True),
            ]
    return []


def _chinese_names(word: str, start: int, makers: PhraseSet) -> list[CreditName]:
    """Chinese names written together: `王明李红`; what ends as an organisation does is none."""
    if len(word) >= MIN_ORGANISATION_CHARS and ORGANISATION_SUFFIX.search(word):
        return []
    names = split_names(word, makers) if HAN_ONLY.fullmatch(word) else None
    return _spans(names, start) if names else []


def _spans(names: Sequence[str], start: int) -> list[CreditName]:
    """Names written together, with their spans."""
    found = []
    for name in names:
        found.append(CreditName(start, start + len(name), sure=True))
        start += len(name)
    return found


def _other_name(word: str, start: int, end: int) -> list[CreditName] | None:
    """A transliterated name, an organisation, or a name of a rare form; not words of a sentence."""
    if SENTENCE_WORDS.search(word) or len(word) > MAX_CHINESE_ENTRY_CHARS:
        return None
    sure = TRANSLITERATED.fullmatch(word) is not None or ORGANISATION_SUFFIX.search(word) is not None
    return [CreditName(start, end, sure=sure)]
