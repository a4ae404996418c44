"""The worked examples of the pages are what the store says, and what pandas says, of the lines that they show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from goldline import metrics
from goldline.metrics.filters import Filters
from goldline.metrics.period import Period
from goldline.metrics.question import Question
from goldline.metrics.store import Store, open_store
from tests.integration.metrics.people import PEOPLE
from tests.integration.metrics.snapshot import publish_lines
from tests.integration.metrics.sums import SUMS
from tests.integration.metrics.world import World, read_world
from tests.support import open_home

EXAMPLE = Path(metrics.__file__).parent / "example"
VALUES: dict[str, Any] = yaml.safe_load((EXAMPLE / "values.yaml").read_text())
MARCH = Filters(year=2026, month=3, compare="none")


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, World]]:
    """The example's lines, published."""
    home = tmp_path_factory.mktemp("example")
    publish_lines(home, pd.read_csv(EXAMPLE / "lines.csv", dtype=str))
    with open_store(open_home(home).settings) as store:
        yield store, read_world(home).of(Period(date(2026, 3, 1), date(2026, 4, 1)))


@pytest.mark.parametrize("name", VALUES)
def test_a_worked_example_is_recomputed(name: str, example: tuple[Store, World]) -> None:
    store, world = example
    stated = None if VALUES[name] is None else Decimal(VALUES[name])

    answer = store.ask(Question(metrics=(name,), filters=MARCH, params=(("without", "category:COATS"),)))

    assert answer.total(name) == stated == {**SUMS, **PEOPLE}[name](world)
