"""The boards in a browser: addresses, pages, and the files that they load. Figures come from ``resolve``."""
