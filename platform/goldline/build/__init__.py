"""Building tables: from scratch, or only what the changes of the tables they read have touched."""
