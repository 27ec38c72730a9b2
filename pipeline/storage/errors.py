"""Errors of stores. Each is also the `OSError` that a local file would raise; its message says what to do."""


class StoreError(OSError):
    """A store does not answer, or answers with something else."""


class MissingError(StoreError, FileNotFoundError):
    """The object does not exist."""


class DeniedError(StoreError, PermissionError):
    """Reading or writing is not allowed."""


class TakenError(StoreError, FileExistsError):
    """The object to create already exists."""
