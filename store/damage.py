"""What is said of a stored file that is not what was written."""

# What reading a damaged Parquet file raises; Arrow's own exceptions are all of these kinds.
UNREADABLE = (OSError, ValueError, TypeError, LookupError, MemoryError, NotImplementedError)


class DamagedFile(Exception):
    """A file is not what was written: the message reads as the rest of a sentence, such as "is missing"."""


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text, shortened, or its kind where it has no text."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
