"""The exceptions of this package. Every message says what is wrong, where, and what to do."""

import errno
from collections.abc import Iterable
from difflib import get_close_matches

MACHINE_ERRNOS = frozenset(
    {errno.ENOMEM, errno.EAGAIN, errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EROFS}
)
"""System errors that mean that the machine is out of memory, processes, disk space or open files, or is broken."""


class PipelineError(Exception):
    """Base class of everything this package raises on purpose."""


class UsageError(PipelineError):
    """The call is wrong, not the document: an unknown stage, key or option, or a path that does not exist.

    Raised before any document is read. The command line exits with 2.
    """


class SettingError(UsageError):
    """A setting is wrong. ``key`` is its path in the settings: `("stages", "words", "longest")`."""

    def __init__(self, key: tuple[str, ...], reason: str) -> None:
        super().__init__(key, reason)
        self.key = key
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class DocumentError(PipelineError):
    """One document cannot be processed. The command line continues with the others and exits with 1 at the end.

    ``document`` is the id of the document, ``reason`` one line that says what is wrong and what to do.
    """

    def __init__(self, document: str, reason: str) -> None:
        super().__init__(document, reason)
        self.document = document
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.document}: {self.reason}"


class StageError(DocumentError):
    """A stage raised or broke its protocol. ``package`` is the package of ``stage``; None for this one."""

    def __init__(self, document: str, stage: str, reason: str, package: str | None = None) -> None:
        super().__init__(document, reason)
        self.args = (document, stage, reason, package)
        self.stage = stage
        self.package = package

    @property
    def where(self) -> str:
        """The stage and its package, as messages name them."""
        return stage_with_package(self.stage, self.package)

    def __str__(self) -> str:
        return f"{self.document}: {self.where}: {self.reason}"


class ContractError(DocumentError):
    """A JSON document breaks the contract. ``reason`` names the field."""


class RejectedError(DocumentError):
    """A filter rejected the document. This is no failure; the run lists ``rule`` and ``reason``."""

    def __init__(self, document: str, rule: str, reason: str) -> None:
        super().__init__(document, reason)
        self.args = (document, rule, reason)
        self.rule = rule


def is_machine_error(error: BaseException | None) -> bool:
    """Whether the machine caused an error, so that a later attempt may succeed."""
    return isinstance(error, OSError) and error.errno in MACHINE_ERRNOS


def stage_with_package(stage: str, package: str | None) -> str:
    """A stage as messages name it, with its package unless that is this one.

    >>> stage_with_package("words", None), stage_with_package("tides", "tide-tables")
    ('stage words', 'stage tides of tide-tables')
    """
    return f"stage {stage} of {package}" if package else f"stage {stage}"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the most similar known name, or all known names.

    >>> did_you_mean("wrods", ["words", "markup"]), did_you_mean("x", ["words", "markup"])
    ("; did you mean 'words'?", '; use one of: words, markup')
    """
    known = list(known)
    close = get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; use one of: {', '.join(known)}" if known else "; there are none"
