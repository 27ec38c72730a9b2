"""Check the declaration of a stage before it runs: for recipes and for the conformance kit.

What readers and exporters must declare as well is checked here too.
"""

from collections.abc import Iterator

import regex

from pipeline.config import options
from pipeline.model.stage import ANNOTATION_LAYERS, BUILT_IN_LAYERS, STAGE_PROTOCOL, Rule

NAME = regex.compile(r"[a-z][a-z0-9]*+(?:-[a-z0-9]++)*+")
"""A name of a stage, reader or exporter. Rules and layers have such a name after that of their stage and a dot."""


OWN_NAMES = frozenset({"article", "assembly", "conversion", "decoding", "stage", "verification"})
"""Names that the rules of the pipeline itself start with. No stage may have one of them."""


def misfit_of(made: object, protocol: int) -> str | None:
    """Say what is wrong with the name or the protocol of a stage, reader or exporter, as a clause; None if valid."""
    name = getattr(made, "name", None)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return f"is named {name!r}; a name has lowercase letters, digits and single hyphens"
    written_for = getattr(made, "protocol", None)
    if written_for != protocol:
        return f"supports protocol {written_for}, but this version uses {protocol}; install versions that match"
    return None


def faults(stage: object) -> Iterator[str]:
    """Yield what is wrong with the declaration of a stage, each as a clause such as `has no method 'find'`."""
    if isinstance(stage, type):
        yield f"is a class; write {stage.__name__}()"
        return
    if misfit := misfit_of(stage, STAGE_PROTOCOL):
        yield misfit
        return
    name = str(getattr(stage, "name", None))
    if name in OWN_NAMES:
        yield f"is named {name!r}, which the pipeline reserves; choose another name"
    if not callable(getattr(stage, "find", None)):
        yield "has no method 'find'"
    yield from options.faults(stage)
    for attribute in ("after", "needs", "gives"):
        declared = getattr(stage, attribute, None)
        if not isinstance(declared, frozenset | set) or not all(isinstance(item, str) for item in declared):
            yield f"does not declare {attribute!r} as a set of names; write frozenset({{…}})"
    yield from _faults_of_layers(name, getattr(stage, "gives", None))
    yield from _faults_of_rules(name, getattr(stage, "rules", None))


def _faults_of_layers(stage: str, layers: object) -> Iterator[str]:
    for layer in _sorted(layers):
        if layer not in BUILT_IN_LAYERS | ANNOTATION_LAYERS and not _is_below(stage, layer):
            allowed = ", ".join(sorted(BUILT_IN_LAYERS | ANNOTATION_LAYERS))
            yield f"gives layer {layer!r}, which must be named '{stage}.…' or be one of {allowed}"


def _faults_of_rules(stage: str, rules: object) -> Iterator[str]:
    if not isinstance(rules, tuple) or not all(isinstance(rule, Rule) for rule in rules):
        yield "does not declare 'rules' as a tuple of Rule"
        return
    for i, rule in enumerate(rules):
        if not _is_below(stage, rule.name):
            required = f"must be named '{stage}.…' with lowercase letters, digits, hyphens"
            yield f"declares rule {rule.name!r}, which {required}"
        if rule.name in {other.name for other in rules[:i]}:
            yield f"declares rule {rule.name!r} twice"
        if not rule.meaning:
            yield f"has no meaning for rule {rule.name!r}"
        if not 0 <= rule.threshold <= 1:
            yield f"declares rule {rule.name!r} with threshold {rule.threshold}, which is not between 0 and 1"


def _is_below(stage: str, name: object) -> bool:
    return isinstance(name, str) and name.startswith(f"{stage}.") and NAME.fullmatch(name[len(stage) + 1 :]) is not None


def _sorted(names: object) -> list[str]:
    return sorted(filter(_is_text, names)) if isinstance(names, frozenset | set) else []


def _is_text(name: object) -> bool:
    return isinstance(name, str)
