"""Contracts: what a source has promised to deliver, as data. Reading the files that arrive belongs in ``intake``."""

from goldline.contracts.arrivals import Arrivals, OpeningRule
from goldline.contracts.loader import load_contract, load_contracts
from goldline.contracts.model import Column, Contract, Dialect, Feed, Rule, Totals

__all__ = [
    "Arrivals",
    "Column",
    "Contract",
    "Dialect",
    "Feed",
    "OpeningRule",
    "Rule",
    "Totals",
    "load_contract",
    "load_contracts",
]
