"""What goes wrong, in one line: what was wanted, what came, what to do."""

from __future__ import annotations


class ExportError(ValueError):
    """A model or file that can't be taken as it is. Its message is one line that a person can act on."""
