"""The reference pages of the documentation, written from what the program itself reads.

Pages that a person writes are not made here; they are the other files of ``docs/``.
"""

from goldline.docs.pages import write_docs

__all__ = ["write_docs"]
