"""Customer identity: which records of the sources are the same person, by deterministic rules over pseudonyms."""

from goldline.identity.resolve import IdentityRules, resolve

__all__ = ["IdentityRules", "resolve"]
