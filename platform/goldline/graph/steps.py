"""What all steps have in common: the resource they use, and how a failure is told to Dagster.

A transient failure asks for a retry with growing delays; a permanent one fails at once, with its remedy.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import dagster as dg

from goldline.disk import disk_faults
from goldline.errors import GoldlineError, TransientError
from goldline.home import Home
from goldline.logs import bound
from goldline.warehouse.engine import Warehouse

MAX_RETRIES = 4
FIRST_DELAY_SECONDS = 5
Reporter = Callable[[str, int, int], None]
_log = logging.getLogger(__name__)


class WarehouseResource(Protocol):
    """What a step needs from the resource named ``warehouse``."""

    @property
    def home(self) -> Home:
        """The installation."""

    def open(self) -> AbstractContextManager[Warehouse]:
        """Open the warehouse for writing."""


@contextmanager
def failures(context: dg.OpExecutionContext | dg.AssetExecutionContext) -> Iterator[None]:
    """Log a step, and turn Goldline's errors into retries and failures that Dagster shows well."""
    with bound(run_id=context.run_id, step=context.op_execution_context.op.name.replace("__", "/")):
        _log.info("step.started", extra={"attempt": context.retry_number + 1})
        try:
            with disk_faults():
                yield
        except TransientError as error:
            delay = FIRST_DELAY_SECONDS * 2**context.retry_number
            context.log.warning(f"{error}\nTrying again in {delay} s ({context.retry_number + 1} of {MAX_RETRIES}).")
            _log.warning("step.postponed", extra={"seconds": delay}, exc_info=True)
            raise dg.RetryRequested(max_retries=MAX_RETRIES, seconds_to_wait=delay) from error
        except GoldlineError as error:
            _log.error("step.failed", exc_info=True)
            raise failure(error) from error
        except Exception:
            _log.exception("step.broke")
            raise
        _log.info("step.ended")


def failure(error: GoldlineError) -> dg.Failure:
    """Make a failure that is not retried, with what, where and remedy apart."""
    return dg.Failure(
        description=str(error),
        metadata={"what happened": error.what, "where": error.where or "-", "what to do": error.remedy or "-"},
        allow_retries=False,
    )


class Progress:
    """Where steps tell how far they are; the command line listens, otherwise nobody does."""

    listener: Reporter | None = None
    built = 0

    @classmethod
    def table_built(cls, total: int) -> None:
        """Tell that one more table of a run is done."""
        cls.built += 1
        if cls.listener:
            cls.listener("build and check tables", cls.built, total)

    @classmethod
    def of(cls, what: str) -> Callable[[int, int], None]:
        """Return a callback for one piece of work."""

        def report(done: int, total: int) -> None:
            if cls.listener:
                cls.listener(what, done, total)

        return report
