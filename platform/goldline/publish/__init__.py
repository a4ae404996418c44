"""The published snapshot: immutable versions of the audited tables, and the reading of them."""
