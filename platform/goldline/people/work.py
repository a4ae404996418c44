"""Slow work beside the event loop: hashing passwords and asking the OpenID provider, at most two at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

T = TypeVar("T")
_AT_ONCE: Final = 2  # a hash takes 64 MB; more of them would only wait for the processor
_limiter: RunVar[CapacityLimiter] = RunVar("goldline_people_limiter")


async def run_aside(work: Callable[[], T]) -> T:
    """Carry out work in a thread; whoever comes when two are busy waits without taking one from the pages."""
    limiter = _limiter.get(None)
    if limiter is None:
        limiter = CapacityLimiter(_AT_ONCE)
        _limiter.set(limiter)
    return await run_sync(work, limiter=limiter)
