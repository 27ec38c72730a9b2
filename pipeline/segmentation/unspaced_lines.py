"""Lines that have hardly any spaces. The stage `words` solves them as a whole instead of candidate by candidate."""

from functools import lru_cache

import regex

from pipeline.segmentation.boundaries import LETTER_RUN

MIN_LINE_LETTERS = 20
MAX_PROSE_RUN_LETTERS = 1000
"""Letters without any mark between them that may still be prose."""
MIN_LETTER_SHARE = 0.7
"""Share of letters among the characters of such a line."""
MIN_MEAN_TOKEN_LETTERS = 12
"""Mean letters of its tokens; English has 5, German 6."""
LETTERS_PER_EXCEPTION = 40
"""Letters that a line must have for each mark that prose hardly ever has, and for each protected part."""

PROTECTED_PART = regex.compile(
    r"""
      (?:https?://|www\.)\S+                                                     # https://example.com/path
    | [\w.+-]+@[\w.-]+                                                           # ann@example.com
    | [\w/.-]*\w\.(?:com|org|net|edu|gov|html?|php|txt|jpe?g|png|pdf|json|py|js)(?![a-z])[\w/.-]*   # docs/index.html
    | \w*_\w*                                                                    # line_count
    | <[^<>\s]*>                                                                 # <b>
    | ^/\S*                                                                      # /usr/bin
    """,
    regex.VERBOSE,
)
"""Parts of a line that are never changed, however much prose is around them: links, addresses, names in code."""
NOT_PROSE = regex.compile(
    r"""
      [@\\_{}<>=|~^*`+]                      # a = b
    | ::                                     # std::vector
    | \(\)                                   # run()
    | &\w{1,10}; | (?:quot|nbsp|amp);        # &nbsp; and what is left of one
    | /$                                     # path/
    | \p{L}/\p{L}                            # and/or
    | \p{L}\.\p{Ll}                          # node.js
    | \#(?!\d)                               # #topic
    | &(?!\p{L}{2})                          # a & b
    | \$\p{L}                                # $name
    """,
    regex.VERBOSE,
)
"""What prose hardly ever has."""


@lru_cache(maxsize=1 << 10)
def has_lost_spaces(line: str) -> bool:
    """Whether a line looks like prose without spaces; whether it reads as English is not checked here."""
    if (line.count(" ") + 1) * MIN_MEAN_TOKEN_LETTERS > len(line) and "  " not in line.strip():
        return False
    tokens = line.split()
    if not tokens or max(map(len, tokens)) < MIN_LINE_LETTERS:
        return False
    line, protected = PROTECTED_PART.subn(" ", line)
    tokens = line.split()
    runs = [len(run) for run in LETTER_RUN.findall(line)]
    letters = sum(runs)
    if letters < MIN_LINE_LETTERS or max(runs) > MAX_PROSE_RUN_LETTERS:
        return False
    if letters < MIN_MEAN_TOKEN_LETTERS * len(tokens) or letters < MIN_LETTER_SHARE * sum(map(len, tokens)):
        return False
    return LETTERS_PER_EXCEPTION * (protected + len(NOT_PROSE.findall(line))) <= letters
