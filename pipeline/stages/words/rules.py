"""The rules of the stage `words`, each with texts that it acts on and texts that it must spare."""

from pipeline.model.stage import Rule

RUN_TOGETHER = Rule(
    "words.run-together",
    "two or more English words without the space between them",
    acts=(
        "They kept months of recordsin a shed.",
        "He gave thelonger answer at noon.",
        "We want to offerlow-cost housing.",
    ),
    spares=(
        "a nondemocratic state",
        "the city of Taldykorgan",
        "https://example.com/theother",
        "fifty chatbots",
        "a plantswoman",
    ),
    threshold=0.65,
)
CAPITAL = Rule(
    "words.inner-capital",
    "a capital letter begins a word inside another: `theGlobal`",
    acts=("He joined theRoyal guild.", "He was calledOn the way."),
    spares=("a YouTube channel", "the iPhone", "Mr. McDonald"),
    threshold=0.6,
)
NAMES = Rule(
    "words.joined-names",
    "two words without the space between them, the second with a capital and neither a small word: `MaryJohn`",
    acts=("In the autumn of that year, the story of MaryJohnson was told by her sister.",),
    spares=("FirstEnergy said", "call querySelector first", "the GameSpy award", "McAllister and DeLuca"),
    threshold=0.7,
)
IN_VOCABULARY = Rule(
    "words.in-vocabulary",
    "a token of the word lists that edited prose hardly ever has as one word: `ofthe`",
    acts=("This is one ofthe options.", "The hull has tobe tested."),
    spares=("We cannot go into the island.", "Tobe Nakagawa came.", "the capital of Togo"),
    threshold=0.7,
)
NUMBER = Rule(
    "words.number",
    "a word and a figure that run into each other: `In2022`",
    acts=("Since2019 the mill has stood still.",),
    spares=("in 5G areas", "the mp3 file", "COVID19 and 10km", "The file in2022.txt", "/in2022/"),
    threshold=0.6,
)
DASH = Rule(
    "words.dash",
    "a dash that runs into a word on one side only, where it parts two thoughts",
    acts=("I think -- and wehave said so -- that thework -- all of it -- was done --and thatis good.",),
    spares=("a well-known all-time high", "the years 1990–1995", "pre- and post-war"),
    threshold=0.7,
)
UNSPACED_LINE = Rule(
    "words.packed-line",
    "a line that lost all its spaces",
    acts=("TheMinistersMetAgain:peopleoftheregionhaveagreed",),
    spares=("Internationalization", "https://www.example.com/thewholepath", "Donaudampfschifffahrtsgesellschaft"),
    threshold=0.9,
)
TRUNCATED = Rule(
    "words.title-truncated",
    "a title that ends inside a word",
    acts=("What the two countries have shar\nThey say that they have shared a lot.",),
    spares=("What the two countries have shared\nThey have shared a lot.", "Letters from Kyzyl\nWe went to Kyzylorda."),
)

RULES = (RUN_TOGETHER, CAPITAL, NAMES, IN_VOCABULARY, NUMBER, DASH, UNSPACED_LINE, TRUNCATED)
