"""What a line says about being code: the features that `code_lines` weighs."""

import re
from collections.abc import Iterable
from functools import cache

import regex

from pipeline.lexicon.lists import rows

PLAIN_SENTENCE = regex.compile(
    r"""
    \s{0,8}
    (?:[“"'‘(]?\p{Lu}|\p{Lo}|[“「『《])                             # A sentence
    [\p{L}\p{M}\p{N}\s.,;:'’‘“”"!?…—–()%，。、；：？！「」『』（）《》-]*+
    (?<=[\p{Ll}\p{Lo}][.?!…:，。；：？！]["”’」』）)]{0,2})\s*       # ends here.
    """,
    regex.VERBOSE,
)
"""A line of a text, told by one pattern: it begins large, ends with a mark and has no signs of a program."""
TAGS = regex.compile(r"</?(?:[a-z][a-z\d:-]{0,20}|[A-Z][A-Z\d]{0,9})(?:\s[^<>]{0,500}+)?/?>|<!--|-->")
"""Tags say nothing: those that are left over from a page enclose prose, those of a program stand beside code."""
NOT_LINE_END = regex.compile(r"[^\n]")
WORD_LETTERS = regex.compile(r"[\p{L}\p{M}']+")

SIGNS: tuple[tuple[str, str], ...] = (
    ("brace", r"[{}]"),
    ("call", r"[a-z_]\w*\(|\w[A-Z]\w*\("),
    ("empty-call", r"\w\(\)"),
    ("member", r"[a-z_)\]]\.[a-z_]\w"),
    ("underscore", r"[A-Za-z\d]_[A-Za-z\d]"),
    ("camel", r"\b[a-z]{2,}[A-Z][a-z]"),
    ("pascal", r"\b[A-Z][a-z]+[A-Z][a-z]+"),
    ("arrow", r"[-=]>"),
    ("scope", r"\w::\w"),
    ("logic", r"&&|\|\|"),
    ("comparison", r"[=!<>]=|\+=|-=|<<"),
    ("assignment", r"[\w\])]\s?:?=\s?[\w\"'\[{(&$*-]"),
    ("spaced-assignment", r" = "),
    ("index", r"\w\[[\w\"'$]"),
    ("quoted-key", r"[\"'][\w.$@/-]{1,40}[\"']\s?(?::|=>)"),
    ("quoted-argument", r"[(,=\[]\s?[\"'][^\"'\n]{0,60}[\"']\s?[,)\];]"),
    ("dollar-name", r"\$[A-Za-z_{(]"),
    ("at-name", r"(?<!\w)@[A-Za-z_]\w+"),
    ("generic", r"\w<[A-Za-z_][\w, *&]{0,40}>"),
    ("statement-end", r"(?:\w\([^\n]*\)|[\]}]|\w\s?=[^\n]*);\s*(?:(?://|/\*|#)[^\n]*)?$"),
    ("semicolon-end", r";\s*(?:(?://|/\*|#)[^\n]*)?$"),
    ("semicolon-joint", r"[\w)\]];\s?[a-z_$]\w*[=(.]"),
    ("block-head", r"^(?:def|class|if|elif|for|while|with|async|except|func|fn|function|proc)\b.*\w\(.*[:{]$"),
    ("query", r"^(?:CREATE|ALTER|DROP|INSERT|SELECT|UPDATE|DELETE|RETURNS|GRANT|COMMENT ON|FROM|WHERE|SET)\s\w+"),
    ("bracket", r"[\[\]]"),
    ("angle", r"[<>]"),
    ("backslash", r"\\"),
    ("star", r"\*"),
    ("slash", r"/"),
    ("hash", r"#"),
    ("pipe", r"\|"),
    ("percent-format", r"%[sdfix]\b|\{\d?\}"),
    ("option", r"(?<=\s)--?[a-z][\w-]*"),
    ("number", r"(?<![\w.])\d+(?![\w.])"),
    ("hexadecimal", r"\b0x[\da-fA-F]+|\b[\da-f]{7,}\b"),
    ("straight-quote", r"[\"']"),
    ("entity", r"&?#?\w{2,6};(?=\w|\s?[A-Za-z])"),
    ("comma-joint", r"\w,\w"),
    ("curly-quote", r"[“”‘’]"),
)
"""Signs of a line by name. Each is counted up to `MOST_COUNTED`."""
MOST_COUNTED = 3
SIGNS_OF_PROGRAM = frozenset(
    {
        "brace", "empty-call", "arrow", "scope", "logic", "comparison", "assignment", "index", "quoted-key",
        "quoted-argument", "dollar-name", "generic", "statement-end", "block-head", "query", "starts:comment-slash",
    }
)  # fmt: skip
"""Signs that prose hardly has. Damaged prose has the others as well: `Wilander(Apple)`, `antiSurveillance`."""
MAY_HAVE_SIGN = re.compile(
    r"""
    [{}=<>|$\[]|&&                               # a = {b[0]}
    |\(\)|\][;)]|\);                            # run();
    |::|//|/\*                                  # std::move  // a remark
    |["']\s?[:,)\];]                            # "key": 1
    |:\s*$                                      # def run(a):
    |CREATE|ALTER|DROP|INSERT|SELECT|UPDATE|DELETE|RETURNS|GRANT|COMMENT|FROM|WHERE|SET     # SELECT a
    """,
    re.MULTILINE | re.VERBOSE,
)
"""A quick look: each of `SIGNS_OF_PROGRAM` has one of these."""
STARTS: tuple[tuple[str, str], ...] = (
    ("keyword", r"(?:{keywords})\b(?=\s*[^\s,.'’])"),
    ("comment-slash", r"//+\s|/\*|\*/"),
    ("comment-star", r"\*\s"),
    ("comment-hash", r"#\s?\w|#!|#:"),
    ("comment-dash", r"--\s|%\s|;;|\"\"\"|'''|REM\b"),
    ("closing", r"[})\]]"),
    ("key", r"[a-z_][\w.-]*:(?:\s|$)"),
    ("large-key", r"[A-Z][\w .-]{0,30}:(?:\s|$)"),
    ("setting", r"[\w.-]+\s?=\s?\S"),
    ("prompt", r"(?:\$|>>>|\.\.\.|\w[\w@-]*[$#>]|>)\s"),
    ("section", r"\[[\w .:-]+\]$"),
    ("item", r"[-*+•]\s"),
    ("ordinal", r"\d{1,3}[.)]\s"),
    ("quote", r"[\"']"),
    ("dollar", r"[$@%&]\w"),
    ("date", r"\[?\d{2,4}[-/:]\d\d[-/:]\d\d"),
    ("upper", r"\p{Lu}"),
    ("lower", r"\p{Ll}"),
    ("wide", r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"),
)
"""How a line begins."""
ENDS = (
    ("open", "{(["), ("close", "})]"), ("comma", ","), ("colon", ":"), ("stop", ".?!…。？！"), ("backslash", "\\"),
    ("quote", "\"'`"), ("curly", "”’"), ("operator", "+-*/=&|<>"), ("wide-mark", "，；：、"),
)  # fmt: skip
WORD_BANDS = (0, 1, 2, 4, 8, 15, 30)
"""Lower ends of the bands of the number of words."""
TENTHS = 10


@cache
def patterns() -> tuple[tuple[tuple[str, "regex.Pattern[str]"], ...], tuple[tuple[str, "regex.Pattern[str]"], ...]]:
    """The patterns of signs and of starts."""
    keywords = "|".join(rows(__package__, "code-keywords.txt"))
    signs = tuple((name, regex.compile(pattern)) for name, pattern in SIGNS)
    starts = tuple((name, regex.compile(pattern.replace("{keywords}", keywords))) for name, pattern in STARTS)
    return signs, starts


def without_tags(text: str) -> str:
    """A text with spaces in place of its tags. Offsets and line ends stay."""
    return TAGS.sub(lambda tag: NOT_LINE_END.sub(" ", tag[0]), text) if "<" in text else text


@cache
def function_words() -> frozenset[str]:
    """Small English words that programs hardly use as names."""
    return frozenset(rows(__package__, "function-words.txt"))


def line_features(line: str) -> list[str]:
    """The names of the features that a line has. It must have a character that is no space, outside tags.

    >>> line_features("return total")
    ['starts:keyword', 'starts:lower', 'words:2', 'function-words:0', 'marks:0']
    """
    text = line.strip()
    signs, starts = patterns()
    found = [
        f"{name}:{count}"
        for name, pattern in signs
        if (count := min(MOST_COUNTED, sum(1 for _ in zip(pattern.finditer(text), range(MOST_COUNTED), strict=False))))
    ]
    found += [f"starts:{name}" for name, pattern in starts if pattern.match(text)]
    found += [f"ends:{name}" for name, marks in ENDS if text[-1] in marks]
    words = [word.lower() for word in WORD_LETTERS.findall(text)]
    found.append(f"words:{max(band for band in WORD_BANDS if band <= len(words))}")
    small = sum(map(function_words().__contains__, words))
    found.append(f"function-words:{min(5, TENTHS * small // max(1, len(words)))}")
    marks = sum(not (character.isalnum() or character.isspace()) for character in text)
    found.append(f"marks:{min(5, TENTHS * marks // len(text))}")
    return found


def has_sign_of_program(features: Iterable[str]) -> bool:
    """Whether one of the features is a sign that prose hardly has."""
    return any(feature in SIGNS_OF_PROGRAM or feature.partition(":")[0] in SIGNS_OF_PROGRAM for feature in features)
