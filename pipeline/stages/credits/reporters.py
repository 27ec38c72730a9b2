"""Reads `记者 X 通讯员 Y 北京报道`: the word for a reporter, names by their surnames, the place behind them.

Used by the readers of Chinese bylines.
"""

import regex

from pipeline.lexicon.gazetteer import place_coverage, place_end
from pipeline.lexicon.people import is_name, split_names
from pipeline.lexicon.tagger import tagged_words
from pipeline.lexicon.vocabulary import NO_PHRASES, PhraseSet
from pipeline.stages.credits.byline_parts import BylinePart

REPORTER_WORD = regex.compile(
    r"(?:本[报報刊网網台社]|特[约約派邀]|[实實][习習]|[见見][习習]|首席|高[级級]|[资資]深|[摄攝]影|[综綜]合|[驻駐]\p{Han}{2,5}?){0,3}"
    r"(?:记者|記者|通讯员|通訊員|特派员|特派員|撰稿人|评论员|評論員|(?:实习|實習)生)"
)
"""The word that opens the form, with what qualifies it."""
REPORTER_WORDS = (
    "记者",
    "記者",
    "通讯员",
    "通訊員",
    "特派员",
    "特派員",
    "撰稿人",
    "评论员",
    "評論員",
    "实习生",
    "實習生",
)
"""The end of what `REPORTER_WORD` finds, for a first look."""
REPORT_ENDING = regex.compile(
    r"[\s／/｜|·]*+(?:[综綜]合|[独獨]家|[专專][访訪]|[摄攝]影|[现現][场場])*+"
    r"(?:报道|報道|报导|報導|[专專]稿|[电電]|[摄攝]|文[/／]?[图圖]?)[\s）)】\]]*+$"
)
"""The word behind names and place."""
SENT_FROM = regex.compile(
    r"[\s（(]*+(?:[发發]自|[自于於](?=\p{Han}{2,10}[）)]?$))\s*+"
    r"(?P<place>[\p{Han}、 ]{2,20}?)(?:[报報][道导導])?[\s）)]*+$"
)
OUTLET_OPENING = regex.compile(r"[\s*_【（(《「“\[]*+")
OUTLET_CLOSING = regex.compile(r"[\s*_】）)》」”\]]*+(?:[讯訊]|消息)?[】\])）]?[\s：:（(·\-—/／|｜]*+")
OUTLET_BEFORE_REPORTER = regex.compile(
    rf"{OUTLET_OPENING.pattern}(?P<outlet>[\p{{Han}}\p{{Latin}}\p{{N}}·&.\- ]{{2,20}}?){OUTLET_CLOSING.pattern}"
)
"""What stands before that word, whole."""
NOT_AN_OUTLET = regex.compile(
    r"[的了是我你他她它们們吗嗎呢这這那哪怎么麼被]|在(?![线線])|什么|什麼|接受|告诉|告訴|表示|采访|採訪|专访|專訪|外籍|中外"
    r"|(?:[有一两兩多位名数數各众眾]|据|據|[对對向问問][^\p{Han}]*)$"
)
"""Words of a sentence in which a reporter occurs."""
NAME_TOKEN = regex.compile(r"[^\s、，,；;/／|｜]+")
MIN_TAGGED_CHARS, MAX_TAGGED_CHARS = 4, 12
"""Characters of a name and a place written together that are worth loading the tagger for."""
PLACE_TEXT = regex.compile(r"[\p{Han}·]++")
PEN_NAME = regex.compile(r"[\p{Latin}.'’\-]{2,20}|\p{Han}{1,6}(?:[·・]\p{Han}{1,8})+")


def outlet_before(text: str, start: int, end: int, media: PhraseSet = NO_PHRASES) -> tuple[int, int] | None:
    """The span of the outlet that `[start, end)` is, without marks: one of `media`, or any but words of a sentence."""
    if media:
        first = _without_marks(text, start, end)
        for last in media.ends(text, first, end):
            if OUTLET_CLOSING.fullmatch(text, last, end):
                return first, last
    outlet = OUTLET_BEFORE_REPORTER.fullmatch(text, start, end)
    return None if outlet is None or NOT_AN_OUTLET.search(outlet["outlet"]) else outlet.span("outlet")


def reporter_word(text: str, start: int, end: int, media: PhraseSet = NO_PHRASES) -> "regex.Match[str] | None":
    """The first word for a reporter in `[start, end)`; one behind an outlet of `media`, which may hold such a word."""
    if media:
        for last in media.ends(text, _without_marks(text, start, end), end):
            behind = OUTLET_CLOSING.match(text, last, end)
            if behind and (word := REPORTER_WORD.match(text, behind.end(), end)):
                return word
    return REPORTER_WORD.search(text, start, end)


def _without_marks(text: str, start: int, end: int) -> int:
    marks = OUTLET_OPENING.match(text, start, end)
    return marks.end() if marks else start


def reporters_in(
    text: str, start: int, end: int, people: PhraseSet = NO_PHRASES
) -> tuple[list[BylinePart], float] | None:
    """Reporters and place in `记者 X 通讯员 Y 北京报道`, or None where anything else stands there."""
    words = list(REPORTER_WORD.finditer(text, start, end))
    parts: list[BylinePart] = []
    confidence = 0.97
    for i, word in enumerate(words):
        first, last = word.end(), words[i + 1].start() if i + 1 < len(words) else end
        near = False
        if i + 1 == len(words):
            if away := SENT_FROM.search(text, first, last):
                parts.append(BylinePart("place", *away.span("place")))
                last = away.start()
            elif said := REPORT_ENDING.search(text, first, last):
                near, last = True, said.start()
        read = names_and_place(text, first, last, people, near=near)
        if read is None:
            return None
        parts += read[0]
        confidence = min(confidence, read[1])
    return (parts, confidence) if any(part.value == "reporter" for part in parts) else None


def names_and_place(
    text: str, start: int, end: int, people: PhraseSet = NO_PHRASES, *, near: bool
) -> tuple[list[BylinePart], float] | None:
    """Names in `[start, end)`; where a report follows (`near`), a place may stand behind them."""
    while start < end and text[start] in " \t\u3000:：/／|｜丨、，,—-*_":
        start += 1
    tokens = _name_tokens(text, start, end, people)
    if not tokens or len(tokens) > 12:
        return None
    parts: list[BylinePart] = []
    if near and len(tokens) > 1:
        first, last = tokens[-1]
        word = text[first:last]
        if (
            2 <= last - first <= 14
            and (place_end(word) or not split_names(word, people))
            and PLACE_TEXT.fullmatch(word)
            and not (people and word in people)
        ):
            parts.append(BylinePart("place", first, last))
            tokens.pop()
    confidence = 0.97
    for n, (first, last) in enumerate(tokens):
        if (
            near
            and n == len(tokens) - 1
            and not parts
            and not (people and text[first:last] in people)
            and (cut := _place_start(text[first:last], people) or _tagged_place_start(text[first:last], people))
        ):
            parts.append(BylinePart("place", first + cut[0], last))
            last, confidence = first + cut[0], cut[1]  # noqa: PLW2901 -- the name ends where the place starts
        read = split_names(text[first:last], people)
        if read is None and last - first == 3 and is_name(text[first] + text[last - 1]):
            parts.append(BylinePart("reporter", first, last))
            continue
        if read is None:
            if not _pen_name(text, first, last, tokens, n, people):
                return None
            confidence = min(confidence, 0.8)
            parts.append(BylinePart("reporter", first, last))
            continue
        at = first
        for name in read:
            parts.append(BylinePart("reporter", at, at + len(name)))
            at += len(name)
    return parts, confidence


def _name_tokens(text: str, start: int, end: int, people: PhraseSet) -> list[tuple[int, int]]:
    """Spans of the words in `[start, end)`; a name of two characters that is set wide (`景 雪`) is one word.

    So is a name of `people` that has blanks or marks in it.
    """
    found: list[tuple[int, int]] = []
    for word in NAME_TOKEN.finditer(text, start, end):
        first, last = word.span()
        if found and first < found[-1][1]:
            continue
        if people:
            last = max(last, people.at(text, first, end))
        if found and last - first == 1 == found[-1][1] - found[-1][0] and first - found[-1][1] == 1:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _pen_name(text: str, first: int, last: int, tokens: list[tuple[int, int]], n: int, people: PhraseSet) -> bool:
    """Whether a word that is no Chinese name may be one all the same: beside others, or in another script."""
    word = text[first:last]
    if PEN_NAME.fullmatch(word):
        return True
    # Behind a blank, and with nothing of a sentence in it, a word of two to four characters is a name, if a rare one.
    if n == 0 and 2 <= len(word) <= 4 and text[first - 1 : first].isspace() and PLACE_TEXT.fullmatch(word):
        return NOT_AN_OUTLET.search(word) is None and end_of_names(text, last)
    return (
        n > 0 and len(word) <= 4 and PLACE_TEXT.fullmatch(word) is not None and is_name(text[slice(*tokens[0])], people)
    )


def end_of_names(text: str, at: int) -> bool:
    """Whether what follows a first name is the end of the line, a blank or a separator."""
    return at == len(text) or text[at] in " \t\u3000\xa0、，,)）】"


def _place_start(word: str, people: PhraseSet = NO_PHRASES) -> tuple[int, float] | None:
    """Where the place starts in names and a place written together, and how sure that is.

    >>> _cut("施诗哈萨克斯坦阿斯塔纳"), _cut("沈予白拉脱维亚利耶帕亚"), _cut("张晓赫北京")
    ((2, 0.97), (3, 0.97), (3, 0.97))
    """
    best: tuple[float, int] | None = None
    for cut in range(2, min(len(word) - 1, 13)):
        if split_names(word[:cut], people) is None:
            continue
        share = place_coverage(word[cut:])
        if share and len(word) - cut <= 14 and (best is None or share > best[0]):
            best = share, cut
    if best is None:
        return None
    return best[1], 0.97 if best[0] == 1 else 0.85


def _tagged_place_start(word: str, people: PhraseSet = NO_PHRASES) -> tuple[int, float] | None:
    """The same where the gazetteer does not have the place: at the one word boundary that leaves a name before it.

    >>> _tagged_cut("陆闻笛赫本"), _tagged_cut("陆闻笛")
    ((3, 0.8), None)
    """
    if not MIN_TAGGED_CHARS <= len(word) <= MAX_TAGGED_CHARS:
        return None
    tagged = tagged_words(word)
    cuts = []
    at = 0
    for i, (piece, _) in enumerate(tagged[:-1]):
        at += len(piece)
        behind = tagged[i + 1 :]
        if is_name(word[:at], people) and len(word) - at > 1 and all(tag.startswith("n") for _, tag in behind):
            cuts.append(at)
    # A place that is tagged as one outweighs that its characters could be a second name.
    if len(cuts) != 1 or (split_names(word, people) and not any(tag == "ns" for _, tag in tagged)):
        return None
    return cuts[0], 0.8
