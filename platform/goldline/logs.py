"""The log: one line per event in ``log/`` of the home, as JSON or as text; nothing personal and no secret in it.

Belongs here: how an event becomes a line, and where lines go. What is logged is said by those who do it, with the
standard library: ``logging.getLogger(__name__).info("mail.sent", extra={"mails": 1})``. How long the files are kept is
``retention``'s.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from goldline.errors import GoldlineError
from goldline.redaction import one_line, redact
from goldline.settings import Settings

LONGEST_VALUE: Final = 2000
LARGEST_FILE: Final = 50_000_000
ROOTS: Final = ("goldline", "sensors", "resources", "assets")
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_bound: ContextVar[Mapping[str, object]] = ContextVar("bound", default={})  # noqa: B039 - never changed, only replaced


def configure(settings: Settings) -> None:
    """Send what this process logs to the home's log; called again, for another home or level, it changes that."""
    formatter = _JsonLines(settings.secrets) if settings.log_format == "json" else _TextLines(settings.secrets)
    for name in ROOTS:
        logger = logging.getLogger(name)
        for earlier in [handler for handler in logger.handlers if isinstance(handler, _DailyFile)]:
            logger.removeHandler(earlier)
        handler = _DailyFile(settings.log_dir)
        handler.setFormatter(formatter)
        logger.addHandler(handler)
        logger.setLevel(settings.log_level.upper())


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Add fields, such as the run's id, to every event that is logged in the block."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


class _Lines(logging.Formatter):
    """What both formats have in common: the fields of an event, masked."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def fields(self, record: logging.LogRecord) -> dict[str, object]:
        """Return the event's fields in the order in which they are shown."""
        added = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self._clean(record.getMessage()),
            "process": record.process,
        }
        fields |= {self._text(name): self._clean(value) for name, value in {**_bound.get(), **added}.items()}
        if record.exc_info and record.exc_info[1]:
            fields |= self._error(record.exc_info[1])
        return fields

    def _clean(self, value: object) -> object:
        match value:
            case None | bool() | int() | float():
                return value
            case Mapping():
                return {self._text(key): self._clean(item) for key, item in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self._clean(item) for item in value]
            case _:
                return self._text(value)

    def _text(self, value: object) -> str:
        return redact(str(value), secrets=self._secrets)[:LONGEST_VALUE]

    def _error(self, error: BaseException) -> dict[str, object]:
        """Tell an exception by its place; the message of a foreign one may quote a row, so it stays out."""
        places = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        said = self._text(error) if isinstance(error, GoldlineError) else ""
        return {"error": type(error).__name__, "said": said, "trace": places[-12:]}


class _JsonLines(_Lines):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write an event; JSON's own escapes keep line ends and control characters out."""
        return json.dumps(self.fields(record))


class _TextLines(_Lines):
    """One line for people: time, level, event, then ``name=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write an event on one line."""
        fields = self.fields(record)
        heading = " ".join(str(fields.pop(name)) for name in ("time", "level", "event"))
        rest = " ".join(f"{name}={_shown(value)}" for name, value in fields.items())
        return one_line(f"{heading} {rest}", limit=4 * LONGEST_VALUE)


class _DailyFile(logging.Handler):
    """Appends to the file of the day, and to a further one when that is large; many processes may do so at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._has_complained = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line with one system call; a log that cannot be written stops nobody."""
        line = (self.format(record) + "\n").encode("utf-8", "replace")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            descriptor = os.open(self._path(record.created), flags, 0o640)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError as error:
            self._complain(error)

    def _path(self, created: float) -> Path:
        day = datetime.fromtimestamp(created, UTC).date().isoformat()
        path, number = self._folder / f"goldline-{day}.log", 1
        while path.exists() and path.stat().st_size >= LARGEST_FILE:
            number += 1
            path = self._folder / f"goldline-{day}.{number}.log"
        return path

    def _complain(self, error: OSError) -> None:
        if not self._has_complained:
            self._has_complained = True
            sys.stderr.write(f"the log cannot be written ({error.strerror}): {self._folder}\n")


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if text and not any(c in ' "=\n' for c in text) else json.dumps(value, ensure_ascii=False)
