"""Connected components of a graph given as two columns of node numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Nodes = npt.NDArray[np.int64]


def components(left: Nodes, right: Nodes, size: int) -> Nodes:
    """Label each of ``size`` nodes with the smallest node that it is connected to.

    Args:
        left: One end of each edge, as node numbers 0..size-1.
        right: The other end of each edge.
        size: Number of nodes; a node without an edge is a component of its own.

    Returns:
        Array of ``size`` node numbers, the same for all nodes of a component and independent of the edges' order.
    """
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    count, labels = connected_components(graph, directed=False)
    smallest = np.full(count, size, dtype=np.int64)
    np.minimum.at(smallest, labels, np.arange(size, dtype=np.int64))
    return smallest[labels]
