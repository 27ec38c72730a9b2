"""Reporters in Chinese bylines, `记者 X 通讯员 Y 北京报道`: a word for a reporter, names, and a place after them."""

import regex

from pipeline.lexicon.gazetteer import place_coverage, place_end
from pipeline.lexicon.people import is_name, split_names
from pipeline.lexicon.tagger import tagged_words
from pipeline.lexicon.vocabulary import NO_PHRASES, PhraseSet
from pipeline.stages.credits.byline_parts import ALL_SPACES, SPACES, BylinePart

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
"""Lines without any of these are not read."""
REPORTER_WORD = regex.compile(
    rf"""
    (?: 本[报報刊网網台社]                                     # 本报记者
      | 特[约約派邀] | 首席 | 高[级級] | [资資]深               # 特约记者, 首席记者
      | [实實][习習] | [见見][习習]                            # 实习记者
      | [摄攝]影 | [综綜]合                                   # 摄影记者
      | [驻駐]\p{{Han}}{{2,5}}?                               # 驻北京记者
    ){{0,3}}
    (?:{"|".join(REPORTER_WORDS)})
    """,
    regex.VERBOSE,
)
"""A word for a reporter, with what qualifies it."""
REPORT_ENDING = regex.compile(
    r"""
    [\s／/｜|·]*+
    (?: [综綜]合 | [独獨]家 | [专專][访訪] | [摄攝]影 | [现現][场場] )*+        # 综合报道, 现场报道
    (?: 报道 | 報道 | 报导 | 報導 | [专專]稿                                # 北京报道
      | [电電] | [摄攝]                                                   # 北京电
      | 文[/／]?[图圖]? )                                                 # 文/图
    [\s）)】\]]*+$
    """,
    regex.VERBOSE,
)
"""The word for a report after names and place."""
SENT_FROM = regex.compile(
    r"""
    [\s（(]*+
    (?: [发發]自                                           # 发自北京
      | [自于於](?=\p{Han}{2,10}[）)]?$) )                  # （自北京）
    \s*+
    (?P<place>[\p{Han}、 ]{2,20}?)(?:[报報][道导導])?        # 伦敦、巴黎报道
    [\s）)]*+$
    """,
    regex.VERBOSE,
)
OUTLET_OPENING = regex.compile(r"[\s*_【（(《「“\[]*+")
OUTLET_CLOSING = regex.compile(r"[\s*_】）)》」”\]]*+(?:[讯訊]|消息)?[】\])）]?[\s：:（(·\-—/／|｜]*+")
OUTLET_BEFORE_REPORTER = regex.compile(
    rf"{OUTLET_OPENING.pattern}(?P<outlet>[\p{{Han}}\p{{Latin}}\p{{N}}·&.\- ]{{2,20}}?){OUTLET_CLOSING.pattern}"
)
"""All that precedes the word for a reporter."""
NOT_AN_OUTLET = regex.compile(
    r"""
      [的了是我你他她它们們吗嗎呢这這那哪怎么麼被]               # 他的记者
    | 在(?![线線])                                         # 在记者, but not 在线
    | 什么 | 什麼 | 接受 | 告诉 | 告訴 | 表示                   # 接受本报记者采访
    | 采访 | 採訪 | 专访 | 專訪                              # 采访记者
    | 外籍 | 中外                                          # 中外记者
    | (?: [有一两兩多位名数數各众眾]                           # 多名记者
        | 据 | 據 | [对對向问問][^\p{Han}]*                   # 据记者, 答问：记者
      )$
    """,
    regex.VERBOSE,
)
"""Words of a sentence about a reporter, which no outlet has in its name."""
NAME_TOKEN = regex.compile(r"[^\s、，,；;/／|｜]+")
MIN_TAGGED_CHARS, MAX_TAGGED_CHARS = 4, 12
"""Characters of a name and a place written together for which the tagger is loaded."""
MIN_PLACE_CHARS, MAX_PLACE_CHARS = 2, 14
MAX_NAME_TOKENS = 12
"""Words of a byline that may be names."""
MARKS_BEFORE_NAMES = f"{SPACES}:：/／|｜丨、，,—-*_"
NAMES_CONFIDENCE = 0.97
"""The names have known surnames, and a place is in the gazetteer."""
PARTLY_KNOWN_PLACE_CONFIDENCE = 0.85
"""The gazetteer has only a part of the place."""
PEN_NAME_CONFIDENCE, RARE_PLACE_CONFIDENCE = 0.8, 0.8
"""Only the position says that a word is a name, or the tagger that it is a place."""
PLACE_TEXT = regex.compile(r"[\p{Han}·]++")
PEN_NAME = regex.compile(r"[\p{Latin}.'’\-]{2,20}|\p{Han}{1,6}(?:[·・]\p{Han}{1,8})+")


def outlet_before(text: str, start: int, end: int, media: PhraseSet = NO_PHRASES) -> tuple[int, int] | None:
    """The span of the outlet that `[start, end)` is, without marks; None if it is words of a sentence.

    `media` are outlets that the user knows.
    """
    if media:
        first = _without_marks(text, start, end)
        for last in media.ends(text, first, end):
            if OUTLET_CLOSING.fullmatch(text, last, end):
                return first, last
    outlet = OUTLET_BEFORE_REPORTER.fullmatch(text, start, end)
    return None if outlet is None or NOT_AN_OUTLET.search(outlet["outlet"]) else outlet.span("outlet")


def reporter_word(text: str, start: int, end: int, media: PhraseSet = NO_PHRASES) -> "regex.Match[str] | None":
    """The first word for a reporter in `[start, end)`; after an outlet of `media`, whose name may hold such a word."""
    if media:
        for last in media.ends(text, _without_marks(text, start, end), end):
            closing = OUTLET_CLOSING.match(text, last, end)
            if closing and (word := REPORTER_WORD.match(text, closing.end(), end)):
                return word
    return REPORTER_WORD.search(text, start, end)


def _without_marks(text: str, start: int, end: int) -> int:
    marks = OUTLET_OPENING.match(text, start, end)
    return marks.end() if marks else start


def reporters_in(
    text: str, start: int, end: int, people: PhraseSet = NO_PHRASES
) -> tuple[list[BylinePart], float] | None:
    """Reporters and place in `记者 X 通讯员 Y 北京报道`, and how sure they are; None if anything else is there."""
    words = list(REPORTER_WORD.finditer(text, start, end))
    parts: list[BylinePart] = []
    confidence = NAMES_CONFIDENCE
    for i, word in enumerate(words):
        first, last = word.end(), words[i + 1].start() if i + 1 < len(words) else end
        before_report = False
        if i + 1 == len(words):
            if away := SENT_FROM.search(text, first, last):
                parts.append(BylinePart("place", *away.span("place")))
                last = away.start()
            elif report := REPORT_ENDING.search(text, first, last):
                before_report, last = True, report.start()
        read = names_and_place(text, first, last, people, before_report=before_report)
        if read is None:
            return None
        parts += read[0]
        confidence = min(confidence, read[1])
    return (parts, confidence) if any(part.value == "reporter" for part in parts) else None


def names_and_place(
    text: str, start: int, end: int, people: PhraseSet = NO_PHRASES, *, before_report: bool
) -> tuple[list[BylinePart], float] | None:
    """The names in `[start, end)`, and how sure they are; None if anything else is there.

    With `before_report`, a word for a report follows, so that a place may follow the names: as a word of its own, or
    written together with the last name.
    """
    while start < end and text[start] in MARKS_BEFORE_NAMES:
        start += 1
    tokens = _name_tokens(text, start, end, people)
    if not tokens or len(tokens) > MAX_NAME_TOKENS:
        return None
    parts: list[BylinePart] = []
    confidence = NAMES_CONFIDENCE
    first, last = tokens[-1]
    if before_report and len(tokens) > 1:
        if _is_place(text[first:last], people):
            parts.append(BylinePart("place", *tokens.pop()))
    elif before_report and (cut := _glued_place(text[first:last], people)):
        parts.append(BylinePart("place", first + cut[0], last))
        tokens = [(first, first + cut[0])]
        confidence = cut[1]
    for n, token in enumerate(tokens):
        names = _chinese_names(text, *token, people)
        if not names:
            if not _pen_name(text, *token, tokens, n, people):
                return None
            confidence = min(confidence, PEN_NAME_CONFIDENCE)
            names = [BylinePart("reporter", *token)]
        parts += names
    return parts, confidence


def _is_place(word: str, people: PhraseSet) -> bool:
    """Whether the last word before a word for a report is a place rather than a name."""
    return (
        MIN_PLACE_CHARS <= len(word) <= MAX_PLACE_CHARS
        and (place_end(word) > 0 or not split_names(word, people))
        and PLACE_TEXT.fullmatch(word) is not None
        and not (people and word in people)
    )


def _glued_place(word: str, people: PhraseSet) -> tuple[int, float] | None:
    """Where a place starts that is written together with a name, and how sure that is."""
    if people and word in people:
        return None
    return _place_start(word, people) or _tagged_place_start(word, people)


def _chinese_names(text: str, start: int, end: int, people: PhraseSet) -> list[BylinePart]:
    """The Chinese names that a word consists of; empty if it is anything else."""
    names = split_names(text[start:end], people)
    if names is None:
        # A name with a rare character in the middle: surname and last character are those of a name.
        rare = end - start == 3 and is_name(text[start] + text[end - 1])
        return [BylinePart("reporter", start, end)] if rare else []
    parts = []
    for name in names:
        parts.append(BylinePart("reporter", start, start + len(name)))
        start += len(name)
    return parts


def _name_tokens(text: str, start: int, end: int, people: PhraseSet) -> list[tuple[int, int]]:
    """The spans of the words in `[start, end)`.

    A name of two characters with a space between them (`景 雪`) is one word, and so is a name of `people` that has
    spaces or marks in it.
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
    """Whether a word without the form of a Chinese name is a name: next to others, or in another script."""
    word = text[first:last]
    if PEN_NAME.fullmatch(word):
        return True
    # After a space, a word of two to four characters that is not of a sentence is a name, if a rare one.
    if n == 0 and 2 <= len(word) <= 4 and text[first - 1 : first].isspace() and PLACE_TEXT.fullmatch(word):
        return NOT_AN_OUTLET.search(word) is None and end_of_names(text, last)
    return (
        n > 0 and len(word) <= 4 and PLACE_TEXT.fullmatch(word) is not None and is_name(text[slice(*tokens[0])], people)
    )


def end_of_names(text: str, at: int) -> bool:
    """Whether the end of the line, a space or a separator follows a first name."""
    return at == len(text) or text[at] in f"{ALL_SPACES}、，,)）】"


def _place_start(word: str, people: PhraseSet = NO_PHRASES) -> tuple[int, float] | None:
    """Where the place starts in names and a place that are written together, and how sure that is.

    >>> _place_start("施诗哈萨克斯坦阿斯塔纳"), _place_start("沈予白拉脱维亚利耶帕亚"), _place_start("张晓赫北京")
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
    return best[1], NAMES_CONFIDENCE if best[0] == 1 else PARTLY_KNOWN_PLACE_CONFIDENCE


def _tagged_place_start(word: str, people: PhraseSet = NO_PHRASES) -> tuple[int, float] | None:
    """The same for a place that the gazetteer does not have: at the only word boundary that leaves a name before it.

    >>> _tagged_place_start("陆闻笛赫本"), _tagged_place_start("陆闻笛")
    ((3, 0.8), None)
    """
    if not MIN_TAGGED_CHARS <= len(word) <= MAX_TAGGED_CHARS:
        return None
    tagged = tagged_words(word)
    cuts = []
    at = 0
    for i, (piece, _) in enumerate(tagged[:-1]):
        at += len(piece)
        place = tagged[i + 1 :]
        if is_name(word[:at], people) and len(word) - at > 1 and all(tag.startswith("n") for _, tag in place):
            cuts.append(at)
    # A place that is tagged as one outweighs that its characters could be a second name.
    if len(cuts) != 1 or (split_names(word, people) and not any(tag == "ns" for _, tag in tagged)):
        return None
    return cuts[0], RARE_PLACE_CONFIDENCE
