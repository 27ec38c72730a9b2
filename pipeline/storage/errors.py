"""What goes wrong with a store. Each is the `OSError` that a file would raise; its message says what to do."""


class StoreError(OSError):
    """A store does not answer, or not with what was asked for."""


class MissingError(StoreError, FileNotFoundError):
    """What was named is not there."""


class DeniedError(StoreError, PermissionError):
    """It may not be read or written."""


class TakenError(StoreError, FileExistsError):
    """It was to be made, and is there already."""
