"""The rules of the stage `languages`, each with texts in which it acts and texts that it spares."""

from pipeline.model.stage import Rule

ENGLISH_WORDS = Rule(
    "languages.english-words",
    "English, because of its function words",
    acts=("They said that the river had risen.",),
    spares=("Liberté, égalité, fraternité pour tous les citoyens", "12:30"),
)
CHINESE_CHARACTERS = Rule(
    "languages.characters",
    "simplified or traditional Chinese, because of characters that only one of them has",
    acts=("这是一个问题", "這是一個問題"),
    spares=("中文", "This is it."),
)
CHINESE_UNDECIDED = Rule(
    "languages.chinese", "Chinese whose characters do not tell which", acts=("中文",), spares=("这里", "12")
)
BOTH_LANGUAGES = Rule(
    "languages.both",
    "English and Chinese, both with a real share",
    acts=("He answered what she had said: 路遥知马力日久见人心",),
    spares=("张骁 said that they had been there and that it was good.",),
)
FROM_DOCUMENT = Rule(
    "languages.document",
    "does not tell; decided by the rest of the document",
    acts=("They said that it was so.\n\nCold comfort", "这是问题\n\n中文"),
    spares=("中文", "Bonjour"),
)
UNKNOWN_LANGUAGE = Rule(
    "languages.unknown", "numbers, another language, or too little", acts=("12:30",), spares=("what now",)
)

RULES = (ENGLISH_WORDS, CHINESE_CHARACTERS, CHINESE_UNDECIDED, BOTH_LANGUAGES, FROM_DOCUMENT, UNKNOWN_LANGUAGE)
