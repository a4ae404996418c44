"""What docker-compose.yml starts, tried without containers: the databases, Dagster's storage, the inbox."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
import yaml

from goldline.warehouse.engine import Warehouse
from tests.integration.postgres.server import PROGRAMS, Server, started

pytestmark = pytest.mark.integration

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own after the script that a new one runs once; this fixture may be set up more than once."""
    with started() as server:
        initialize(server, tmp_path_factory)
        yield server


def initialize(server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Run the script as the container does."""
    secrets = tmp_path_factory.mktemp("secrets")
    for name in ("goldline", "dagster"):
        (secrets / f"{name}_password").write_text("secret")
    environment = {
        **os.environ,
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGPASSWORD": "secret",
        "SECRETS": str(secrets),
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
    }
    script = (DEPLOY / "postgres-init.sh").read_text()
    subprocess.run(["sh", "-c", script], env=environment, check=True)


def test_the_databases_of_a_new_server_are_fit_for_the_warehouse(prepared: Server) -> None:
    with Warehouse(prepared.url("goldline", user="goldline")) as warehouse, warehouse.transaction() as session:
        session.execute("create schema merge")
        assert session.scalar("select rolsuper from pg_roles where rolname = current_user") is False


def test_dagster_keeps_its_runs_in_postgresql(
    prepared: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dagster as dg

    config = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())
    config["storage"]["postgres"]["postgres_db"]["port"] = prepared.port
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("DAGSTER_POSTGRES_HOST", "127.0.0.1")
    monkeypatch.setenv("DAGSTER_POSTGRES_PASSWORD", "secret")

    @dg.job
    def nothing() -> None:
        pass

    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        done = nothing.execute_in_process(instance=instance)
        assert done.success
        assert instance.run_monitoring_enabled
    found = prepared.execute("select count(*) from runs", database="dagster", user="dagster")
    assert found == [(1,)]


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """The inbox with a key for magento; its own key and those of the sources are made for the test."""
    key = asyncssh.generate_private_key("ssh-ed25519", comment="magento")
    key.write_private_key(tmp_path / "magento")
    key.write_public_key(tmp_path / "keys")
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "other")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder = tmp_path / "inbox"
    (folder / "cashmere").mkdir(parents=True)
    (folder / "cashmere" / "VENTES_20260328.csv").write_text("not yours")
    environment = {**os.environ, "INBOX": str(folder), "INBOX_KEYS": str(tmp_path / "keys"), "INBOX_PORT": str(port)}
    with subprocess.Popen([sys.executable, str(DEPLOY / "sftp_inbox.py")], env=environment) as process:
        while process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield tmp_path, port
        process.kill()


async def delivered(folder: Path, port: int, *, key: str, user: str = "magento") -> list[str]:
    """Put a file into the inbox, and return what the source sees of it."""
    async with (
        asyncssh.connect(
            "127.0.0.1", port, username=user, client_keys=[str(folder / key)], known_hosts=None, agent_path=None
        ) as connection,
        connection.start_sftp_client() as sftp,
    ):
        async with sftp.open("store_20260331.csv", "w") as file:
            await file.write("code\n")
        return sorted(str(name) for name in await sftp.listdir("/..") if name not in (".", ".."))


def test_a_source_delivers_into_its_own_folder_and_sees_no_other(inbox: tuple[Path, int]) -> None:
    folder, port = inbox
    assert asyncio.run(delivered(folder, port, key="magento")) == ["store_20260331.csv"]
    assert (folder / "inbox" / "magento" / "store_20260331.csv").read_text() == "code\n"


@pytest.mark.parametrize(("user", "key"), [("magento", "other"), ("cashmere", "magento"), ("../magento", "magento")])
def test_who_has_not_the_key_of_the_source_does_not_get_in(inbox: tuple[Path, int], user: str, key: str) -> None:
    folder, port = inbox
    with pytest.raises(asyncssh.PermissionDenied):
        asyncio.run(delivered(folder, port, key=key, user=user))
