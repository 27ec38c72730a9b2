"""The rules of the stage `markup`, with texts that they change (`acts`) and lookalikes that they keep (`spares`)."""

from pipeline.model.stage import Rule

TAG = Rule(
    "markup.tag",
    "a known tag within a line",
    acts=("a <strong>bold</strong> claim", 'see <a href="/x">this</a>', "a<!-- ad -->b"),
    spares=("x <y and z> w", "List<String>", "I <3 it", "write to <a@b.c>", "the <b> tag", "`<em>`"),
)
LINE_BREAK = Rule(
    "markup.line-break",
    "a tag that parts two lines",
    acts=("One.<br>Two.", "<p>One.</p><p>Two.</p>", "One. <br /> Two."),
    spares=("<p>One.</p>", "use <br> for a new line", "`<br>`"),
)
SCRIPT = Rule(
    "markup.script",
    "a script or a style sheet with what it holds",
    acts=("<script>var a = 1;</script>The tide", "<style>\n.a { color: red; }\n</style>The tide"),
    spares=("the <script> tag and its </script>", "`<script>var a;</script>`"),
)
SPOILT_COPY = Rule(
    "markup.hidden",
    "letters that a bulletin board hid in the text so that copies of it are spoilt",
    acts=(
        'The tide<font class="jammer">1 $q) z</font> turned',
        'It<span style="display:none">% x* k</span> rained.',
        '<font style="font-size:0px">8 J& k#</font>It rained.',
        "潮水涨了。8 J& k# ]4 x7 Q\n我们走了。) v% ~4 L! c: p",
    ),
    spares=(
        "潮水涨了。8 J& k# ]4 x7 Q",
        "潮水：1 A 2 B 1 A 2 B 1 A\n潮汐：1 A 2 B 1 A 2 B 1 A",
        'The <font class="note">low tide</font> turned',
        '`<font class="jammer">x</font>`',
        "display:none hides it",
        "letters a, b, c, d, e, f",
    ),
)
XML = Rule(
    "markup.xml",
    "an XML declaration or the marks of a CDATA section",
    acts=("<![CDATA[The tide]]>", "The tide turned.]]>", "<![CDATA[The tide turned.", '<?xml version="1.0"?>The tide'),
    spares=("<?php echo 1; ?>", "a <![CDATA[ alone", "x = a[b[0]]>", "a[b[0]]>1 is true", "`x]]>`"),
)
BULLETIN_CODE = Rule(
    "markup.bulletin-code",
    "a code of a bulletin board or a blog, in a pair",
    acts=(
        "a [b]bold[/b] claim",
        "[i:3f9a12c07e]so[/i:3f9a12c07e] it is",
        "[url=http://x.org]a link[/url]",
        '[caption id="a"]A boat.[/caption]',
        "[list:3f9a12c07e][*:3f9a12c07e]rope[/*:m:3f9a12c07e][*:3f9a12c07e]lamp[/list:u:3f9a12c07e]",
    ),
    spares=("[sic] and [1] and [laughter]", "a[i] + b[i]", "[b] alone", "`[b]x[/b]`"),
)
SHORTCODE = Rule(
    "markup.shortcode",
    "a shortcode of a publishing system or of a page builder",
    acts=(
        '[gallery ids="1,2"]The tide',
        "[vc_row][vc_column_text]The tide rose.[/vc_column_text][/vc_row]",
        "[dropcap]T[/dropcap]he tide",
        '{{< figure src="a.jpg" >}}The tide',
        "{% include ad.html %}The tide",
        "[attach]1293[/attach]The tide",
    ),
    spares=(
        "[sic], [the_name] and [applause]",
        'input[name="q"] and [data-x="1"]',
        "the shortcode [gallery]",
        "a film on [YouTube] and [Vimeo]",
        "{% for a in b %}{% include ad.html %}{% endfor %}",
        "`[gallery]`",
        "[box] alone, [gallery] and [video]",
        "{{ name }} rose",
    ),
)
ESCAPED_MARK = Rule(
    "markup.escaped-mark",
    "a mark that Markdown or SQL escaped with a backslash",
    acts=("1\\. First of all", "snake\\_case", "\\[applause\\] Thank you", "don\\'t wait", "R\\&D", "a cost of \\$5"),
    spares=("¯\\_(ツ)_/¯", "C:\\_x\\y", "\\[ x + 1 \\]", "\\d+\\.\\d+", "`a\\_b`", "\\# no heading", "x \\. y"),
)
INVISIBLE = Rule(
    "markup.invisible",
    "a zero-width character, a mark of direction or a soft hyphen",
    acts=("hi\u200bdden", "hi\ufeffdden", "hy\u00adphen", "a\u2060b", "the\u200e end", "to\u200dgether"),
    spares=("👩\u200d🚀", "می\u200cخواهم", "ภาษา\u200bไทย", "a \u00ad b", "שלום\u200f"),
)
CONTROL = Rule(
    "markup.control",
    "a control character",
    acts=("a\x00b", "a\x0bb", "\x1b[31mred\x1b[0m"),
    spares=("a\tb\n",),
)

RULES = (TAG, LINE_BREAK, SCRIPT, SPOILT_COPY, XML, BULLETIN_CODE, SHORTCODE, ESCAPED_MARK, INVISIBLE, CONTROL)
"""Every rule of the stage, in the order of the documentation."""
