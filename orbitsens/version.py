"""The version of the code, kept with every result."""

__version__ = "0.1.0"
