"""What goes wrong, in one line: what was wanted, what came, what to do."""

from __future__ import annotations


class MargraveError(ValueError):
    """Bad input. Its message is one line that a person can act on."""


class ExportError(MargraveError):
    """A model that can't be exported as it is."""


class ReadError(MargraveError):
    """A folder or file that is not what it should be, or can't be read."""
