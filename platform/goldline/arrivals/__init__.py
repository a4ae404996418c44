"""The arrivals calendar: what was expected of each shop and feed, what came, shown as a picture and told as silence.

What is expected is decided by contracts and in ``assets/control``; here it is read, drawn and put into words. Mails
about it are the sensors' part.
"""

from goldline.arrivals.grid import Cell, Grid, Row, published_grid, warehouse_grid
from goldline.arrivals.rhythm import interval
from goldline.arrivals.silence import Silences, silences_of

__all__ = ["Cell", "Grid", "Row", "Silences", "interval", "published_grid", "silences_of", "warehouse_grid"]
