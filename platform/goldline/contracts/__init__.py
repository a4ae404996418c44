"""Contracts: what a source has promised to deliver, as data. Reading the files that arrive belongs in ``intake``."""

from goldline.contracts.loader import load_contract, load_contracts
from goldline.contracts.model import Column, Contract, Dialect, Feed, Rule

__all__ = ["Column", "Contract", "Dialect", "Feed", "Rule", "load_contract", "load_contracts"]
