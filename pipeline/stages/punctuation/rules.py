"""The rules of the stage `punctuation`, each with texts that it acts on and texts that it must spare."""

from pipeline.model.stage import Rule

MISSING = Rule(
    "punctuation.missing-space",
    "no space behind a comma, semicolon, colon, question or exclamation mark",
    acts=(
        "He said that,under the plan, it works.",
        "Did they call her?How did that go?",
        "in August 15,2008 and later",
    ),
    spares=("1,000 people at 10:30", "the TL;DR version", "a quot;hard rule", "f(a,b) and x,y", "red,green,blue,white"),
    threshold=0.6,
)
SENTENCE = Rule(
    "punctuation.missing-space-after-stop",
    "no space between a sentence and the next",
    acts=("This was history.The next day came.",),
    spares=(
        "Node.js and example.com",
        "the U.S.-based firm, e.g. Ph.D. students",
        "call string.Format() here",
        "ASP.NET",
    ),
    threshold=0.6,
)
BRACKETS = Rule(
    "punctuation.missing-space-at-bracket",
    "no space between a bracket and the word beside it",
    acts=("the Harbour Trust (HTS)and others", "our new friends(or a date) came"),
    spares=("(s)he and (re)use", "the word(s) f(x)", "call max(a, b) now"),
    threshold=0.6,
)
QUOTES = Rule(
    "punctuation.missing-space-at-quote",
    "no space between a quotation mark and the word beside it",
    acts=('He read "The Trial"and left.', "She said “yes”and left."),
    spares=('a 5"disk', "the rock'n'roll", 'say "yes" now'),
    threshold=0.6,
)
STRAY = Rule(
    "punctuation.stray-space",
    "a space before a comma",
    acts=("The Fund , the plan and the goal.",),
    spares=("Bonjour !", "so it goes ...", "a , b , c , d"),
    threshold=0.6,
)

RULES = (MISSING, SENTENCE, BRACKETS, QUOTES, STRAY)
