"""The rules of the stage `entities`, with texts that they change (`acts`) and lookalikes that they keep (`spares`)."""

from pipeline.model.stage import Rule

INTACT = Rule(
    "entities.intact",
    "an HTML entity that was not decoded",
    acts=("salt &amp; pepper", "the harbour&#146;s edge", "（&quot;；"),
    spares=("make a copy; then leave", "Write &amp; for an ampersand.", "x.org/?a=1&copy=2", "`&lt;br&gt;`"),
)
ESCAPED_AGAIN = Rule(
    "entities.escaped-again",
    "an HTML entity that was escaped twice or more",
    acts=("it&amp;#39;s late", "&amp;amp;quot;Go&amp;amp;quot;"),
    spares=("salt and pepper", "The HTML entity &amp;quot; is a mark."),
)
TORN = Rule(
    "entities.torn",
    "an HTML entity with a blank behind its ampersand, or without its semicolon",
    acts=("we waited & mdash; in vain", "What&rsquos new", "the port&#39s cranes"),
    spares=("salt & pepper", "?a=1&quot=2", "AT&T", "black & white; grey"),
)
LOST_QUOTES = Rule(
    "entities.lost-quotes",
    "a pair of quotation marks that lost their ampersands",
    acts=("a quot;quiet questionquot; to ask", "she  quot;left early, quot; he said", "#34;Go#34; it said"),
    spares=("the quot; entity", "int quot; int rem;", "required in #34; existing tests"),
)
LOST_QUOTE = Rule(
    "entities.lost-quote",
    "a quotation mark that lost its ampersand, glued to a word on one side",
    acts=("quot;Stir until it is done.",),
    spares=("the quot; entity", "int quot; int rem;"),
)
LOST_MARK = Rule(
    "entities.lost-mark",
    "a dash, a curly quote, a blank or other mark that lost its ampersand",
    acts=("ldquo;Come inrdquo;", "nightmdash;and day", "nbsp;nbsp;First", "them  #151; online"),
    spares=("var gap = nbsp;", "closed by #8220; see there", "color: #8220;", "147 = ldquo; 148 = rdquo"),
)
LOST_APOSTROPHE = Rule(
    "entities.lost-apostrophe",
    "an apostrophe that lost its ampersand",
    acts=("it#39;s late", "the pilots#39; mess", "isn #39;t", "wonrsquo;t", "O#39;Neal"),
    spares=("see #39; it is", "piers #39; then #41;", "MR#39; merged", "berth #39; it is"),
)
LOST_ACCENT = Rule(
    "entities.lost-accent",
    "an accented letter that lost its ampersand",
    acts=("Laval, Queacute;bec", "caf#233;s"),
    spares=("of hearing; of sharing;", "during; after"),
)
LOST_AMPERSAND = Rule(
    "entities.lost-ampersand",
    "an ampersand of which only `amp;` is left",
    acts=("Ramp;D money", "S amp;P said", "Turner  amp; Sons", "J amp; J", "Smith amp;amp; Sons"),
    spares=("a guitar amp; a drum", "the ramp; the stamp;", "time-ramp;Do it", "Guitar Amp; Bass Amp"),
)
LOST_DOLLAR = Rule(
    "entities.lost-dollar",
    "a dollar sign that lost its ampersand",
    acts=("up to  #36;50 million",),
    spares=("in #36; 50 of them", "see #36;b"),
)
LOST_BRACKETS = Rule(
    "entities.lost-brackets",
    "angle brackets around a tag or the code of a share that lost their ampersands",
    acts=(
        "a lt;bgt;bold word",
        r"\u003cp\u003eIt rained.\u003c/p\u003e",
        'see lt;A HREF="/x"gt;thislt;/Agt;',
        "Acme Corp. lt;ACM.Ogt; fell",
    ),
    spares=("the fault; wgt; net", "a lt;bad thinggt; here", "if alt;b and c gt; d", "`lt;bgt;`"),
)
LOST_LINE_END = Rule(
    "entities.lost-line-end",
    "a backslash between two words that stands for the end of a line",
    acts=(r"the first boat of\the season, which left the harbour at six and came\back at noon",),
    spares=(r"this and\or that, his\her own, read\write", r"the file C:\notes\today\list", r"\alpha and \beta"),
)
LOST_BETWEEN = Rule(
    "entities.lost-between",
    "an ampersand between two names of which only three blanks are left",
    acts=("Turner   Newall #39;s pension, and  quot;no more quot; of it",),
    spares=("Turner   Newall", "It ended.   Then  quot;more quot; came", "of   the  quot;old quot; kind"),
)
JSON_ESCAPE = Rule(
    "entities.escape",
    "a JSON escape that was not decoded, with or without its backslash",
    acts=(r"the boat\u2019s bow", "we couldnu2019t", "Ru0026D", r"smile \ud83d\ude00 now", r"\u6d4b\u8bd5"),
    spares=("The sign U+2019 (also u2019)", "menu2019 and u2014", "`\\u2019`", r"[\u4e00-\u9fa5]", r"a lone \ud83d"),
)
ESCAPED_SLASH = Rule(
    "entities.escaped-slash",
    "a slash or a quotation mark that JSON escaped",
    acts=(r"https:\/\/example.org\/a", r"this and\/or that", r"He said \"no\" and left."),
    spares=(r"match /^\/api\/$/ only", r"sed s/\/a/b/", r"K\"onig", r"a \"b", r"\o/ and /\/\ "),
)
ESCAPED_LINE_END = Rule(
    "entities.escaped-line-end",
    "a line end that JSON escaped, behind the end of a sentence",
    acts=(r"It rained.\n\nWe left.\nNobody came.",),
    spares=(r"Print \n for a new line.", r"C:\new and D:\notes", "`one.\\nTwo.\\nThree.`"),
)
SPREADSHEET_ESCAPE = Rule(
    "entities.spreadsheet-escape",
    "a character that a spreadsheet escaped",
    acts=("One line._x000D_\nAnother.", "One line._x000D_Another.", "It don_x2019_t matter."),
    spares=("the sequence _x000D_ means a return", "my_x1234_name", "`_x000D_`"),
)
SCRIPT_ESCAPE = Rule(
    "entities.script-escape",
    "a character that a script escaped",
    acts=("It don%u2019t matter.", "%u201CGo,%u201D she said.", "%u6D4B%u8BD5"),
    spares=("printf %u2019 things", "x.org/?q=%u2019s", "at 20%u2014so they say"),
)

RULES = (
    INTACT,
    ESCAPED_AGAIN,
    TORN,
    LOST_QUOTES,
    LOST_QUOTE,
    LOST_MARK,
    LOST_APOSTROPHE,
    LOST_ACCENT,
    LOST_AMPERSAND,
    LOST_DOLLAR,
    LOST_BRACKETS,
    LOST_LINE_END,
    LOST_BETWEEN,
    JSON_ESCAPE,
    ESCAPED_SLASH,
    ESCAPED_LINE_END,
    SPREADSHEET_ESCAPE,
    SCRIPT_ESCAPE,
)
"""Every rule of the stage, in the order of the documentation."""
