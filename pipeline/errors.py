"""What can go wrong, as the user meets it: every message says what, where, and what to do."""

import errno
from collections.abc import Iterable
from difflib import get_close_matches

MACHINE_ERRNOS = frozenset(
    {errno.ENOMEM, errno.EAGAIN, errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EROFS}
)
"""System errors that say that the machine is short of something or broken: memory, processes, disk, open files."""


class PipelineError(Exception):
    """Anything this package raises on purpose."""


class UsageError(PipelineError):
    """The call is wrong, not the document: an unknown stage, key or option, a path that is not there.

    Raised before any document is read; the command line exits with 2.
    """


class SettingError(UsageError):
    """A setting is wrong; ``key`` is the way to it, a table or key at a time: `("stages", "words", "longest")`."""

    def __init__(self, key: tuple[str, ...], reason: str) -> None:
        super().__init__(key, reason)
        self.key = key
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class DocumentError(PipelineError):
    """One document cannot be processed; others can. The command line names it and exits with 1 at the end.

    ``document`` is the document's id, ``reason`` one line that says what is wrong and what to do.
    """

    def __init__(self, document: str, reason: str) -> None:
        super().__init__(document, reason)
        self.document = document
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.document}: {self.reason}"


class StageError(DocumentError):
    """A stage broke the protocol or raised; ``stage`` names it, ``package`` whose it is, where that is not this one."""

    def __init__(self, document: str, stage: str, reason: str, package: str | None = None) -> None:
        super().__init__(document, reason)
        self.args = (document, stage, reason, package)
        self.stage = stage
        self.package = package

    @property
    def where(self) -> str:
        """The stage and its package."""
        return stage_with_package(self.stage, self.package)

    def __str__(self) -> str:
        return f"{self.document}: {self.where}: {self.reason}"


class ContractError(DocumentError):
    """A JSON document is not what the contract promises; ``reason`` names the field."""


class RejectedError(DocumentError):
    """A filter turned the document down: not a failure; it is listed with ``rule`` and ``reason``."""

    def __init__(self, document: str, rule: str, reason: str) -> None:
        super().__init__(document, reason)
        self.args = (document, rule, reason)
        self.rule = rule


def is_machine_error(error: BaseException | None) -> bool:
    """Whether the machine is to blame for an error, so that it need not be met another time."""
    return isinstance(error, OSError) and error.errno in MACHINE_ERRNOS


def stage_with_package(stage: str, package: str | None) -> str:
    """A stage and its package, where that is not this one: how messages name it."""
    return f"stage {stage} of {package}" if package else f"stage {stage}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """How the message about an unknown name ends: with the nearest known one, or all of them."""
    known = list(known)
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known) or 'none'}"
