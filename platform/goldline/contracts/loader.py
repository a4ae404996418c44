"""Reading contract files. Errors name the file and the place in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from goldline.contracts.model import Contract
from goldline.errors import ContractError
from goldline.yaml_text import read_yaml


def load_contract(path: Path) -> Contract:
    """Read ``assets/<source>/contract.yaml``; the folder's name is the source's name.

    Raises:
        ContractError: The file cannot be read or breaks the contract model.
    """
    text = path.read_bytes()
    try:
        content: dict[str, Any] = read_yaml(text)
        for name, feed in content["feeds"].items():
            feed["name"] = name
        content |= {"source": path.parent.name, "digest": hashlib.sha256(text).hexdigest()[:16]}
        return Contract.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise ContractError(problems, where=str(path), remedy="correct the contract file") from None
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ContractError(
            f"not a contract: {error}", where=str(path), remedy="compare it with the contract of another source"
        ) from error


def load_contracts(folder: Path) -> dict[str, Contract]:
    """Read every contract below a folder (``assets/``), by source name."""
    return {c.source: c for c in _in_order(folder.glob("*/contract.yaml"))}


def _in_order(paths: Iterable[Path]) -> list[Contract]:
    return [load_contract(path) for path in sorted(paths)]
