"""The warehouse: the connection, the tables that SQL files define, and the record of how each was built."""
