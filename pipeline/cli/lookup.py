"""Finds one article of an output by id, and checks names of rules and stages."""

from collections.abc import Iterable

from pipeline.cli.installed import steps
from pipeline.config.settings import Limits
from pipeline.core.recipe import PIPELINE_RULES
from pipeline.errors import ContractError, UsageError, did_you_mean
from pipeline.exporters.load.articles import load_each, read
from pipeline.model.article import Article
from pipeline.storage import AnyPath
from pipeline.storage.file_names import file_name


def article_with_id(source: AnyPath, name: str, limits: Limits) -> Article | None:
    """The article with this id, or `None`. Raises `UsageError` if the path does not exist.

    Skips invalid articles, except a file with the name of the wanted article.
    """
    for apart in (False, True) if source.is_dir() else ():
        expected = source / file_name(name, apart=apart)
        # On some file systems this can be the file of another article, so compare the id.
        if expected.is_file() and (candidate := next(read(expected, limits=limits))).id == name:
            return candidate
    articles = (article for _, article in load_each(source, limits) if not isinstance(article, ContractError))
    return next((article for article in articles if article.id == name), None)


def check_rule_and_stage(rule: str | None, stage: str | None, found: Iterable[tuple[str, str]]) -> None:
    """Raises `UsageError` for an unknown rule or stage, with the most similar known name.

    `found` is the stage and rule of each finding in the articles; rules of installed stages are known too.
    """
    rules = {name for _, name in found}
    stages = {name for name, _ in found}
    if rule in {None, *rules} and stage in {None, *stages}:
        return
    for step in steps():
        stages.add(step.stage.name)
        rules |= set(step.rules)
    rules |= PIPELINE_RULES.keys()
    stages |= {name.partition(".")[0] for name in PIPELINE_RULES}
    if stage is not None and stage not in stages:
        raise UsageError(f"unknown stage {stage!r}{did_you_mean(stage, sorted(stages))}")
    if rule is not None and rule not in rules:
        of_stage = sorted(name for name in rules if name.startswith(rule.partition(".")[0] + "."))
        raise UsageError(f"unknown rule {rule!r}{did_you_mean(rule, of_stage or sorted(rules))}")
