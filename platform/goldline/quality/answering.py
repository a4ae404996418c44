"""Great Expectations in a process of its own, for the length of a run.

Importing it takes seconds. In a thread it held up the run, and once in a while the two met half-way in a package that
both were importing, which ended the run ("partially initialized module"). In another process it is ready by the time
it is asked. What it is asked, and what it answers, is in ``validation``.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pyarrow as pa

from goldline.errors import GoldlineError
from goldline.garbage import search_seldom
from goldline.quality import validation
from goldline.quality.validation import Answer, Question


class AnsweringProcess:
    """Puts questions to the other process."""

    def __init__(self, connection: Connection) -> None:
        """Talk over an open connection."""
        self._connection = connection

    def ask(self, data: pa.Table, questions: Mapping[int, Question]) -> dict[int, Answer]:
        """Put several questions about one frame; answers come back under the questions' numbers.

        Raises:
            GoldlineError: The process ended, or could not answer.
        """
        try:
            self._connection.send((data, dict(questions)))
            answers = self._connection.recv()
        except (EOFError, OSError):
            raise GoldlineError(
                "the process that carries out Great Expectations has ended",
                where="checks",
                remedy="see that there is memory for it, then run again",
            ) from None
        if isinstance(answers, str):
            raise GoldlineError(f"Great Expectations raised {answers}", where="checks")
        return dict(answers)


@contextmanager
def answering() -> Iterator[None]:
    """Have questions answered by another process until the block ends."""
    mine, theirs = Pipe()
    command = [sys.executable, "-m", "goldline.quality.answering", str(theirs.fileno())]
    with subprocess.Popen(  # noqa: S603 - this very module
        command,
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        theirs.close()
        try:
            with validation.answered_by(AnsweringProcess(mine)):
                yield
        finally:
            mine.close()
            process.kill()  # it holds nothing, and may still be importing


def main() -> None:
    """Answer until the other end is closed, which it also is when the run was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks is interrupted, too, and closes the connection
    search_seldom()
    connection = Connection(int(sys.argv[1]))
    validator = validation.Validator()
    while True:
        try:
            data, questions = connection.recv()
        except EOFError:
            return
        try:
            connection.send(validator.ask(data, questions))
        except OSError:
            return
        except Exception as error:  # noqa: BLE001 - its name is the answer; its text may quote a value
            connection.send(type(error).__name__)


if __name__ == "__main__":
    main()
