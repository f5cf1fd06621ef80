"""A fence around one run: what others logged may be anything, and must cost its own run alone."""

# What code raises that expected other content. Trouble with the disk, the network or the store is none of these.
CONTENT_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MemoryError,
)


def unreadable_content(error: BaseException) -> str:
    """Say in a sentence that a run's content is not understood, and what the program made of it."""
    text = " ".join(str(error).split()).rstrip(".")[:300]
    cause = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"The run holds something that cannot be read ({cause}); the other runs are not affected."
