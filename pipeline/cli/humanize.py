"""Formats times, speeds and counts for people."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def duration(seconds: float) -> str:
    """Formats a duration: `2.3 s`, `41 s`, `6 min 12 s`, `3 h 04 min`, `2 days 3 h`."""
    # Choose the unit after rounding: `1 min 00 s`, never `60 s`.
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
    """Formats an estimated duration, without false precision: `4 s`, `12 min`, `3 h 04 min`."""
    if (whole := round(seconds)) < MINUTE:
        return f"{max(whole, 1)} s"
    if (minutes := round(seconds / MINUTE)) < 60:
        return f"{minutes} min"
    return duration(minutes * MINUTE)


def speed(bytes_per_second: float) -> str:
    """Formats a speed: `1.8 MB/s`, where a MB is a million bytes."""
    if bytes_per_second < 99_500:
        return f"{bytes_per_second / 1e3:.0f} kB/s"
    if bytes_per_second < 99_950_000:
        return f"{bytes_per_second / 1e6:.1f} MB/s"
    return f"{bytes_per_second / 1e6:,.0f} MB/s"


def frequency(per_second: float) -> str:
    """Formats a rate per second: `512`, `3.1` or `0.04`."""
    if per_second < 0.995:
        return f"{per_second:.2g}"
    return f"{per_second:,.0f}" if per_second >= 9.95 else f"{per_second:.1f}"


def count_of(number: int, what: str) -> str:
    """Formats a count: `1 document`, `12,300 documents`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
