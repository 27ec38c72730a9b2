"""Turns that stand glued together on one line, taken apart so that each label begins a unit of its own."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence, Set
from functools import cache

import regex

from pipeline.lexicon.lists import rows
from pipeline.stages.dialogue.blocks import MAX_HEADING_COLUMNS, Block, block_slice
from pipeline.stages.dialogue.label_candidates import CAPITALISED_WORD, cue_of, is_name_shaped, label_key
from pipeline.stages.dialogue.speaker_aliases import AliasIndex
from pipeline.text.lines import width

MIN_DUMP_COLUMNS = 160
"""Columns from which a paragraph may be a dump of several turns on one line."""
MIN_DUMP_LABELS = 4
"""Labels inside one paragraph from which it is one."""
HONORIFIC = r"(?:M[Rr]s?|M[Ss]|D[Rr]|S[Tt]|P[Rr][Oo][Ff]|G[Ee][Nn]|S[Ee][Nn]|R[Ee][Pp])\.\s{1,3}"
INNER_LABEL = regex.compile(
    rf"(?:^|(?<=[.!?…。！？][\"'”’」』)）\]]{{0,2}}\s{{0,3}}))(?<!\b{HONORIFIC})"
    rf"(?P<label>(?:{HONORIFIC})?{CAPITALISED_WORD}(?:\s(?:{CAPITALISED_WORD}|of|and|the|de|van|von|&)){{0,6}}(?=:\s)"
    r"|《?\p{Han}[\p{Han}·》]{0,12}(?=[：:]))[:：︰﹕]\s*"
)
TITLE_END = regex.compile(r"[?!？！](?=\s|$)|。")
BEFORE_MENTIONED_NAME = regex.compile(
    r"(?:对|對|向|问|問|跟|和|与|與|给|給|告诉|告訴|让|讓|请|請|被|据|據|to|told|the|a|and)\s*$"
)
"""What stands before a name that is spoken of rather than speaking."""
BEFORE_VERB = regex.compile(r"[我你您他她它们們人者员員生曾再又就便没沒不追反再诘詰自]\s*$")
"""What stands before the verb: somebody asks (`有人问：`), which is no label."""
MIN_CHARS_BEFORE, MIN_WORDS_BEFORE = 5, 3
MAX_SEARCHED_LABELS = 6
"""Labels up to which a look for each is faster than for all at once."""
CLAUSE_MARKS = regex.compile(r"[。？！?!；;，,]|\.\s")


@cache
def small_words() -> frozenset[str]:
    """Words that titles leave in small letters."""
    return frozenset(rows(__package__, "small-words.txt"))


def split_one_line_dumps(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Units with the turns of a one-line dump apart, found by the labels that come again in one paragraph."""
    found: list[Block] = []
    for block in blocks:
        if len(block.text) < MIN_DUMP_COLUMNS // 2 or block.text.count(":") + block.text.count("：") < MIN_DUMP_LABELS:
            found.append(block)
            continue
        if width(block.text) < MIN_DUMP_COLUMNS or block.reference:
            found.append(block)
            continue
        matches = [match for match in INNER_LABEL.finditer(block.text) if is_name_shaped(match["label"])]
        tally = Counter(label_key(match["label"]) for match in matches)
        recurring = {key for key, count in tally.items() if count > 1 and not _is_excluded(key)}
        if len(recurring) < 2 or sum(tally[key] for key in recurring) < MIN_DUMP_LABELS:
            found.append(block)
            continue
        keys = [(label_key(match["label"]), match.start()) for match in matches]
        kin = AliasIndex(recurring)
        found.extend(_split_block(block, [start for key, start in keys if key in recurring or kin.of(key)]))
    return tuple(found)


def split_glued_turns(blocks: Sequence[Block], labels: Collection[str], labelled: Set[int]) -> tuple[Block, ...] | None:
    """Units with turns apart that are glued to what stands before them; None where there are none.

    `labels` are those that begin turns elsewhere in the document: behind the end of a sentence, or behind the words of
    a heading (`…and the harvest Reporter: How …?`), they begin one here too. `labelled` are where units with a label
    start.
    """
    forms = sorted(labels, key=len, reverse=True)
    if not forms:
        return None
    pattern = regex.compile(rf"(?<![\p{{L}}\p{{N}}《「“(（])(?:{'|'.join(map(regex.escape, forms))})\s?(?::\s|：)"
                            rf"|(?<=\p{{Han}})(?:{'|'.join(map(regex.escape, forms))})[:：︰﹕]")  # fmt: skip
    needles = (
        [form + mark for form in forms for mark in (":", "：", " :", " ：")]
        if len(forms) <= MAX_SEARCHED_LABELS
        else [":", "："]
    )
    found: list[Block] = []
    for block in blocks:
        text = block.text
        # One colon is the label's own, or one of prose; only few units have more.
        if text.count(":") + text.count("：") < (2 if block.start in labelled else 1):
            found.append(block)
            continue
        if not any(map(text.__contains__, needles)):
            found.append(block)
            continue
        starts = [match.start() for match in pattern.finditer(text) if _is_turn_start(block, match)]
        if starts:
            found.extend(_split_block(block, starts))
        else:
            found.append(block)
    return tuple(found) if len(found) > len(blocks) else None


def _is_turn_start(block: Block, match: "regex.Match[str]") -> bool:
    before = block.text[: match.start()]
    if not any(map(str.isalnum, before)):
        return False
    if before.rstrip("\"'”’」』)）] *_")[-1:] in "。！？?!…." and not before.endswith("“"):
        return True
    if before.isascii() and len(before.split()) < MIN_WORDS_BEFORE:
        return False
    single = len(match[0].strip(" :：")) == 1
    if single and (len(before) < MIN_CHARS_BEFORE or BEFORE_VERB.search(before)):
        return False
    if (
        width(before) > MAX_HEADING_COLUMNS
        or BEFORE_MENTIONED_NAME.search(before)
        or CLAUSE_MARKS.search(before)
        or "：" in before
    ):
        return False
    # Glued to a heading: what follows must be a question, or half the headings of the press would be cut.
    return "？" in block.text[match.end() :] or "?" in block.text[match.end() :]


def _is_excluded(key: str) -> bool:
    said = cue_of(key)
    return said is not None and said.kind == "never"


def _split_block(block: Block, starts: Sequence[int]) -> Iterator[Block]:
    preamble = block.text[: starts[0]]
    if preamble.strip():
        at = _title_case_end(preamble) if block.first else 0
        if at:
            yield block_slice(block, 0, at)
        yield block_slice(block, at, starts[0])
    for start, end in zip(starts, [*starts[1:], len(block.text)], strict=True):
        yield block_slice(block, start, end)


def _title_case_end(text: str) -> int:
    """Where a title in title case with an end mark ends at the start of `text`; 0 where there is none."""
    match = TITLE_END.search(text)
    if match is None or match.end() == len(text.rstrip()):
        return 0
    words = text[: match.end()].split()
    shown = [word for word in words if word.casefold() not in small_words() and word[0].isalpha()]
    return match.end() if len(shown) >= 3 and all(word[0].isupper() for word in shown) else 0
