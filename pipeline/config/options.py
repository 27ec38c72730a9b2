"""Options of stages, readers and exporters: the fields of a frozen dataclass, set from a table of the settings."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

import msgspec

from pipeline.config.settings import Key
from pipeline.errors import SettingError, did_you_mean

Made = TypeVar("Made")


def options(made: object) -> dict[str, object]:
    """The options of a stage, reader or exporter by name, with their values."""
    return {field.name: getattr(made, field.name) for field in dataclasses.fields(cast("Any", made))}


def with_options(made: Made, values: Mapping[str, object], table: Key) -> Made:
    """A copy with `values` as its options. `table` is their place in the settings.

    Raises `SettingError`, which names the key, for an unknown option or a wrong value.
    """
    if not values:
        return made
    known = list(options(made))
    where = f"[{'.'.join(table)}]"
    for key in values:
        if key not in known:
            allowed = did_you_mean(key, known) if known else "; it has no settings"
            raise SettingError((*table, key), f"{where}: no setting {key!r}{allowed}")
    try:
        typed = msgspec.convert(dict(values), type(made))
        return cast("Made", dataclasses.replace(cast("Any", made), **{key: getattr(typed, key) for key in values}))
    except (ValueError, TypeError) as error:
        # msgspec raises a ValueError; a dataclass that checks its own options may raise either.
        reason = str(error).replace("$.", "")
        key_at_fault = next((key for key in values if f"`{key}" in reason), next(iter(values)))
        raise SettingError((*table, key_at_fault), f"{where}: {reason}") from None


def faults(made: object) -> Iterator[str]:
    """Yield what is wrong with the declaration of the options, each as a clause such as `is not a frozen dataclass`."""
    parameters = getattr(type(made), "__dataclass_params__", None)
    if parameters is None or not parameters.frozen:
        yield "is not a frozen dataclass"
        return
    for field in dataclasses.fields(made):  # type: ignore[arg-type]  # it has the parameters of a dataclass
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            yield f"has a setting {field.name!r} without a default"
