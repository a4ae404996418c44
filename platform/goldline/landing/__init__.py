"""From the landing zone into the archive and the ledger: bytes are kept, their arrival recorded.

Belongs here: everything that deals with whole files. Rows, columns and contracts belong to ``intake``.
"""
