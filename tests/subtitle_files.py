"""Sound files of subtitles, for tests that read or damage them."""

VOICES = """\
WEBVTT - The kiln
Kind: captions
Language: en

NOTE Written down by hand,
on two lines

STYLE
::cue { color: red }

REGION
id:left

opening
00:00:01.000 --> 00:00:02.500 line:0 align:start
<v Harbour Letter>Who built
the <c.yellow.big>kiln</c>?

00:00:02.600 --> 00:00:04.000
<v.loud Mei Lan>My <i>aunt</i> did.

00:00:04.100 --> 00:00:06.000
<v Mei Lan>She &amp; her <00:00:05.000>dog.

00:00:15.000 --> 00:00:16.000
<v Harbour Letter>And then?</v>

00:00:16.100 --> 00:00:18.000
<v Mei Lan>Then it rained.
"""
SPOKEN = """\
Harbour Letter: Who built the kiln?
Mei Lan: My aunt did. She & her dog.
Harbour Letter: And then?
Mei Lan: Then it rained.
"""
SUBRIP = """\
1
00:00:01,000 --> 00:00:02,500
Harbour Letter: Who built the kiln?

2
00:00:02,600 --> 00:00:04,000  X1:10 X2:20 Y1:1 Y2:2
{\\an8}Mei Lan: My <font color="#fff">aunt</font> did.

3
00:00:04,100 --> 00:00:06,000
She & her dog.

4
00:00:15,000 --> 00:00:16,000
Harbour Letter: And then?

5
00:00:16,100 --> 00:00:18,000
Mei Lan: Then it rained.
"""


def rolling(*lines: str) -> str:
    """What YouTube writes: each line with the one above, then for an instant alone."""
    blocks, above = [], " "
    for n, line in enumerate(lines):
        spoken = " ".join(f"<00:00:{n:02}.500><c> {word}</c>" for word in line.split()[1:])
        begin, end = f"00:00:{n:02}.000", f"00:00:{n:02}.990"
        first, *_ = line.split()
        blocks.append(f"{begin} --> {end} align:start position:0%\n{above}\n{first}{spoken}".replace("> <", "><"))
        blocks.append(f"{end} --> 00:00:{n + 1:02}.000 align:start position:0%\n{line}\n ")
        above = line
    return "WEBVTT\nKind: captions\nLanguage: en\n\n" + "\n\n".join(blocks) + "\n"


SUBTITLES = (
    VOICES,
    SUBRIP,
    rolling("so today we fire", "the kiln and", "&gt;&gt; why do you", "do that"),
    "WEBVTT\n\n00:01.000 --> 00:02.000\n>> Who built it?\n\n00:02.000 --> 00:03.000\n>> My aunt.\n",
    "1\n00:00:01,000 --> 00:00:02,000\n- 谁修的？\n- 我姑姑。\n\n2\n00:00:09,000 --> 00:00:10,000\n【记者】好\n",
)
