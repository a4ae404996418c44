"""Great Expectations answers from another process as it does in this one, and its process ends with the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from goldline.errors import GoldlineError
from goldline.quality.answering import answering
from goldline.quality.validation import Question, Validator, validator

DATA = pa.table({"code": ["a", None, "c"], "amount": pa.array([1, 2, 30], pa.int64())})
QUESTIONS = {
    1: Question("expect_column_values_to_not_be_null", {"column": "code"}),
    2: Question("expect_column_values_to_be_between", {"column": "amount", "max_value": 10}),
    3: Question("expect_column_values_to_be_in_set", {"column": "code", "value_set": ["a", "c"]}),
    4: Question("expect_column_values_to_not_be_null", {"column": "gone"}),
}
BROKEN = {1: Question("expect_nothing_that_is_known", {})}
HOLDS = """
import sys, time
from goldline.quality.answering import answering
with answering():
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[None]:
    with answering():
        yield


def children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]


def is_running(pid: int) -> bool:
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_the_answers_are_those_of_this_process(elsewhere: None) -> None:
    assert not isinstance(validator(), Validator)
    assert validator().ask(DATA, QUESTIONS) == Validator().ask(DATA, QUESTIONS)


def test_a_question_that_cannot_be_put_is_an_error_and_the_next_one_is_answered(elsewhere: None) -> None:
    with pytest.raises(GoldlineError, match="Great Expectations raised AttributeError"):
        validator().ask(DATA, BROKEN)
    assert not validator().ask(DATA, {1: QUESTIONS[1]})[1].success


def test_if_the_process_dies_the_checks_say_so_and_afterwards_it_is_as_before() -> None:
    before, asked = set(children(os.getpid())), validator()
    with answering():
        (child,) = set(children(os.getpid())) - before
        os.kill(child, signal.SIGKILL)
        with pytest.raises(GoldlineError, match="has ended"):
            validator().ask(DATA, QUESTIONS)
    assert validator() is asked
    assert not is_running(child)


def test_it_ends_when_the_run_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDS], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "ready\n"
        (child,) = children(run.pid)
        run.kill()
    deadline = time.monotonic() + 60
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(child)
