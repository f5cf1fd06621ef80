"""What is said of a stored file that is not what was written."""

from collections.abc import Iterator
from contextlib import contextmanager

# What reading a damaged Parquet file raises; Arrow's own exceptions are all of these kinds.
UNREADABLE = (OSError, ValueError, TypeError, LookupError, MemoryError, NotImplementedError)


class DamagedFile(Exception):
    """A file is not what was written: the message reads as the rest of a sentence, such as "is missing"."""


@contextmanager
def describing_damage(be: str) -> Iterator[None]:
    """Turn what reading a file raises into the rest of a sentence about it; `be` is "is" or "are".

    Raises:
        DamagedFile: the file is missing, or cannot be read.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise DamagedFile(f"{be} missing") from error
    except UNREADABLE as error:
        raise DamagedFile(f"cannot be read ({first_line(error)})") from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, shortened, or its kind where it has no text."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
