"""The rules of the stage `kind`: one for each kind. Their thresholds are 0, because every document is of some kind."""

from pipeline.model.stage import Rule

RULES = (
    Rule("kind.interview", "somebody is asked and answers, in speech or in writing", threshold=0.0),
    Rule("kind.press", "journalists ask an official: a briefing, a press conference", threshold=0.0),
    Rule("kind.panel", "several guests are asked by a moderator", threshold=0.0),
    Rule("kind.podcast", "hosts and guests talk in a programme", threshold=0.0),
    Rule("kind.meeting", "minutes or a record of what was said at a meeting", threshold=0.0),
    Rule("kind.faq", "a list of questions and answers that nobody speaks", threshold=0.0),
    Rule("kind.play", "a play or a film script", threshold=0.0),
    Rule("kind.none", "no talk: news, a guide, a story, a chat log", threshold=0.0),
)
