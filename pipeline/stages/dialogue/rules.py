"""The rules of the stage `dialogue`, each with a text in which it acts and one that it spares."""

from pipeline.model.stage import Rule

TALK_TEXT = (
    "A Walk\nDaily Post: Why walk?\nAda Fern: Because it is slow.\nDaily Post: And then?\nAda Fern: Then I rest."
)
STORY_TEXT = "The bridge is closed. Note: it opens again at 10:30. Why was it closed? Nobody at the council would say."
BARE_TEXT = (
    "How did you begin?\nWith a rope and a borrowed boat, and with no idea of the tide or of my luck that morning.\n"
    "Were you afraid?\nI was, of the wind, and of the rocks below the light, which nobody had charted since the war.\n"
    "Would you go again?\nTomorrow, if my knees allow it and if somebody lends me a better boat than the last one."
)
STORY_WITH_SPEECH_TEXT = (
    "She set the lamp on the table. Where have you been, my boy?\n"
    "I went down to the harbour, he said. He looked at his boots, which were wet, and he did not sit down.\n"
    "And did you see him there, at the ropes?\n"
    "I saw him, said the boy. He had a letter in his hand, but he turned away when he saw me come along the wall.\n"
    "What did you tell him, then?\n"
    "I told him nothing, he answered. There was nothing that I could have said. He stood a while, and then he went.\n"
    "She rose and walked to the window. The rain had stopped. Nobody was in the lane, and the gate stood open.\n"
    "Will you go to him once more, if I ask you?\n"
    "I will go, said he, and he took his cap from the nail, and she heard the latch fall behind him.\n"
)
ESSAY_TEXT = (
    "On Rain\nIt rained when I was born, my mother says.\nIt has hardly stopped since.\n"
    "Q: Why does it rain?\nA: Because.\nQ: Will it stop?\nA: On Monday.\n"
    "So I told my daughter, and she wrote it down, and hung it on the kitchen door beside the calendar.\n"
    "On Monday it rained, and she took a pencil, crossed out the answer and wrote a better one below it."
)
TWICE_TEXT = (
    "Daily Post: Why do you walk to the harbour every morning, in any weather?\n"
    "Ada Fern: Because it is slow, and because the tide does not wait for those who drive.\n"
    "Daily Post: And what do you do there, when the boats have gone out?\n"
    "Ada Fern: Then I rest, and I count the gulls, and I write down what the pilots have told me.\n"
)
LAMPS_TEXT = (
    "Ada Fern: We moved the lamps on Monday, and our neighbours came to look.\nThe tide was out.\n"
    "Ada Fern: My brother brought oil.\nThe tide came in.\nAda Fern: We lit them all at eight."
)

VERSIONS_TEXT = (
    f"{TALK_TEXT}\n中文版本\n散步\n山城日报：为什么要走路？\n孙若晴：因为走路很慢，可以看见树。\n"
    "山城日报：然后呢？\n孙若晴：然后我就休息。"
)

CONVERSATION_TEXT = "The Harbour in Winter\n" + "".join(
    f"{name}: We moved the boats on day {number}, and the wind was from the north. I wrote it down.\n"
    for number in range(6)
    for name in ("Ada Fern", "Ivo Moss")
)

RULES = (
    Rule("dialogue.title", "the first line, short and without a full stop, or the first heading", (TALK_TEXT,)),
    Rule("dialogue.title-key", "the title among the keys above the article", ("---\ntitle: A Walk\n---\nI walk.",)),
    Rule(
        "dialogue.kicker",
        "a line above the title that names the section or the medium",
        ("Obituaries\nThe Woman Who Drew Maps\nShe drew them for sixty years.",),
        (TALK_TEXT,),
    ),
    Rule("dialogue.title-again", "a line that only prints the title again", ("A Walk\nA Walk\nI walked today.",)),
    Rule("dialogue.front-matter", "the other keys above the article", ("---\ntitle: A\nlayout: post\n---\nI walk.",)),
    Rule(
        "dialogue.above",
        "prose above the first turn: the lead, or a section's",
        (f"A Walk\nWe met at noon.\n{TALK_TEXT[7:]}",),
    ),
    Rule(
        "dialogue.heading",
        "a short line without a full stop before a turn or between prose",
        (f"{TALK_TEXT}\nRest\n{TALK_TEXT[7:]}",),
    ),
    Rule("dialogue.labelled", "a turn behind a speaker's label", (TALK_TEXT,), (STORY_TEXT,)),
    Rule("dialogue.speaker", "a label before the words of its speaker", (TALK_TEXT,), (STORY_TEXT,)),
    Rule(
        "dialogue.beside-label",
        "a time or a number beside a label or a question",
        ("Host (9:41): Why walk?\nAda Fern (9:42): I like it.\nHost (9:43): And then?\nAda Fern (9:44): I rest.",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.repeated-label",
        "the label of who is speaking already: the turn goes on",
        (f"{TALK_TEXT}\nAda Fern: And I sleep.",),
        (TALK_TEXT,),
    ),
    Rule("dialogue.continued", "a paragraph without a label belongs to who spoke last", (f"{TALK_TEXT}\nAnd I eat.",)),
    Rule(
        "dialogue.direction", "a remark in brackets on a line of its own", (f"{TALK_TEXT}\n(Laughter.)",), (STORY_TEXT,)
    ),
    Rule(
        "dialogue.caption",
        "the caption of a picture in the midst of a turn",
        (f"{TALK_TEXT}\nPhoto by Ivo Moss",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.legend",
        "a line that says who is who",
        (f"DP: Daily Post; AF: Ada Fern\n{TALK_TEXT[7:]}",),
        (TALK_TEXT,),
    ),
    Rule("dialogue.between", "prose below a heading, before the next turn"),
    Rule(
        "dialogue.bare-question", "a question on a line of its own, with its answer below", (BARE_TEXT,), (STORY_TEXT,)
    ),
    Rule("dialogue.below-question", "the paragraphs below a bare question", (BARE_TEXT,), (STORY_TEXT,)),
    Rule(
        "dialogue.story",
        "prose of a story: its people ask and answer, but nobody is interviewed",
        (STORY_WITH_SPEECH_TEXT,),
        (TALK_TEXT, BARE_TEXT),
    ),
    Rule("dialogue.prose", "prose of an article in which nobody is interviewed", (f"News\n{STORY_TEXT}",)),
    Rule(
        "dialogue.closing-phrase",
        "prose behind the last turn that speaks of the interview itself",
        (f"{TALK_TEXT}\nThis interview was conducted in May.",),
    ),
    Rule(
        "dialogue.behind-talk",
        "a paragraph behind the last turn that reads like a note, a caption, an invitation or a footnote",
        (f"{TALK_TEXT}\nUpdate: the path was closed in June.",),
        (f"{TALK_TEXT}\nI walk on the path that was closed in June.",),
    ),
    Rule(
        "dialogue.third-person",
        "prose behind the last turn that speaks of the speaker",
        (f"{TALK_TEXT}\nMs. Fern walked away.",),
    ),
    Rule(
        "dialogue.behind-rule",
        "prose below a rule behind the last turn",
        (f"{TALK_TEXT}\n\n---\n\nWalk with us.",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.behind-notice",
        "prose below a notice behind the last turn",
        spares=(TALK_TEXT,),
    ),
    Rule(
        "dialogue.essay", "prose of an essay below a short list of questions and answers", (ESSAY_TEXT,), (TALK_TEXT,)
    ),
    Rule(
        "dialogue.signature",
        "a name and a date behind the last turn",
        (f"{TALK_TEXT}\nThe Walkers\n3 May 2021",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.reference",
        "a picture, a link's target, an address",
        ("A Walk\n![](walk.png)\nI walk.",),
        (TALK_TEXT,),
    ),
    Rule("dialogue.repeat", "a body that is printed a second time", (TWICE_TEXT + TWICE_TEXT,), (TWICE_TEXT,)),
    Rule(
        "dialogue.version-heading",
        "a line that announces the translation below it",
        (VERSIONS_TEXT,),
        (TALK_TEXT, STORY_TEXT),
    ),
    Rule("dialogue.version", "a body in a second language, behind the first or paragraph by paragraph"),
    Rule(
        "dialogue.unanswered", "a question that nobody answers", (f"{TALK_TEXT}\nDaily Post: And when?",), (TALK_TEXT,)
    ),
    Rule(
        "dialogue.heard-once",
        "somebody who speaks once",
        (f"{TALK_TEXT}\nIvo Moss: Is it cold?\nAda Fern: No.",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.open-roles",
        "a conversation in which it is not clear who asks",
        (CONVERSATION_TEXT,),
        (TALK_TEXT, STORY_TEXT),
    ),
    Rule(
        "dialogue.two-titles", "two lines that could be the title", ("---\ntitle: A Walk\n---\n# Slow Steps\nI walk.",)
    ),
    Rule(
        "dialogue.doubtful-label",
        "labels that are hardly more likely than not to be speakers', or that nearly were",
        ("Ada Fern: I walk when the tide is out.\nIt was out at noon.\nAda Fern: I rest when it comes in.",),
        (TALK_TEXT,),
    ),
    Rule(
        "dialogue.unrecognised",
        "labels or questions in a pattern, in an article without an exchange",
        (LAMPS_TEXT,),
        (
            TALK_TEXT,
            STORY_TEXT,
            "Minutes\n* Date: 3 May\n* Place: Hall\n* Date: 9 May\n* Place: Barn\n* Date: 2 June\n* Place: Hall",
        ),
    ),
    Rule(
        "dialogue.label-in-turn",
        "a label within another speaker's turn that was nearly taken for one, or is set like the others",
        (f"{TALK_TEXT}\nThe Old Man: I rest, too, and you know it.",),
        (TALK_TEXT, f"{TALK_TEXT}\nNote: I wrote this down."),
    ),
    Rule("dialogue.unmatched-version", "body and translation that do not have the same number of exchanges"),
)
