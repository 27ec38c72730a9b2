"""Writes `pipeline/text/encodings/common.txt`: the Chinese characters that text is mostly made of, in both scripts.

python scripts/build_common_characters.py > pipeline/text/encodings/common.txt      needs: opencc-purepy, jieba

The counts are those of jieba's words. A traditional form stands in the tier of its simplified one; forms that only one
region writes (裡 and 裏) all stand.
"""

import sys

from build_variants import frequencies, table

TIERS = (600, 2900)
HEADER = """\
# The commonest Chinese characters, simplified and traditional: first those that make three quarters of a text, then
# those that make nearly all of the rest. Built by scripts/build_common_characters.py from the counts of jieba (MIT) and
# the character tables of OpenCC (Apache-2.0)."""
WIDTH = 100


def main() -> None:
    """Prints the two tiers, in lines of a hundred."""
    to_traditional = table("STCharacters.txt")
    # The counts are of simplified text: what is traditional in them is noise, such as 鈥, which is mojibake.
    noise = {c for c, forms in table("TSCharacters.txt").items() if c not in forms}
    ranked = [c for c, _ in frequencies().most_common() if "\u4e00" <= c <= "\u9fff" and c not in noise]
    seen: set[str] = set()
    parts = []
    for start, end in ((0, TIERS[0]), (TIERS[0], sum(TIERS))):
        tier = []
        for simplified in ranked[start:end]:
            for character in (simplified, *to_traditional.get(simplified, [])):
                if character not in seen and len(character) == 1 and character <= "\uffff":
                    seen.add(character)
                    tier.append(character)
        parts.append("\n".join("".join(tier[i : i + WIDTH]) for i in range(0, len(tier), WIDTH)))
    sys.stdout.write(HEADER + "\n" + "\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
