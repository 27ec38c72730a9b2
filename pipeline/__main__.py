"""`python -m pipeline`."""

import os
import sys


def _forget_current_folder() -> None:
    """Removes the current folder from the path, where `python -m` puts it first, unless this package is in it.

    Python has already imported a few modules by then, perhaps from that folder. The command `pipeline` and
    `python -P -m pipeline` are safe in any folder.
    """
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()] and sys.path[0] != home:
        del sys.path[0]


if __name__ == "__main__":
    _forget_current_folder()
    from pipeline.cli import main

    sys.exit(main())
