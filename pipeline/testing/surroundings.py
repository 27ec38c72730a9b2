"""Change what a stage must not depend on: hash seed, clock, random seed, working directory, time zone, locale."""

import datetime as dt
import random
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal, get_args

import msgspec

Surrounding = Literal[
    "the order of sets",
    "the clock",
    "the random module",
    "the working directory",
    "the time zone",
    "the locale",
    "the texts before it",
]
SURROUNDINGS: tuple[Surrounding, ...] = get_args(Surrounding)


class Surroundings(msgspec.Struct, frozen=True):
    """The environment of a process that runs a stage."""

    hash_seed: int = 0
    years: float = 0
    """How far the clock is set ahead."""
    seed: int = 0
    elsewhere: bool = False
    """Whether the working directory is an empty folder."""
    zone: str = "UTC"
    locale: str | None = None
    """None: the locale of this process."""
    backwards: bool = False
    """Whether the texts are processed in reverse order."""

    def environment(self, inherited: dict[str, str]) -> dict[str, str]:
        """The environment variables of the process, from those of its parent."""
        variables = {**inherited, "PYTHONHASHSEED": str(self.hash_seed), "TZ": self.zone}
        if self.locale is not None:
            # With the default of the last two, Python reads files as UTF-8 even in the C locale.
            variables |= {"LC_ALL": self.locale, "LANG": self.locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
        return variables

    def arrange(self) -> None:
        """Shift the clock and seed `random` in this process, permanently. Call it before the stage is imported."""
        random.seed(self.seed)
        if self.years:
            _shift_clock(self.years * 365.25 * 86_400)


UNCHANGED = Surroundings()
ALL_CHANGED = Surroundings(1, 11.4, 1, elsewhere=True, zone="Asia/Kathmandu", locale="C", backwards=True)
ALL_CHANGED_AGAIN = Surroundings(2, -7.6, 2, elsewhere=True, zone="Pacific/Honolulu", locale="C", backwards=True)

SINGLE_CHANGES: dict[Surrounding, tuple[Surroundings, ...]] = {
    "the order of sets": (Surroundings(hash_seed=1), Surroundings(hash_seed=2)),
    "the clock": (Surroundings(years=ALL_CHANGED.years), Surroundings(years=ALL_CHANGED_AGAIN.years)),
    "the random module": (Surroundings(seed=1), Surroundings(seed=2)),
    "the working directory": (Surroundings(elsewhere=True),),
    "the time zone": (Surroundings(zone=ALL_CHANGED.zone), Surroundings(zone=ALL_CHANGED_AGAIN.zone)),
    "the locale": (Surroundings(locale="C"),),
    "the texts before it": (Surroundings(backwards=True),),
}
"""One change at a time, to find which of them makes a difference."""


def _shift_clock(seconds: float) -> None:
    """Set every clock of the standard library that knows the date ahead by this many seconds."""
    real_time, real_time_ns = time.time, time.time_ns
    time.time = lambda: real_time() + seconds
    time.time_ns = lambda: real_time_ns() + round(seconds) * 10**9
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, _with_shifted_default(getattr(time, name)))
    localtime, strftime, asctime = time.localtime, time.strftime, time.asctime
    time.strftime = lambda form, when=None: strftime(form, localtime() if when is None else when)
    time.asctime = lambda when=None: asctime(localtime() if when is None else when)

    class ShiftedDatetimeType(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetime)

    class ShiftedDateType(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, date)

    class ShiftedDatetime(datetime, metaclass=ShiftedDatetimeType):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(time.time(), tz)

        @classmethod
        def today(cls) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(time.time())

        @classmethod
        def utcnow(cls) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(time.time(), dt.UTC).replace(tzinfo=None)

    class ShiftedDate(date, metaclass=ShiftedDateType):
        @classmethod
        def today(cls) -> date:  # type: ignore[override]
            return date.fromtimestamp(time.time())

    dt.datetime, dt.date = ShiftedDatetime, ShiftedDate  # type: ignore[misc]  # replaced on purpose


def _with_shifted_default(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with the shifted time as its default argument."""
    return lambda seconds=None: function(time.time() if seconds is None else seconds)
