"""The exceptions of the run store."""


class StoreError(Exception):
    """The store cannot do what was asked: the message is one sentence that says what to do."""


class DamagedCatalogue(StoreError):
    """The catalogue's file cannot be read."""
