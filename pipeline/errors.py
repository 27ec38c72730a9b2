"""What can go wrong, as the user meets it: every message says what, where, and what to do."""


class PipelineError(Exception):
    """Anything this package raises on purpose."""


class UsageError(PipelineError):
    """The call is wrong, not the document: an unknown stage, key or option, a path that is not there.

    Raised before any document is read; the command line exits with 2.
    """


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
    """A stage broke the protocol or raised; ``stage`` names it."""

    def __init__(self, document: str, stage: str, reason: str) -> None:
        super().__init__(document, reason)
        self.args = (document, stage, reason)
        self.stage = stage

    def __str__(self) -> str:
        return f"{self.document}: stage {self.stage}: {self.reason}"


class ContractError(DocumentError):
    """A JSON document is not what the contract promises; ``reason`` names the field."""


class RejectedError(DocumentError):
    """A filter turned the document down: not a failure; it is listed with ``rule`` and ``reason``."""

    def __init__(self, document: str, rule: str, reason: str) -> None:
        super().__init__(document, reason)
        self.args = (document, rule, reason)
        self.rule = rule
