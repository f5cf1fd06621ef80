"""The one exception of statistics that the runs at hand do not allow."""


class CannotSay(ValueError):
    """Too few runs, or the wrong ones, for an answer: the message is one sentence that says what is missing."""
