"""Printing on the terminal what people have named: groups, runs and files may hold any letters."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain_console(*, stderr: bool = False) -> "Console":
    """Return a console that prints text as it is: brackets are no markup, colons no emoji, numbers are not coloured."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def printable(text: str) -> str:
    r"""Write control characters, which may move the cursor or change colours, as `\x1b`; lines and tabs stay."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
