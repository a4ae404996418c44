"""The people who read the boards: accounts, roles, sessions, OpenID Connect, and the record of what they took away.

What a person may see becomes a ``Scope`` here; it is enforced where queries are made (``metrics``), never in a page.
What the pages look like is not decided here.
"""

from goldline.people.directory import People
from goldline.people.person import LOCAL, Person

__all__ = ["LOCAL", "People", "Person"]
