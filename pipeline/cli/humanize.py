"""Times, speeds and numbers, as people read them."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def duration(seconds: float) -> str:
    """How long something took: `2.3 s`, `41 s`, `6 min 12 s`, `3 h 04 min`, `2 days 3 h`."""
    # What rounds to the next unit is told in that: `1 min 00 s`, never `60 s`.
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s"
    if (whole := round(seconds)) < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE:02} s"
    if (minutes := round(seconds / MINUTE)) < DAY // MINUTE:
        return f"{minutes // 60} h {minutes % 60:02} min"
    hours = round(seconds / HOUR)
    return f"{count_of(hours // 24, 'day')} {hours % 24} h"


def estimate(seconds: float) -> str:
    """How long something may take, no finer than it can be known: `4 s`, `12 min`, `3 h 04 min`."""
    if (whole := round(seconds)) < MINUTE:
        return f"{max(whole, 1)} s"
    if (minutes := round(seconds / MINUTE)) < 60:
        return f"{minutes} min"
    return duration(minutes * MINUTE)


def speed(bytes_per_second: float) -> str:
    """`1.8 MB/s`; a MB is a million bytes, as on the box of a disk."""
    if bytes_per_second < 99_500:
        return f"{bytes_per_second / 1e3:.0f} kB/s"
    if bytes_per_second < 99_950_000:
        return f"{bytes_per_second / 1e6:.1f} MB/s"
    return f"{bytes_per_second / 1e6:,.0f} MB/s"


def frequency(per_second: float) -> str:
    """`512`, `3.1` or `0.04`: a small number of times a second still says something."""
    if per_second < 0.995:
        return f"{per_second:.2g}"
    return f"{per_second:,.0f}" if per_second >= 9.95 else f"{per_second:.1f}"


def count_of(number: int, what: str) -> str:
    """`1 document`, `12,300 documents`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
