"""Prints real talks, whose turns are known, in the layouts in which sources print talks.

    python scripts/structure/redress.py FOLDER --count 20 --out DIR     writes samples to look at

FOLDER holds annotated documents, see `talks`. A model of turn starts learns from the texts that come out: their turns
are known by construction, and what a source has in common with itself is no longer the layout. Nothing is stored; the
same seed makes the same texts.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from structure.frame import Frame
from structure.labels import Labels, label_turns, renamed
from structure.layouts import FAMILIES, SIDED_FAMILIES, Form, Layout, draw_layout
from structure.negatives import BLOCKS, redress_negative
from structure.pages import Page, Redressed, Start, damaged, escape, wrap
from structure.talks import EAST_ASIAN, Prose, Talk, Turn, merged, read_case_prose, read_prose, read_talks

__all__ = [
    "FAMILIES", "Layout", "Prose", "Redressed", "Start", "Talk", "Turn", "draw_layout", "read_case_prose",
    "read_prose", "read_talks", "redress", "redress_many", "redress_many_negatives", "redress_negative",
]  # fmt: skip

MIN_TURNS, MAX_TURNS = 4, 60
MIN_SIDED_SHARE = 0.9
"""A talk is printed in layouts that need sides if this share of its turns has one."""
BRIEF_SHARE = 0.2
"""Talks of which only the first sentence of each turn is printed."""
FIRST_SENTENCE = re.compile(r"[^\n]{1,200}?(?:[.!?…](?=\s)|[。！？])")
MAX_PARAGRAPHS = 8
"""Of a turn; longer ones are cut."""
MAX_TRIFLE_CHARS = 8
GLUED_SHARE = 0.1
"""How often a turn goes on in the line of the one before, in a text where that happens."""
CHARS_PER_SECOND = 15


def is_sided(turns: Sequence[Turn]) -> bool:
    """Whether it is known who asks and who answers."""
    sides = [turn.side for turn in turns]
    known = sum(side in {"q", "a"} for side in sides)
    return known >= MIN_SIDED_SHARE * len(sides) and "q" in sides and "a" in sides


def excerpt(talk: Talk, layout: Layout, random: Random) -> list[Turn]:
    """A run of 2 to 60 turns of a talk; long turns are cut, some trifles are left out.

    Now and then each turn is its first sentence: short talks of short turns are printed, too.
    """
    turns = told_apart(talk.turns, layout)
    if not is_sided(turns) and random.random() < 0.4:
        turns = merged(turn for turn in turns if len(turn.text) > MAX_TRIFLE_CHARS) or turns
    most = min(random.choice([2, 3, MIN_TURNS, MIN_TURNS, 6, 6, 8, 8, 12, 12, 16, 16, 24, 40, MAX_TURNS]), len(turns))
    start = random.choice([0, random.randint(0, len(turns) - most)])
    if layout.sided and not layout.answer.labelled and turns[start].side != "q":
        start += 1 if start + most < len(turns) else -1
    paragraphs = random.choice([2, 4, MAX_PARAGRAPHS])
    run = turns[start : start + most]
    if random.random() < BRIEF_SHARE:
        return [turn._replace(text=_first_sentence(turn.text)) for turn in run]
    return [turn._replace(text="\n\n".join(turn.text.split("\n\n")[:paragraphs])) for turn in run]


def _first_sentence(text: str) -> str:
    match = FIRST_SENTENCE.match(text)
    return match[0].rstrip() if match else text.split("\n\n", 1)[0]


def told_apart(turns: Sequence[Turn], layout: Layout) -> list[Turn]:
    """The turns that a reader can tell apart in a layout: neighbours on one side are one turn where it has no labels.

    Without labels for answers the first turn is a question.
    """
    if not layout.sided:
        return list(turns)
    out: list[Turn] = []
    for turn in turns:
        form = layout.question if turn.side == "q" else layout.answer
        if not out and turn.side != "q" and not form.labelled:
            continue
        if out and not form.labelled and (turn.side == "q") == (out[-1].side == "q"):
            out[-1] = out[-1]._replace(text=f"{out[-1].text}\n\n{turn.text}")
        else:
            out.append(turn)
    return out if len(out) > 1 else list(turns)


def redress(talk: Talk, layout: Layout, random: Random, prose: Sequence[Prose] = ()) -> Redressed:
    """Some turns of a talk in a layout, and where they are; `prose` lends paragraphs for what is around.

    Sides stay, names change. A layout that needs sides (`layout.sided`) needs a talk that has them.
    """
    turns = excerpt(talk, layout, random)
    language = talk.language
    style = "full" if layout.names == "letters" else layout.names
    labels = label_turns(turns, style, language, random)
    if layout.names == "letters":
        labels = labels._replace(printed=tuple(_letters(turns, language, random)))
    page = Page(
        one_line=layout.one_line,
        line_numbers=layout.line_numbers,
        line_end="\r\n" if "carriage returns" in layout.damage else "\n",
    )
    frame = Frame(page, layout, labels, language, random, prose, turns)
    frame.before()
    page.write(layout.opening)
    if layout.markup in {"vtt", "srt"}:
        _write_cues(page, turns, layout, labels, language, random)
    else:
        _write_turns(page, turns, layout, labels, frame, language, random)
    page.write(layout.closing)
    frame.after()
    return Redressed(
        page.text,
        tuple(page.starts),
        tuple(page.ends),
        tuple(page.repeats),
        layout.family,
        talk.family,
        talk.kind,
        language,
        page.title,
    )


def redress_many(
    talks: Sequence[Talk], prose: Sequence[Prose], count: int, random: Random, families: Sequence[str] = ()
) -> Iterator[Redressed]:
    """So many talks in layouts of `families` (all if none are named), each equally often.

    Families of sources come equally often, too, as far as their sides are known where the layout needs them.
    """
    sources: dict[bool, dict[str, list[Talk]]] = {True: {}, False: {}}
    for talk in talks:
        for sided in dict.fromkeys((is_sided(talk.turns), False)):
            sources[sided].setdefault(talk.family, []).append(talk)
    layouts = [name for name in families or FAMILIES if sources[True] or name not in SIDED_FAMILIES]
    names = {sided: sorted(sources[sided]) for sided in (True, False)}
    for at in range(count):
        family = layouts[at % len(layouts)]
        needed = family in SIDED_FAMILIES
        talk = random.choice(sources[needed][random.choice(names[needed])])
        layout = draw_layout(random, talk.language, sided=is_sided(talk.turns), families=[family])
        yield redress(talk, layout, random, prose)


def redress_many_negatives(prose: Sequence[Prose], count: int, random: Random) -> Iterator[Redressed]:
    """So many texts that are no talk; each block of `BLOCKS` comes equally often."""
    names = sorted(BLOCKS)
    for at in range(count):
        text = random.choice(prose)
        made = redress_negative(text.paragraphs, random, text.language, names[at % len(names)])
        yield made._replace(family=text.family)


def _letters(turns: Sequence[Turn], language: str, random: Random) -> Iterable[str]:
    pairs = [("Q", "A"), ("Q", "A"), ("q", "a"), ("Question", "Answer")]
    if language == "zh":
        pairs = [("问", "答"), ("问", "答"), ("Q", "A"), ("提问", "回答"), ("問", "答")]
    question, answer = random.choice(pairs)
    return (question if turn.side == "q" else answer for turn in turns)


# --- turns


def _write_turns(
    page: Page, turns: Sequence[Turn], layout: Layout, labels: Labels, frame: Frame, language: str, random: Random
) -> None:
    seconds = random.randint(0, 600)
    number = 0
    repeats = "repeated labels" in layout.damage
    odd = _odd_labels(labels.printed, layout, random)
    for at, (turn, label) in enumerate(zip(turns, labels.printed, strict=True)):
        number += turn.side == "q" or not layout.sided
        form = layout.question if turn.side == "q" else layout.answer
        if at:
            glued = "glued turns" in layout.damage and form.labelled and random.random() < GLUED_SHARE
            page.write(random.choice(["", " "]) if glued and layout.markup == "plain" else _between(layout, random))
            frame.between_turns(before_question=turn.side == "q")
        shown = odd.get(at) or label
        before, after = (
            _filled(part, shown, layout, seconds=seconds, number=number) for part in (form.before, form.after)
        )
        if "mixed colons" in layout.damage and language == "zh" and random.random() < 0.2:
            before = before.replace("：", ":") if "：" in before else before.replace(": ", "：")
        if odd.get(at) == "" and form.labelled:
            before = _filled(re.sub("[:：]", "", form.before), label, layout, seconds=seconds, number=number)
        page.write(before)
        page.begin(_plain_label(shown, form, number), turn.side)
        again = f"{after}{layout.between}{before}" if repeats and form.labelled and random.random() < 0.5 else ""
        _write_words(page, turn, form, layout, labels, random, again=again)
        page.end()
        page.write(after)
        frame.after_turn(page.starts[-1].label)
        seconds += len(turn.text) // CHARS_PER_SECOND + 2


def _odd_labels(labels: Sequence[str], layout: Layout, random: Random) -> dict[int, str]:
    """One label that is misspelt, and a turn whose label has lost its colon (an empty string)."""
    out: dict[int, str] = {}
    at = random.randrange(len(labels))
    label = labels[at]
    if "misspelt label" in layout.damage and len(label) > 3:
        place = random.randrange(1, len(label) - 2)
        out[at] = label[:place] + label[place + 1] + label[place] + label[place + 2 :]
    elif "lost colon" in layout.damage and re.search(r"[*_\[<\n【]", layout.answer.before):
        out[at] = ""
    return out


def _plain_label(label: str, form: Form, number: int) -> str | None:
    if not form.labelled:
        return None
    return f"{label}{number}" if "{name}{n}" in form.before else label


def _filled(template: str, label: str, layout: Layout, *, seconds: int, number: int) -> str:
    """The text around a turn's words, with the label, the time and the number."""
    if "{" not in template:
        return template
    minutes, second = divmod(seconds, 60)
    time = layout.time.format(h=minutes // 60, m=minutes % 60, s=second, mm=minutes)
    name = escape(label, layout.markup)
    return template.replace("{time}", time).replace("{n}", str(number)).replace("{name}", name)


def _between(layout: Layout, random: Random) -> str:
    gap = layout.between
    if "trailing spaces" in layout.damage and gap.startswith("\n") and random.random() < 0.3:
        gap = " " * random.randint(1, 2) + gap
    if "uneven blank lines" in layout.damage and gap == "\n\n" and random.random() < 0.3:
        gap = random.choice(["\n\n\n", "\n \n", "\n\n\n\n"])
    return gap


def _write_words(
    page: Page, turn: Turn, form: Form, layout: Layout, labels: Labels, random: Random, *, again: str
) -> None:
    words = damaged(renamed(turn.text, labels.renamed), layout.damage, random)
    opening, closing = form.each
    paragraphs = words.split("\n\n")
    if form.one_paragraph or layout.one_line:
        paragraphs = [("" if EAST_ASIAN.match(paragraphs[0][-1]) else " ").join(paragraphs)]
    if form.one_paragraph and "|" in form.after:
        paragraphs = [paragraphs[0].replace("|", "\\|")]
    used = len(form.before.rpartition("\n")[2])
    for at, words in enumerate(paragraphs):
        if at and again:
            page.write(again)
            page.repeats.append(page.length)
        elif at:
            page.write(f"{closing}{layout.paragraph}{form.indent}{opening}")
        page.write(wrap(escape(words, layout.markup), layout.width, form.indent, used=0 if at else used))


# --- subtitles


def _write_cues(
    page: Page, turns: Sequence[Turn], layout: Layout, labels: Labels, language: str, random: Random
) -> None:
    clock = random.randint(0, 8000)
    count = 0
    numbered = layout.markup == "srt" or random.random() < 0.6
    closed = random.random() < 0.3
    separator = "," if layout.markup == "srt" else "."
    width = layout.width // 2 if language == "zh" else layout.width
    for turn, label in zip(turns, labels.printed, strict=True):
        words = renamed(turn.text, labels.renamed).replace("\n\n", " ").replace("-->", "->")
        end = page.length
        for at, cue in enumerate(_cues(words, width, random)):
            count += 1
            length = len(cue) * 1000 // CHARS_PER_SECOND + 300
            number = f"{count}\n" if numbered else ""
            page.write(f"{number}{_stamp(clock, separator)} --> {_stamp(clock + length, separator)}\n")
            clock += length + random.choice([0, 0, 10, 400])
            mark = layout.answer.before if not at else layout.cue_label
            page.write(mark.replace("{name}", label))
            if not at:
                page.begin(label if layout.answer.labelled else None, turn.side)
            elif mark:
                page.repeats.append(page.length)
            page.write(cue + ("</v>" if "<v" in mark and closed else ""))
            end = page.length
            page.write("\n\n")
        page.ends.append(end)


def _cues(words: str, width: int, random: Random) -> list[str]:
    lines = wrap(words, width).split("\n")
    two = random.random() < 0.3
    return ["\n".join(lines[at : at + 2]) for at in range(0, len(lines), 2)] if two else lines


def _stamp(milliseconds: int, separator: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{separator}{rest:03d}"


# --- samples


def main() -> None:
    """Writes samples to look at."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="annotated documents")
    parser.add_argument("--count", type=int, default=20, help="how many talks, and half as many other texts")
    parser.add_argument("--out", type=Path, required=True, help="folder for the samples")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family", action="append", default=[], help="only this family of layouts (repeatable)")
    options = parser.parse_args()
    random = Random(options.seed)
    talks, prose = list(read_talks(options.folder)), list(read_prose(options.folder))
    options.out.mkdir(parents=True, exist_ok=True)
    for at in range(options.count):
        talk = random.choice(talks)
        families = options.family or [list(FAMILIES)[at % len(FAMILIES)]]
        layout = draw_layout(random, talk.language, sided=is_sided(talk.turns), families=families)
        sample = redress(talk, layout, random, prose)
        _write_sample(options.out / f"{at:03d}-{sample.layout_family}.txt", sample)
    for at in range(options.count // 2):
        text = random.choice(prose)
        sample = redress_negative(text.paragraphs, random, text.language)
        _write_sample(options.out / f"n{at:03d}-{sample.layout_family.replace(':', '-')}.txt", sample)


def _write_sample(path: Path, sample: Redressed) -> None:
    text = sample.text
    for start in reversed(sample.turns):
        text = f"{text[: start.start]}⟦{start.label}|{start.side}⟧{text[start.start :]}"
    path.write_text(text, "utf-8", newline="")
    path.with_suffix(".json").write_text(json.dumps(sample._asdict() | {"text": ""}, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
