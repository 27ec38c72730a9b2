"""Reads a line of credits: `编辑：罗启明`, `译者：A 校对：B`, `图、文 | 吕萌`, `Editors: A, B`, `Photography by X`.

A line is credits as a whole or not at all: labels that are roles, names behind each, and nothing that is neither.
Used by the finder `credits`; spans count in the document.
"""

import re
from typing import Literal, cast

import msgspec
import regex

from pipeline.lexicon.people import split_names
from pipeline.lexicon.roles import role_use
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, PhraseSet, Vocabulary
from pipeline.model.document import HAN_CHARACTER

MAX_CREDIT_LINE_CHARS = 240
"""Characters of a line that is read as credits."""
MAX_CREDIT_NAME_CHARS = 48
MAX_LATIN_NAME_WORDS = 6
"""Words in Latin script that one name may have."""

LINE_OPENING = regex.compile(r"[\s*_#>\\•·●○◎□■▲△▼◆◇★☆⊙—–\-【\[（(《]*+")
LINE_CLOSING = regex.compile(r"[\s*_\\】。.]++$")
BRACKETED_CLOSING = regex.compile(r"[\s*_\\】\])）。.]++$")
"""What closes a line that a bracket opened."""
HAN_LETTER = r"(?:(?!丨)\p{Han})"
"""A Chinese character; the one that is typed for a bar is none."""
HAN_ROLE = rf"{HAN_LETTER}{{1,12}}+(?:[ ]?[/／、＋+&及和与與][ ]?{HAN_LETTER}{{1,8}}+){{0,3}}"
CREDIT_MARKS = r"[*_ \t\u3000\xa0\\]*+"
CREDIT_SIGN = re.compile(r"[:：︰﹕|｜丨︱︳/／]| I | by |[\u3400-\u9fff][ \t\u3000\xa0]")
"""Without one of these a line is no credits; `re` finds that out three times as fast."""
SENTENCE_ENDING = re.compile(r"[。！？!?…][”\"’』」）)]?\s*$|[a-z]{3}\.[”\"’]?\s*$")
SEPARATED_ROLE = regex.compile(
    rf"(?P<role>{HAN_ROLE}){CREDIT_MARKS}(?:[:：︰﹕|｜丨︱︳]|(?<=[ ])I(?=[ ])){CREDIT_MARKS}"
)
"""A Chinese label and a separator that says that it is one."""
SLASHED_ROLE = regex.compile(rf"(?P<role>{HAN_LETTER}{{1,12}}+){CREDIT_MARKS}[/／]{CREDIT_MARKS}")
SPACED_ROLE = regex.compile(rf"(?P<role>{HAN_ROLE})[ \t\u3000\xa0]++")
ENGLISH_ROLE = regex.compile(
    rf"(?P<role>[A-Z][A-Za-z_\-]*+(?:[ ][A-Za-z\-]++){{0,4}}){CREDIT_MARKS}[:：|｜]{CREDIT_MARKS}"
    r"|(?P<role>[A-Z][a-z]+(?:[ ][a-z]+){0,2}[ ]by)[ ]++(?=\p{Lu})"
)
USER_ROLE_SEPARATOR = regex.compile(
    rf"(?P<strong>{CREDIT_MARKS}(?:[:：︰﹕|｜丨︱︳]|(?<=[ ])I(?=[ ])){CREDIT_MARKS})"
    rf"|(?P<slash>{CREDIT_MARKS}[/／]{CREDIT_MARKS})"
    r"|(?P<blank>(?<=\p{Han})[ \t\u3000\xa0]++)"
)
"""What may stand behind a role of the user's."""
FURTHER_ROLE_START = regex.compile(r"(?<=[\s，,；;|｜、　])(?=[\p{Han}A-Z])|(?<= / )(?=[A-Z])")
"""Where a further label may start."""

MAX_NAME_FIRST_CHARS = 24
"""Characters of a line in which the role may stand behind the name."""
BEFORE_ROLE = " \t\u3000\xa0/／"
NAME_BEFORE_ROLE = regex.compile(rf"[\s*_（(]*+(?P<words>\p{{Han}}[\p{{Han}}、{BEFORE_ROLE}]*\p{{Han}})[\s*_）)]*+")
HAN_RUN = regex.compile(r"(?P<word>\p{Han}++)|(?P<between>[^\p{Han}]++)")
TRAILING_BRACKETS = regex.compile(r"[（(【\[](?P<inner>[^（()）【】\[\]\n]{3,60})[)）】\]][\s*_]*+$")
MAX_TRAILING_CHARS = 70
LATIN_NAME_CONTINUES = regex.compile(r"(?<=\p{Latin})[ \t]++(?!(?:and|und|with)[ ])\p{Latin}")
"""What makes a name longer: behind `Ida` stands `Moss`."""
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
    | (?P<between>[、，,;；&/／＋+|｜]|[ \t\u3000\xa0]++)
    | (?P<mark>[*_\\~「」《》“”"<>]++)
    """,
    regex.VERBOSE,
)
NAME_PARTICLES = frozenset(
    (
        "de",
        "da",
        "di",
        "do",
        "du",
        "del",
        "della",
        "der",
        "den",
        "van",
        "von",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "of",
        "the",
        "and",
        "e",
        "y",
        "zu",
        "af",
        "av",
    )
)
SENTENCE_WORDS = regex.compile(
    r"[的了是在我你您他她它们們吗嗎呢吧啊这這那哪怎么麼很把被]|什么|什麼|请问|請問|没有|沒有|可以|如果|因为|因為|如何|谢谢|謝謝|第[一二三四五六]"
)
"""Characters of sentences that names hardly have."""
ENGLISH_SENTENCE_WORDS = frozenset(
    (
        "thank",
        "thanks",
        "you",
        "yes",
        "no",
        "the",
        "this",
        "that",
        "what",
        "why",
        "how",
        "when",
        "where",
        "i",
        "we",
        "it",
        "is",
        "are",
        "do",
        "does",
        "did",
        "can",
        "could",
        "would",
        "a",
        "an",
    )
)
ORGANISATION_SUFFIX = regex.compile(
    r"(?:集团|集團|公司|[报報社台臺网網站部组組厅廳局会會院馆館室]|中心|工作室|传媒|傳媒|媒体|媒體|杂志|雜誌|周刊|週刊|月刊|新闻|新聞|大学|大學|智库|智庫"
    r"|财经|財經|观察|觀察|联盟|聯盟|团队|團隊|提供|供图|供圖|中国|中國|受访者|受訪者|本人|资料|資料|截图|截圖|网络|網絡|来源|來源|图库|圖庫)$"
)


Separator = Literal["strong", "slash", "blank"]
"""Colon or bar; slash; blank only."""


class CreditName(msgspec.Struct, frozen=True, gc=False):
    """`[start, end)` is somebody's name; `sure` where its form alone shows it."""

    start: int
    end: int
    sure: bool


class CreditMatch(msgspec.Struct, frozen=True, gc=False):
    """A role and who had it. `rest` are words that only join names, and what stands behind a name."""

    start: int
    end: int
    role: str
    use: str
    strong: bool
    names: tuple[CreditName, ...]
    rest: tuple[tuple[int, int, str], ...]

    @property
    def sure(self) -> bool:
        """True where every name is one by its form."""
        return all(name.sure for name in self.names)


def credits_in(text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY) -> tuple[CreditMatch, ...]:
    """The credits that the line `[start, end)` of `text` is made of; none where it is anything else."""
    makers = vocabulary.makers if vocabulary else NO_PHRASES
    if not 3 <= end - start <= MAX_CREDIT_LINE_CHARS or SENTENCE_ENDING.search(text, max(start, end - 4), end):
        return ()
    if end - start <= MAX_NAME_FIRST_CHARS and (made := _credit_name_first(text, start, end, makers)):
        return made
    if CREDIT_SIGN.search(text, start, end) is None:
        return ()
    at = LINE_OPENING.match(text, start, end).end()  # type: ignore[union-attr]  # matches the empty string too
    bracketed = any(bracket in text[start:at] for bracket in "【[（(")
    closing = (BRACKETED_CLOSING if bracketed else LINE_CLOSING).search(text, at, end)
    end = closing.start() if closing else end
    labels: list[tuple[int, int, int, str, Separator]] = []
    first = _role_at(text, at, end, vocabulary)
    if first is None:
        return _credits_without_separator(text, at, end, makers)
    labels.append(first)
    for place in FURTHER_ROLE_START.finditer(text, first[2], end):
        if place.start() >= labels[-1][2] and (
            label := _role_at(text, place.start(), end, vocabulary, weak=first[4] != "strong")
        ):
            labels.append(label)
    found = []
    for i, (role_start, role_end, behind, use, separator) in enumerate(labels):
        until = labels[i + 1][0] if i + 1 < len(labels) else end
        read = names_of(text, behind, until, makers)
        if read is None or (separator != "strong" and not all(name.sure or separator == "slash" for name in read[0])):
            return ()
        role = text[role_start:role_end]
        names, rest = read
        # A capital I, or the character 丨, typed for a bar is a letter, so it needs a label of its own.
        bar = next((at for at in range(role_end, behind) if text[at] in "I丨"), -1)
        rest = ((bar, bar + 1, "label"), *rest) if bar >= 0 else rest
        found.append(CreditMatch(role_start, role_end, role, use, separator == "strong", names, rest))
    return tuple(found)


def _credit_name_first(text: str, start: int, end: int, makers: PhraseSet) -> tuple[CreditMatch, ...]:
    """A credit whose role stands behind the name: `孙若晴 摄`, `江城晚报社出品`.

    Without a blank or a slash between them the role has two characters or more, and each name three: `高山摄影` may be
    anything. The names are sure by their form.
    """
    line = NAME_BEFORE_ROLE.fullmatch(text, start, end)
    if line is None:
        return ()
    first, last = line.span("words")
    for size in range(min(4, last - first - 2), 0, -1):
        at = last - size
        if not is_credit_role(text[at:last]):
            continue
        name_end = at
        while text[name_end - 1] in BEFORE_ROLE:
            name_end -= 1
        if name_end == at and size == 1:
            continue
        read = names_of(text, first, name_end, makers)
        least = 3 if name_end == at else 2
        if read is not None and all(name.sure and name.end - name.start >= least for name in read[0]):
            return (
                CreditMatch(
                    at, last, text[at:last], str(role_use(text[at:last])), strong=False, names=read[0], rest=read[1]
                ),
            )
    return ()


def _credits_without_separator(text: str, start: int, end: int, makers: PhraseSet) -> tuple[CreditMatch, ...]:
    """Credits without any separator, `撰文白予安　摄影郭小渡`: two or more words that are a known role and a name."""
    found = []
    for piece in HAN_RUN.finditer(text, start, end):
        if piece.lastgroup == "between":
            continue
        first, last = piece.span("word")
        cut = next(
            (cut for cut in range(min(6, last - first - 2), 1, -1) if is_credit_role(text[first : first + cut])), 0
        )
        names = split_names(text[first + cut : last], makers) if cut else None
        if names is None:
            return ()
        spans, at = [], first + cut
        for name in names:
            spans.append(CreditName(at, at + len(name), sure=True))
            at += len(name)
        role = text[first : first + cut]
        found.append(
            CreditMatch(first, first + cut, role, str(role_use(role)), strong=False, names=tuple(spans), rest=())
        )
    covered = sum(credit.names[-1].end - credit.start for credit in found)
    blanks = sum(text[start:end].count(mark) for mark in " \t\u3000\xa0、，,；;")
    return tuple(found) if len(found) > 1 and covered + blanks == end - start else ()


def is_credit_role(word: str) -> bool:
    """Whether a word is a role that stands in bylines or credits and is no speaker's label."""
    return role_use(word) in ("b", "c")


def trailing_in(
    text: str, start: int, end: int, vocabulary: Vocabulary = NO_VOCABULARY
) -> tuple[tuple[CreditMatch, ...], int]:
    """Credits in brackets at the end of a paragraph, `…。（摄影：万某）(责编：裴某)`, and where they begin.

    Without any, the end of the paragraph.
    """
    found: tuple[CreditMatch, ...] = ()
    opens = end
    while opens > start and (group := TRAILING_BRACKETS.search(text, max(start, opens - MAX_TRAILING_CHARS), opens)):
        made_of = credits_in(text, *group.span("inner"), vocabulary)
        if not made_of or not all(credit.sure for credit in made_of):
            break
        found, opens = (*made_of, *found), group.start()
    return found, opens


def _role_at(
    text: str, at: int, end: int, vocabulary: Vocabulary, *, weak: bool = True
) -> tuple[int, int, int, str, Separator] | None:
    """A role at `at`: its span, where its separator ends, its use, and how strong a sign the separator is."""
    strong = SEPARATED_ROLE.match(text, at, end) or ENGLISH_ROLE.match(text, at, end)
    if strong and (use := role_use(strong["role"], vocabulary)):
        return (*strong.span("role"), strong.end(), use, "strong")
    if vocabulary.roles and (told := _user_role_at(text, at, end, vocabulary)) and (weak or told[4] == "strong"):
        return told
    if not weak:
        return None
    # Without a colon or a bar only words that we know are roles: `图书 张三` is none. `图/文 张三` has its role before
    # the blank, `音乐制作/Adon` before the slash.
    blank = SPACED_ROLE.match(text, at, end)
    if blank and blank.end() < end and (use := role_use(blank["role"], vocabulary)) in ("b", "c", "s"):
        return (*blank.span("role"), blank.end(), str(use), "blank")
    slash = SLASHED_ROLE.match(text, at, end)
    if slash and slash.end() < end and (use := role_use(slash["role"], vocabulary)) in ("b", "c", "s", "m"):
        return (*slash.span("role"), slash.end(), str(use), "slash")
    return None


def _user_role_at(text: str, at: int, end: int, vocabulary: Vocabulary) -> tuple[int, int, int, str, Separator] | None:
    """A role of the user's at `at`, whatever its form, as `_role_at` tells it: `3D建模：…`."""
    for last in vocabulary.duties.ends(text, at, end):
        separator = USER_ROLE_SEPARATOR.match(text, last, end)
        if separator is not None and separator.end() < end and (use := role_use(text[at:last], vocabulary)):
            return at, last, separator.end(), use, cast("Separator", separator.lastgroup)
    return None


def names_of(
    text: str, start: int, end: int, makers: PhraseSet = NO_PHRASES
) -> tuple[tuple[CreditName, ...], tuple[tuple[int, int, str], ...]] | None:
    """Names in `[start, end)` and what only joins them, or None where something else stands there.

    `makers` are names and outlets that the user knows. Returns spans of names, and `(start, end, value)` of what is
    `label` or `reference`.
    """
    at, words = start, list[tuple[int, int, bool]]()
    rest: list[tuple[int, int, str]] = []
    glued = False
    while at < end:
        if (
            makers
            and not glued
            and (last := makers.at(text, at, end)) > at
            and not LATIN_NAME_CONTINUES.match(text, last, end)
        ):
            words.append((at, last, True))
            at = last
            continue
        item = NAME_LIST_ITEM.match(text, at, end)
        if item is None:
            return None
        kind, at = item.lastgroup, item.end()
        if item["linked"] is not None:
            if any(map(str.isalnum, item["linked"])):
                words.append((*item.span("linked"), True))
            target = item["target"]
            if target and len(target) > 2:
                value = "label" if len(target) <= 40 else "reference"
                rest.append((item.start("target") + 1, item.end("target") - 1, value))
            glued = False
        elif kind == "aside":
            if not item["aside"][1:-1].isspace():
                rest.append((item.start() + 1, item.end() - 1, "label"))
            glued = False
        elif kind == "join":
            rest.append((*item.span(), "label"))
            glued = False
        elif kind == "between":
            glued = item["between"].isspace() and glued
        elif kind == "word":
            word = item.span()
            if words and EDITOR_CODE.fullmatch(item["word"]):
                rest.append((*word, "label"))
            elif glued and _continues_name(text, words[-1], word):
                words[-1] = (words[-1][0], word[1], False)
            else:
                words.append((*word, False))
            glued = True
    names: list[CreditName] = []
    for first, last, linked in words:
        found = _names_in_stretch(text, first, last, makers, linked=linked)
        if found is None:
            return None
        names += found
    return (tuple(names), tuple(rest)) if names else None


def _continues_name(text: str, before: tuple[int, int, bool], word: tuple[int, int]) -> bool:
    """Whether a word behind a blank belongs to the name before it: `Hannah | Coldwell`, `景 | 雪`."""
    if before[2]:
        return False
    left, right = text[before[1] - 1], text[word[0]]
    if left >= "\u2e80" or right >= "\u2e80":
        return before[1] - before[0] == 1 == word[1] - word[0] and left >= "\u2e80" and right >= "\u2e80"
    return True


def _names_in_stretch(text: str, start: int, end: int, makers: PhraseSet, *, linked: bool) -> list[CreditName] | None:
    """The names that one stretch without separators holds, or None where it cannot be a name."""
    while end > start and text[end - 1] in ".-'’":
        end -= 1
    word = text[start:end]
    if not word or len(word) > MAX_CREDIT_NAME_CHARS:
        return None
    if linked or (makers and word in makers):
        return [CreditName(start, end, sure=True)]
    if not HAN_CHARACTER.search(word):
        parts = word.split()
        if (
            len(parts) > MAX_LATIN_NAME_WORDS
            or {part.lower() for part in parts} & ENGLISH_SENTENCE_WORDS
            or word.isnumeric()
        ):
            return None
        known = [part for part in parts if part not in NAME_PARTICLES]
        sure = len(parts) > 1 and all(part[0].isupper() for part in known)
        return [CreditName(start, end, sure=sure)] if sure or len(parts) <= 2 else None
    for joint in "和及與与":
        left, _, right = word.partition(joint)
        if split_names(left, makers) and split_names(right, makers) and len(word) > 4:
            return [CreditName(start, start + len(left), sure=True), CreditName(end - len(right), end, sure=True)]
    organisation = len(word) > 4 and ORGANISATION_SUFFIX.search(word) is not None
    if not organisation and HAN_ONLY.fullmatch(word) and (read := split_names(word, makers)):
        found, at = [], start
        for name in read:
            found.append(CreditName(at, at + len(name), sure=True))
            at += len(name)
        return found
    if SENTENCE_WORDS.search(word) or len(word) > 20:
        return None
    foreign = TRANSLITERATED.fullmatch(word) is not None
    return [CreditName(start, end, sure=foreign or ORGANISATION_SUFFIX.search(word) is not None)]
