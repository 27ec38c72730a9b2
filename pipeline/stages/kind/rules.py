"""The rules of the stage `kind`: one for each kind. Their thresholds are 0, because every document is of some kind."""

from pipeline.model.stage import Rule

FAQ_TEXT = (
    "# Frequently Asked Questions\n\n## How do I change the port?\n\nEdit the file `ferry.toml` and set `port`.\n\n"
    "## Which versions are supported?\n\nThe last two releases are supported. Older ones get no fixes.\n\n"
    "## Why does the install fail?\n\nThe installer needs 2 GB of free space. See the log for the error.\n\n"
    "## Can it run without a network?\n\nYes, if the cache was filled before.\n\n"
    "## Where are the logs?\n\nIn `/var/log/ferry`. The path can be set in the configuration file.\n"
)
NEWS_TEXT = (
    "# Harbour closed until March\n\nThe council closed the harbour on Monday after a storm damaged the eastern wall. "
    "Engineers said that the repair would take four months and cost two million.\n\n"
    "Fishing boats will use the port of Northwick until then. The ferry runs twice a day instead of four times.\n\n"
    "The wall was built in 1911 and last repaired in 1974.\n"
)

RULES = (
    Rule("kind.interview", "somebody is asked and answers, in speech or in writing", threshold=0.0),
    Rule("kind.press", "journalists ask an official: a briefing, a press conference", threshold=0.0),
    Rule("kind.panel", "several guests are asked by a moderator", threshold=0.0),
    Rule("kind.podcast", "hosts and guests talk in a programme", threshold=0.0),
    Rule("kind.meeting", "minutes or a record of what was said at a meeting", threshold=0.0),
    Rule("kind.faq", "a list of questions and answers that nobody speaks", (FAQ_TEXT,), (NEWS_TEXT,), threshold=0.0),
    Rule("kind.play", "a play or a film script", threshold=0.0),
    Rule("kind.none", "no talk: news, a guide, a story, a chat log", (NEWS_TEXT,), (FAQ_TEXT,), threshold=0.0),
)
