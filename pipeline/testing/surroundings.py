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
    """Where a stage runs in a process of its own."""

    hash_seed: int = 0
    years: float = 0
    """How far the clock is ahead of the right time."""
    seed: int = 0
    elsewhere: bool = False
    """Whether the working directory is an empty folder."""
    zone: str = "UTC"
    locale: str | None = None
    """None: as it is here."""
    backwards: bool = False
    """Whether the texts come the other way round."""

    def environment(self, here: dict[str, str]) -> dict[str, str]:
        """The environment variables of the process."""
        told = {**here, "PYTHONHASHSEED": str(self.hash_seed), "TZ": self.zone}
        if self.locale is not None:
            # Without the two others, Python reads files as UTF-8 in the C locale too.
            told |= {"LC_ALL": self.locale, "LANG": self.locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
        return told

    def arrange(self) -> None:
        """Shifts the clock and seeds chance, in this process and for good; before the stage is imported."""
        random.seed(self.seed)
        if self.years:
            _shift_clock(self.years * 365.25 * 86_400)


HERE = Surroundings()
FIRST = Surroundings(1, 11.4, 1, elsewhere=True, zone="Asia/Kathmandu", locale="C", backwards=True)
SECOND = Surroundings(2, -7.6, 2, elsewhere=True, zone="Pacific/Honolulu", locale="C", backwards=True)

ALONE: dict[Surrounding, tuple[Surroundings, ...]] = {
    "the order of sets": (Surroundings(hash_seed=1), Surroundings(hash_seed=2)),
    "the clock": (Surroundings(years=FIRST.years), Surroundings(years=SECOND.years)),
    "the random module": (Surroundings(seed=1), Surroundings(seed=2)),
    "the working directory": (Surroundings(elsewhere=True),),
    "the time zone": (Surroundings(zone=FIRST.zone), Surroundings(zone=SECOND.zone)),
    "the locale": (Surroundings(locale="C"),),
    "the texts before it": (Surroundings(backwards=True),),
}
"""Each thing changed alone, to tell which of them it was."""


def _shift_clock(seconds: float) -> None:
    """Every clock of the standard library that tells the date goes wrong by so many seconds."""
    right, right_ns = time.time, time.time_ns
    time.time = lambda: right() + seconds
    time.time_ns = lambda: right_ns() + round(seconds) * 10**9
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, _of_now(getattr(time, name)))
    local, written, text = time.localtime, time.strftime, time.asctime
    time.strftime = lambda form, when=None: written(form, local() if when is None else when)
    time.asctime = lambda when=None: text(local() if when is None else when)

    class OfMoments(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetime)

    class OfDays(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, date)

    class Moment(datetime, metaclass=OfMoments):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(time.time(), tz)

        @classmethod
        def today(cls) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(time.time())

        @classmethod
        def utcnow(cls) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(time.time(), dt.UTC).replace(tzinfo=None)

    class Day(date, metaclass=OfDays):
        @classmethod
        def today(cls) -> date:  # type: ignore[override]
            return date.fromtimestamp(time.time())

    dt.datetime, dt.date = Moment, Day  # type: ignore[misc]  # that is the point


def _of_now(told: Callable[..., Any]) -> Callable[..., Any]:
    """`told` at the shifted time, where no time is given."""
    return lambda seconds=None: told(time.time() if seconds is None else seconds)
