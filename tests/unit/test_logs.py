"""The log: one event a line, whatever is in it; nothing personal, no secret; a log that fails stops nobody."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from goldline import logs
from goldline.errors import GoldlineError
from goldline.settings import Settings, load_settings

SECRET = "canary-pass word/1"
LOG = logging.getLogger("goldline.test")
NASTY = "first\r\nsecond\u2028third\x1b[31mred\x1b[0m\x00\u202e end"


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Leave no handler behind that writes into a folder that is gone."""
    yield
    for name in logs.ROOTS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).setLevel(logging.NOTSET)


def settings(home: Path, **given: Any) -> Settings:
    return load_settings(home=home, smtp_user="u", smtp_password=SECRET, **given)


def written(home: Path) -> list[str]:
    (file,) = (home / "log").iterdir()
    text = file.read_bytes().decode()
    assert text.endswith("\n")
    return text[:-1].split("\n")


def events(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(home)]


def test_an_event_is_one_json_object_with_time_level_logger_and_its_fields(home: Path) -> None:
    logs.configure(settings(home))
    with logs.bound(run_id="4ad6f7c2", step="magento/delivery"):
        LOG.info("delivery.loaded", extra={"source": "magento", "files": 3, "share": 0.5, "is_late": False})
    (event,) = events(home)
    assert event["time"].endswith("+00:00")
    assert {k: v for k, v in event.items() if k not in ("time", "process")} == {
        "level": "info",
        "logger": "goldline.test",
        "event": "delivery.loaded",
        "run_id": "4ad6f7c2",
        "step": "magento/delivery",
        "source": "magento",
        "files": 3,
        "share": 0.5,
        "is_late": False,
    }
    assert event["process"] == os.getpid()


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_value_can_begin_a_line_of_its_own_or_steer_a_terminal(home: Path, form: str) -> None:
    logs.configure(settings(home, log_format=form))
    LOG.warning("file.refused %s", NASTY, extra={"file": NASTY, "nested": {NASTY: [NASTY]}, NASTY: 1})
    LOG.warning("second")
    lines = written(home)
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
    assert lines[0].count("third") == 5


@pytest.mark.parametrize("form", ["json", "text"])
def test_canaries_of_secrets_and_personal_data_never_get_into_the_log(home: Path, form: str) -> None:
    logs.configure(
        settings(
            home,
            log_format=form,
            landing="sftp://shop:canary-sftp@sftp.example/in",
            warehouse="postgresql+psycopg2://goldline:canary%2Fdatabase@db/goldline",
        )
    )
    canaries = [
        SECRET,
        "canary-sftp",
        "canary/database",
        "canary%2Fdatabase",
        "jane.doe@example.org",
        "+33 6 12 34 56 78",
        "4111 1111 1111 1111",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ]
    for canary in canaries:
        LOG.info("said %s", canary, extra={"value": canary, "inside": {"a": [f"x {canary} y"]}, canary: "name"})
        with logs.bound(bound=canary):
            LOG.info("bound")
        try:
            try:
                raise ValueError(canary)
            except ValueError as cause:
                raise GoldlineError(f"refused: {canary}", where=canary, remedy=canary) from cause
        except GoldlineError:
            LOG.exception("failed")
        try:
            raise RuntimeError(f"could not convert {canary}")
        except RuntimeError:
            LOG.exception("broke")
    text = "\n".join(written(home))
    assert len(written(home)) == 4 * len(canaries)
    assert [canary for canary in canaries if canary in text] == []
    assert "canary" not in text
    assert "jane" not in text


def test_an_exception_is_told_by_its_place_and_a_foreign_ones_message_which_may_quote_a_row_is_not(home: Path) -> None:
    logs.configure(settings(home))
    try:
        raise RuntimeError("row: Doe, Jane, 12 rue de la Paix")
    except RuntimeError:
        LOG.exception("step.broke")
    (event,) = events(home)
    assert (event["error"], event["said"]) == ("RuntimeError", "")
    assert event["trace"][-1].startswith("test_logs.py:")
    assert "Doe" not in json.dumps(event)


def test_the_level_decides_what_is_logged(home: Path) -> None:
    logs.configure(settings(home, log_level="warning"))
    LOG.info("not this")
    LOG.warning("this")
    assert [event["event"] for event in events(home)] == ["this"]


def test_configured_again_nothing_is_written_twice_nor_to_the_former_home(tmp_path: Path) -> None:
    for name in ("a", "b", "b"):
        logs.configure(settings(tmp_path / name))
    LOG.info("once")
    assert len(written(tmp_path / "b")) == 1
    assert not (tmp_path / "a").exists()


def test_a_full_file_is_followed_by_another_one_of_the_same_day(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST_FILE", 1)
    logs.configure(settings(home))
    for _ in range(3):
        LOG.info("x")
    names = sorted(path.name for path in (home / "log").iterdir())
    day = names[0].removeprefix("goldline-")[:10]
    assert names == [f"goldline-{day}.2.log", f"goldline-{day}.3.log", f"goldline-{day}.log"]


def test_a_log_that_cannot_be_written_stops_nobody_and_is_told_once(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "log").write_text("a file in its way")
    logs.configure(settings(home))
    LOG.info("x")
    LOG.info("y")
    assert capsys.readouterr().err.count("the log cannot be written") == 1
