"""What went wrong and what cures it."""

import contextlib


class Trouble(Exception):
    """Something this runner cannot mend by itself.

    `what` is one sentence about what happened, `cure` what the reader should do.
    """

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what}\n  cure: {cure}")
        self.what = what
        self.cure = cure


def say(text: str) -> None:
    """Tell the person at the terminal what is being done."""
    show(f"  {text}")


def show(text: str) -> None:
    """Print lines as they are. A terminal that was closed must not keep us from stopping."""
    with contextlib.suppress(OSError):
        print(text, flush=True)
