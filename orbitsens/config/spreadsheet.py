"""Text in CSV files that a spreadsheet program would take for a formula: written so that it stays text."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# What a spreadsheet program evaluates, and the same text when it was marked before: so that every text can be restored.
FORMULA = r"^'*[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"  # as RE2 writes it
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-](inf|nan)$"
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(NUMBER, re.ASCII)


def harmless(text: str) -> str:
    """Return a text with an apostrophe before it if a spreadsheet program would take it for a formula.

    A number stays as it is. `restored` is the way back.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def restored(cell: str) -> str:
    """Return the text that `harmless` made a cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def harmless_cells(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table whose texts, and names of columns, are `harmless`; numbers and times stay as they are."""
    texts = [name for name, dtype in frame.dtypes.items() if dtype.kind not in "biufcmM"]
    made = frame.copy()
    for name in texts:
        made[name] = made[name].map(lambda value: harmless(value) if isinstance(value, str) else value)
    return made.rename(columns=lambda name: harmless(name) if isinstance(name, str) else name)
