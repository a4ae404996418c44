from __future__ import annotations

from pathlib import Path

import pytest

from goldline.errors import SettingsError
from goldline.landing.sftp_address import SftpAddress
from tests.unit.landing.feeds import zone_of


def test_every_part_of_the_address_is_read(tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    known_hosts.touch()
    address = SftpAddress.parse(f"sftp://u%40shop:p%3A%2F@host:2222/drop%20box/?known_hosts={known_hosts}&timeout=5")
    assert (address.user, address.password) == ("u@shop", "p:/")
    assert (address.host, address.port, address.path) == ("host", 2222, "/drop box")
    assert (address.known_hosts, address.timeout) == (str(known_hosts), 5)


def test_the_password_never_shows() -> None:
    assert "hush" not in repr(SftpAddress.parse("sftp://user:hush@host/path"))
    assert "hush" not in repr(zone_of("sftp://user:hush@host/path"))


def test_the_host_key_is_verified_even_without_a_known_hosts_file_being_named() -> None:
    assert SftpAddress.parse("sftp://host/path").connection_options()["known_hosts"] == ()


@pytest.mark.parametrize(
    "url",
    [
        "sftp://user:hush@/path",
        "sftp://user:hush@host:x/path",
        "sftp://user:hush@host:99999/path",
        "sftp://user:hush@host/path?known_hosts=/nowhere",
        "sftp://user:hush@host/path?known_host=/typo",
        "sftp://user:hush@host/path?timeout=0",
        "sftp://user:hush@host/path?timeout=soon",
    ],
)
def test_a_wrong_address_is_refused_without_showing_the_password(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        SftpAddress.parse(url)
    assert "hush" not in str(caught.value)
