"""Lines that have hardly any spaces: a regime of their own, which is solved line by line and not gap by gap."""

from functools import lru_cache

import regex

from pipeline.segmentation.boundaries import LETTER_RUN

MIN_LINE_LETTERS = 20
"""Letters that such a line has at least."""
MAX_PROSE_RUN_LETTERS = 1000
"""Letters without any mark between them that may still be prose."""
LEAST_LETTERS = 0.7
"""Share of letters among the characters of such a line."""
MEAN_TOKEN = 12
"""Mean letters of its tokens; English has 5, German 6."""
ENDINGS = "com|org|net|edu|gov|html?|php|txt|jpe?g|png|pdf|json|py|js"
PROTECTED_PART = regex.compile(
    rf"(?:https?://|www\.)\S+|[\w.+-]+@[\w.-]+|[\w/.-]*\w\.(?:{ENDINGS})(?![a-z])[\w/.-]*|\w*_\w*|<[^<>\s]*>|^/\S*"
)
"""Parts of a line that are left as they are, however much prose is around them: links, addresses, names of code."""
NOT_PROSE = regex.compile(
    r"[@\\_{}<>=|~^*`+]|::|\(\)|&\w{1,10};|(?:quot|nbsp|amp);|/$|\p{L}/\p{L}|\p{L}\.\p{Ll}|#(?!\d)|&(?!\p{L}{2})|\$\p{L}"
)
"""What prose hardly ever has."""
LETTERS_OF_PROSE = 40
"""Letters that a line has at least for each mark that prose hardly ever has, and for each part that is spared."""


@lru_cache(maxsize=1 << 10)
def has_lost_spaces(line: str) -> bool:
    """Whether a line looks like prose without spaces; whether it reads like English is another question."""
    if (line.count(" ") + 1) * MEAN_TOKEN > len(line) and "  " not in line.strip():
        return False
    tokens = line.split()
    if not tokens or max(map(len, tokens)) < MIN_LINE_LETTERS:
        return False
    line, links = PROTECTED_PART.subn(" ", line)
    tokens = line.split()
    runs = [len(run) for run in LETTER_RUN.findall(line)]
    letters = sum(runs)
    if letters < MIN_LINE_LETTERS or max(runs) > MAX_PROSE_RUN_LETTERS:
        return False
    if letters < MEAN_TOKEN * len(tokens) or letters < LEAST_LETTERS * sum(map(len, tokens)):
        return False
    return LETTERS_OF_PROSE * (links + len(NOT_PROSE.findall(line))) <= letters
