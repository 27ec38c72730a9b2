"""Writes `pipeline/stages/languages/variants.tsv`: the commonest characters that only one of the two scripts has.

python scripts/build_variants.py > pipeline/stages/languages/variants.tsv      needs: opencc-purepy, jieba

A pair counts where OpenCC knows one traditional form for the simplified one, and neither is in use in the other
script (后, 里, 干, 台 are in both, so they tell nothing). Order: frequency of the character in jieba's word counts.
"""

import sys
from collections import Counter
from pathlib import Path

import jieba
import opencc_purepy

PAIRS = 600
HEADER = """\
# simplified, traditional: the commonest pairs of which each form is in use in one script only, commonest first.
# Built by scripts/build_variants.py from the character tables of OpenCC (Apache-2.0) and the counts of jieba (MIT)."""

IN_BOTH = (
    "万与无个才从礼尽胜体党机价网万么云丰凭卷台号回夸家征志怜恒愿折担据斗晒晕朴杆杰松板极构柜栗梁棱欲灶灯炮症痒胡蒙表证谷迹采里"
    "钟群床峰着著裏裡為啟衛眾峯羣牀"
)
"""Forms met in both scripts after all (old, popular or regional ones: 体, 万, 与, 台), by eye."""


def table(name: str) -> dict[str, list[str]]:
    """One of OpenCC's character tables: a character and the forms it has in the other script."""
    path = Path(opencc_purepy.__file__).parent / "dicts" / name
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if "\t" in line)
    return {row[0]: row[1].split() for row in rows}


def frequencies() -> Counter[str]:
    """How often jieba's corpus had each character."""
    counted: Counter[str] = Counter()
    for line in (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines():
        word, count, *_ = line.split()
        for character in word:
            counted[character] += int(count)
    return counted


def main() -> None:
    """Prints the pairs."""
    to_traditional, to_simplified, counted = table("STCharacters.txt"), table("TSCharacters.txt"), frequencies()
    pairs = [
        (s, forms[0])
        for s, forms in to_traditional.items()
        if len(s) == 1
        and len(forms) == 1
        and forms[0] != s
        and s not in IN_BOTH
        and forms[0] not in IN_BOTH
        and s not in to_simplified
        and to_simplified.get(forms[0]) == [s]
    ]
    pairs.sort(key=lambda pair: -counted[pair[0]])
    sys.stdout.write(HEADER + "\n" + "\n".join("\t".join(pair) for pair in pairs[:PAIRS]) + "\n")


if __name__ == "__main__":
    main()
