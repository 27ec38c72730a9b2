"""Under which rule a space is inserted between two words, or why none is.

A `Gap` is a place where `pipeline.segmentation` believes a space to be missing. Ordered lists of named predicates
decide whether the token around it is an exception (a link, a name, code, a unit), and which rule covers it otherwise.
"""

from collections.abc import Callable, Iterator
from functools import cache, cached_property, lru_cache

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.lexicon.dates import month_names
from pipeline.lexicon.dictionary import is_dictionary_word
from pipeline.lexicon.lists import rows
from pipeline.model.document import Document
from pipeline.model.stage import Rule
from pipeline.segmentation.boundaries import CAMEL_WORD, LATIN_LETTER, LETTER_RUN
from pipeline.segmentation.counts import DocumentCounts
from pipeline.segmentation.score import MissingSpace
from pipeline.segmentation.user_words import UserWords
from pipeline.segmentation.word_scores import UNSEEN, is_affixed, is_common, is_rare, lowered, word_facts
from pipeline.stages.words.damage_evidence import is_beside_small_word, is_full_of_names, recurs, shows_lost_spaces
from pipeline.stages.words.prose import is_alone_on_line, is_prose
from pipeline.stages.words.rules import CAPITAL, DASH, IN_VOCABULARY, NAMES, NUMBER, RUN_TOGETHER

TOKEN_REACH = 100
"""Code points on each side of a gap that are searched for the ends of its token."""
SENTENCE_REACH = 40
"""Code points before a token that are searched for the start of its sentence."""
MIN_AFFIXED_CONFIDENCE = 0.97
"""Confidence under which a word made from another stays one word: `plantswoman`."""
MAX_JOINED_NAME_LETTERS = 5
"""Letters of the longest run-together word that may be a name, `Tobe`; `Accordingto` is none."""
MIN_PROSE_LOGP = -10.0
"""log P of a word that names in code seldom begin with: `called`, but not `query`."""
UNKNOWN_LOGP = -20.0
MOSTLY_CAPITALISED = 0.5
MONTH_REACH = 12
"""Code points of a word before a year and of the character before it."""
MAX_SHORT_WORD_LETTERS = 2

PROTECTED_TOKEN = regex.compile(
    r"""
      \]: | ://                                                       # [1]: https://example.com
    | www\. | [@#\\/_{}<>=|~^*+`′″]                                   # @ann  docs/data  line_count
    | \$(?!\d)                                                        # $name, but not $5
    | :: | \(\)                                                       # std::vector  run()
    | \p{L}\.\p{Ll}{2,5}\b                                            # node.js
    | (?:quot|amp|nbsp|apos|[lr][ds]quo|[mn]dash|hellip|[lg]t);       # what is left of an entity
    | &\w{1,10};                                                      # &nbsp;
    """,
    regex.VERBOSE,
)
"""Tokens that are no prose: links, addresses, paths, handles, hashtags, code, file names, entities."""
OPTION = regex.compile(rf"^[(\[]*(-{{1,2}})({LATIN_LETTER}++)")
"""`-v`, `-ie`; but also `-you`, if the document has dashes between spaces."""
CUT_OFF = regex.compile(r" \.\.\.| …")
"""What follows a text that was cut off, perhaps inside its last word."""
BRAND = regex.compile(r"[b-z]\p{Lu}")
"""`iPhone`, `eBay`; but not `aGlobal`."""
NAME_END = regex.compile("['’]")
"""Before the ending of a name: `OneSpan’s`."""
RUN_BEFORE_HYPHEN = regex.compile(rf"{LATIN_LETTER}++(?=-$)")
SENTENCE_START = regex.compile(r"(?:^|[.!?:]['\"”’)]?\s|\n)['\"“‘(]*$")
MODEL_NUMBER = regex.compile(r"\p{Lu}++\d++$")
"""`A320`, of `A320neo`."""
FOUR_FIGURES = regex.compile(r"\d{4}(?!\d)")
JOINED_YEAR = regex.compile(r"(?:19|20)\d\d(?<=\p{Ll}\d{4})(?![\w-]|[./:]\w)")
WORD_BEFORE_YEAR = regex.compile(
    rf"""
    (?<![^\s(“\"])
    (?:
        [Ii]n | [Ss]ince | [Bb]y | [Uu]ntil | [Ff]rom | [Dd]uring | [Bb]efore | [Aa]fter       # In2022
      | [Aa]bout | [Tt]han | [Oo]ver | and                                                 # than2000
      | {" | ".join(month_names())}                                                        # May2008
    )$
    """,
    regex.VERBOSE,
)


class Gap(msgspec.Struct, frozen=True, dict=True):
    """A missing space before code point `at`, inside the token `[start, end)`.

    `run` is the run of letters around it, or None if figures or dashes meet there.
    """

    document: Document
    at: int
    start: int
    end: int
    run: "regex.Match[str] | None"
    confidence: float
    user_words: UserWords

    @classmethod
    def of(cls, document: Document, space: MissingSpace, user_words: UserWords) -> "Gap":
        """The gap of a missing space of `document`."""
        text, at = document.text, space.at
        start = at - len(text[max(0, at - TOKEN_REACH) : at].rsplit(maxsplit=1)[-1])
        end = at + len(text[at : at + TOKEN_REACH].split(maxsplit=1)[0])
        runs = LETTER_RUN.finditer(text, start, end)
        run = next((match for match in runs if match.start() < at < match.end()), None)
        return cls(document, at, start, end, run, space.confidence, user_words)

    @property
    def text(self) -> str:
        """The text of the document."""
        return self.document.text

    @cached_property
    def token(self) -> str:
        """The token around the gap."""
        return self.text[self.start : self.end]

    @property
    def word(self) -> str:
        """The run of letters around the gap; empty if there is none."""
        return self.run[0] if self.run else ""

    @property
    def cut(self) -> int:
        """Where the gap is in `word`."""
        return self.at - self.run.start() if self.run else 0

    @cached_property
    def halves(self) -> tuple[str, str]:
        """The two words that a space would make of `word`."""
        return self.word[: self.cut], self.word[self.cut :]


Predicate = Callable[[Gap], bool]


def rule_for(gap: Gap) -> Rule | None:
    """The rule under which a space is inserted at `gap`; None if the text must stay as it is."""
    if any(holds(gap) for holds in TOKEN_EXCEPTIONS):
        return None
    if gap.run is None:
        return _rule_at_figure(gap)
    if any(holds(gap) for holds in RUN_EXCEPTIONS):
        return None
    return next((rule for holds, rule in RULES_IN_RUN if holds(gap)), None)


def _is_option(gap: Gap) -> bool:
    """`-v`, unless the document has such dashes between spaces and a word follows."""
    option = OPTION.search(gap.token)
    if option is None:
        return False
    return not has_spaced_dash(gap.text, option[1]) or lowered(option[2]) not in english.lexicon()


def _is_protected(gap: Gap) -> bool:
    """`https://example.com/theother`."""
    return PROTECTED_TOKEN.search(gap.token) is not None


def _is_not_prose(gap: Gap) -> bool:
    """In a line of another language, of code, or of names only."""
    return not is_prose(gap.document, gap.at, gap.start, gap.end)


def _is_lone_brand(gap: Gap) -> bool:
    """A token alone on its line may be a brand, unless it holds a small word: `Aboutus`."""
    if not is_alone_on_line(gap.document, gap.at, gap.start, gap.end):
        return False
    starts_small = gap.run is not None and gap.text[gap.at].islower()
    return not (starts_small and any(is_common(lowered(half)) for half in gap.halves))


TOKEN_EXCEPTIONS: tuple[Predicate, ...] = (_is_option, _is_protected, _is_not_prose, _is_lone_brand)
"""Tokens that are never changed, in the order in which they are checked."""


def _is_user_word(gap: Gap) -> bool:
    """A word of the user, or one that a space would split."""
    return gap.user_words.keeps(gap.word) or gap.user_words.breaks(gap.word, gap.cut)


def _is_brand(gap: Gap) -> bool:
    """`iPhone`."""
    return BRAND.match(gap.word) is not None


def _is_cut_off(gap: Gap) -> bool:
    """`They have rea ...`."""
    return gap.run is not None and CUT_OFF.match(gap.text, gap.run.end()) is not None


def _is_name_in_lexicon(gap: Gap) -> bool:
    """`Tobe Hooper`, `Tor-isa`: in the lexicon as two words run together, but a name here."""
    return lowered(gap.word) in english.lexicon() and (_is_name(gap) or _is_part_of_name(gap))


def _is_dictionary_word(gap: Gap) -> bool:
    """`seethe`, `behindhand`, in a document that shows no other lost space."""
    return is_dictionary_word(lowered(gap.word)) and not _shows_lost_spaces(gap)


def _is_name_in_camel_case(gap: Gap) -> bool:
    """`OneSpan`, `TheStreet’s` more than once, in a document that shows no other lost space, or one among many."""
    if not (_is_at_capital(gap) and gap.word[0].isupper()):
        return False
    if is_full_of_names(gap.text, gap.user_words.edges):
        return True
    return recurs(gap.text, NAME_END.split(gap.word)[0]) and not _shows_lost_spaces(gap)


def _is_recurring_term(gap: Gap) -> bool:
    """`gigantocellular` more than once, in such a document, and neither half is a small word as in `ofthe`."""
    if _is_at_capital(gap) or is_beside_small_word(*gap.halves):
        return False
    return recurs(gap.text, gap.word) and not _shows_lost_spaces(gap)


def _shows_lost_spaces(gap: Gap) -> bool:
    return shows_lost_spaces(gap.text, gap.user_words.edges)


RUN_EXCEPTIONS: tuple[Predicate, ...] = (
    _is_user_word,
    _is_brand,
    _is_cut_off,
    _is_name_in_lexicon,
    _is_dictionary_word,
    _is_name_in_camel_case,
    _is_recurring_term,
)
"""Runs of letters that stay one word, in the order in which they are checked."""


def _is_in_lexicon(gap: Gap) -> bool:
    """`ofthe`."""
    return lowered(gap.word) in english.lexicon()


def _is_capital_beside_small_word(gap: Gap) -> bool:
    """`theGlobal`, `MayorOf`, but not `getElementById`."""
    return _is_at_capital(gap) and not _is_method_name(gap.word) and _is_beside_small_word(gap)


def _is_joined_name(gap: Gap) -> bool:
    """`MaryJohn`, but not `querySelector`."""
    return _is_at_capital(gap) and not _is_method_name(gap.word) and not _is_identifier(gap)


def _is_run_together(gap: Gap) -> bool:
    """`decadesof`, but not `plantswoman`."""
    if _is_at_capital(gap):
        return False
    return gap.confidence >= MIN_AFFIXED_CONFIDENCE or not _is_derived_word(gap)


RULES_IN_RUN: tuple[tuple[Predicate, Rule], ...] = (
    (_is_in_lexicon, IN_VOCABULARY),
    (_is_capital_beside_small_word, CAPITAL),
    (_is_joined_name, NAMES),
    (_is_run_together, RUN_TOGETHER),
)
"""The first predicate that holds names the rule; none of them for a run that stays as it is."""


def _is_at_capital(gap: Gap) -> bool:
    return gap.text[gap.at - 1].islower() and gap.text[gap.at].isupper()


def _is_beside_small_word(gap: Gap) -> bool:
    """Whether one of the words that meet at a capital is in any text: `theGlobal`, `MayorOf`."""
    left, right = gap.halves
    meeting = CAMEL_WORD.findall(left)[-1:] + CAMEL_WORD.findall(right)[:1]
    return any(is_common(lowered(word)) for word in meeting)


def _is_derived_word(gap: Gap) -> bool:
    """Whether a run is a word with an affix, and neither half is a small word: `plantswoman`, `explainability`."""
    return is_affixed(lowered(gap.word)) and not any(is_common(lowered(half)) for half in gap.halves)


def _is_method_name(run: str) -> bool:
    """Whether a run is a name in code of three words or more, none after the first a proper name: `getElementById`."""
    first, *others = CAMEL_WORD.findall(run)
    facts = [word_facts(lowered(other)) for other in others]
    return first.islower() and len(others) > 1 and all(each is not UNSEEN and each.capital_odds < 0 for each in facts)


def _is_identifier(gap: Gap) -> bool:
    """Whether a run looks like code: `querySelector` begins small, and its capital begins no name."""
    lexicon, run = english.lexicon(), gap.run
    if run is None:
        return False
    left, right = CAMEL_WORD.findall(gap.halves[0])[-1], lowered(CAMEL_WORD.findall(gap.halves[1])[0])
    is_name = right not in lexicon or lexicon.capital(right) > MOSTLY_CAPITALISED
    is_frequent = (lexicon.logp(lowered(left)) or UNKNOWN_LOGP) > MIN_PROSE_LOGP
    return run[0][0].islower() and not (is_name or is_frequent or gap.text[run.end() + 1 : run.end() + 2].isupper())


def _is_name(gap: Gap) -> bool:
    """Whether a run of the lexicon is a name in its place: `Tobe Hooper`, `the Alot`."""
    run = gap.word
    if not run[0].isupper() or run[0] == "I" or len(run) > MAX_JOINED_NAME_LETTERS or not run[1:].islower():
        return False
    opens = SENTENCE_START.search(gap.text, max(0, gap.start - SENTENCE_REACH), gap.start) is not None
    return not opens or gap.text[gap.end + 1 : gap.end + 2].isupper()


def _is_part_of_name(gap: Gap) -> bool:
    """Whether a hyphen joins a run to a rare word before it: `Tor-isa`."""
    if gap.run is None or gap.text[gap.run.start() - 1] != "-":
        return False
    before = RUN_BEFORE_HYPHEN.search(gap.text, gap.start, gap.run.start())
    return before is not None and len(before[0]) > 1 and is_rare(lowered(before[0]))


def _rule_at_figure(gap: Gap) -> Rule | None:
    """The rule for a gap beside a figure or a dash."""
    text, at = gap.text, gap.at
    if text[at].isdigit():
        return NUMBER if _is_missing_before_figure(gap) else None
    if text[at - 1].isdigit():
        return NUMBER if _is_missing_after_figure(gap) else None
    return DASH


def _is_missing_before_figure(gap: Gap) -> bool:
    """`In2022`, but not `COVID19`, `a1`, `Twenty20`."""
    text, at = gap.text, gap.at
    word = text[gap.start : at].lstrip("(“\"'")
    if word.isupper() or any(map(str.isdigit, word)) or (len(word) == 1 and not text[at : at + 2].isdigit()):
        return False
    is_name = word[:1].isupper() and not is_common(lowered(word)) and word not in month_names()
    return not is_name or FOUR_FIGURES.match(text, at) is not None


def _is_missing_after_figure(gap: Gap) -> bool:
    """`2022they`, but not `64bit`, `0x3b7c1add`, `A320neo`."""
    if MODEL_NUMBER.match(gap.text, gap.start, gap.at):
        return False
    match = LETTER_RUN.match(gap.text, gap.at, gap.end)
    word = match[0] if match else ""
    is_word = word[1:].islower() and lowered(word) in english.lexicon() and lowered(word) not in _units()
    return is_word and (len(word) > MAX_SHORT_WORD_LETTERS or is_common(word))


def joined_years(counts: DocumentCounts) -> Iterator[int]:
    """The offsets where a year follows a word that is often before one, without a space: `In2022`."""
    text = counts.text
    if not any(map(JOINED_YEAR.search, counts.suspects)):
        return
    for match in JOINED_YEAR.finditer(text):
        if WORD_BEFORE_YEAR.search(text[max(0, match.start() - MONTH_REACH) : match.start()]):
            yield match.start()


@lru_cache(maxsize=4)
def has_spaced_dash(text: str, dash: str) -> bool:
    """Whether a text has the dash between two spaces. Cached, since every option of a text asks."""
    return f" {dash} " in text


@cache
def _units() -> frozenset[str]:
    return frozenset(rows(__package__, "units.txt"))
