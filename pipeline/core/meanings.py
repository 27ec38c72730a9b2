"""What a rule means, in words, for whoever reads its name in an article."""

from collections.abc import Iterable

from pipeline.config.plugins import offers
from pipeline.core.recipe import BUILT_IN, step
from pipeline.errors import UsageError
from pipeline.model.article import ARTICLE_INVALID, STAGE_FAILED

NO_STAGE = {
    "decoding.mixed-line-ends": "a line end that is not like the document's others",
    "decoding.undecodable": "bytes that no codec reads; U+FFFD stands for them",
    "assembly.unlabelled": "text that no stage labelled",
    STAGE_FAILED: "a finder failed, and what it finds is missing",
    ARTICLE_INVALID: "the structure that was found would break the contract, and was left out",
}
"""Rules of no stage: those of reading the bytes and of putting the article together."""


def meanings(stages: Iterable[str]) -> dict[str, str]:
    """The meaning of every rule of these stages, built-in or installed, by the rule's name.

    A stage that is not here, or cannot be loaded, adds nothing: its rules are then only names.
    """
    found = dict(NO_STAGE)
    names = list(stages)
    installed = offers() if any(name not in BUILT_IN for name in names) else ()
    for name in names:
        try:
            known = step(name, installed)
        except UsageError:
            continue
        found.update((rule.name, rule.meaning) for rule in known.stage.rules)
    return found
