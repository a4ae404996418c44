"""The repository itself: what must be there, what must never be, and that its copies of one fact agree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import goldline
from goldline.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "locks").glob("*.txt"))

REQUIRED = {
    *(".ci/run", ".pre-commit-config.yaml", "Dockerfile", "LICENSE", "Makefile", "docker-compose.yml"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "docs", "locks", "pyproject.toml", "workspace.yaml"),
    *("assets", "platform/goldline", "resources", "sensors", "tests"),
}

# Written in pieces, so that this file passes its own test.
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me/\w+|Use" + r"rs|opt/(?:wheels|pypi))\b")
REGISTRIES = re.compile(r"\b(?:pyp" + r"i\.org|pythonhos" + r"ted|simp" + r"le/|ind" + r"ex-url|find-li" + r"nks)\b")


def versioned_files() -> list[Path]:
    """Everything that git tracks or would: a scratch file that was not ignored counts, too."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def texts(*, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    found = []
    for path in versioned_files():
        name = path.relative_to(ROOT).as_posix()
        content = path.read_bytes()
        if name not in without and b"\0" not in content:
            found.append((name, content.decode("utf-8", "replace")))
    return found


def test_platform_is_no_package_or_it_would_hide_pythons_own() -> None:
    assert not (ROOT / "platform/__init__.py").exists()
    code = "import platform; print(platform.python_version())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.match(r"3\.\d+", done.stdout)


def test_every_part_of_the_house_is_there() -> None:
    assert {name for name in REQUIRED if not (ROOT / name).exists()} == set()


def test_no_test_folder_hides_a_source_root() -> None:
    hiding = {"platform", "goldline", "assets", "resources", "sensors"}
    assert not hiding & {path.name for path in (ROOT / "tests").iterdir()}


def test_every_test_folder_is_a_package_or_two_files_of_one_name_would_clash() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_file_names_a_machine_path() -> None:
    found = [f"{name}: {match[0]}" for name, text in texts() for match in MACHINE_PATHS.finditer(text)]
    assert found == []


def test_no_file_names_a_package_index() -> None:
    allowed = frozenset({"Makefile"})  # its options that keep addresses out of the locks
    found = [f"{name}: {match[0]}" for name, text in texts(without=allowed) for match in REGISTRIES.finditer(text)]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_pin_every_package_by_hash_and_name_no_address(lock: Path) -> None:
    packages = [block for block in re.split(r"\n(?=\S)", lock.read_text().strip()) if not block.startswith("#")]
    assert packages
    assert [
        block for block in packages if not re.match(r"[a-z0-9._-]+==\S+( ; .+)? \\\n    --hash=sha256:", block)
    ] == []
    assert not re.search(r"https?:|file:|^-", lock.read_text(), re.MULTILINE)


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for package, version in re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / "locks" / name).read_text(), re.MULTILINE):
        found.setdefault(package, set()).add(version)
    return found


@pytest.mark.parametrize("smaller", ["runtime.txt", "build.txt"])
def test_what_is_tested_is_what_is_shipped(smaller: str) -> None:
    dev = pins("dev.txt")
    assert {name: versions for name, versions in pins(smaller).items() if dev.get(name) != versions} == {}


def test_every_dependency_is_locked() -> None:
    wanted = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in PROJECT["project"]["dependencies"]}
    assert wanted - set(pins("runtime.txt")) == set()


def test_the_build_backend_is_the_locked_one() -> None:
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]
    assert PROJECT["build-system"]["requires"] == [f"hatchling=={next(iter(pins('build.txt')['hatchling']))}"]


def test_the_version_is_the_same_everywhere() -> None:
    assert getattr(goldline, "__version__", PROJECT["project"]["version"]) == PROJECT["project"]["version"]


def test_every_setting_is_described_in_a_sentence() -> None:
    assert [n for n, field in Settings.model_fields.items() if not (field.description or "").endswith(".")] == []


def library_modules() -> set[str]:
    folder = ROOT / "platform/goldline"
    return {
        f"goldline.{path.stem}" for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }


def test_every_module_of_the_library_has_its_layer() -> None:
    layers = next(c["layers"] for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    named = set(re.findall(r"[a-z_.]+", " ".join(layers)))
    assert library_modules() - named - {"goldline.__init__", "goldline.__main__"} == set()


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


@pytest.mark.parametrize("name", compose()["services"])
def test_every_container_is_hardened(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["user"] not in ("", "0", "root", "0:0")
    assert any(mount.startswith("/tmp:") for mount in service["tmpfs"])
    assert not service.get("privileged")


def test_only_what_asks_for_a_login_can_be_reached_and_from_this_machine_only() -> None:
    published = {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service}
    assert set(published) == {"proxy", "inbox"}
    assert [port for ports in published.values() for port in ports if not str(port).startswith("127.0.0.1:")] == []
    assert "auth_basic_user_file" in (ROOT / "deploy/proxy.conf").read_text()


def test_containers_that_publish_nothing_are_cut_off_from_the_outside() -> None:
    assert compose()["networks"]["inside"]["internal"] is True
    reachable = {name for name, service in compose()["services"].items() if "outside" in service["networks"]}
    assert reachable == {"proxy", "inbox"}


def test_passwords_of_containers_come_from_files_that_are_not_versioned() -> None:
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert {secret["file"].split("/")[0] for secret in compose()["secrets"].values()} == {"secrets"}
    given = " ".join(str(service.get("environment", "")) for service in compose()["services"].values())
    assert not re.search(r"PASSWORD['\"]?: (?!['\"]?/run/secrets)", given)


def test_dagster_in_containers_keeps_its_runs_in_postgresql_and_watches_them() -> None:
    config = yaml.safe_load((ROOT / "deploy/dagster.yaml").read_text())
    assert config["storage"]["postgres"]["postgres_db"]["scheme"] == "postgresql+psycopg2"
    assert config["run_monitoring"]["enabled"] is True


def test_containers_mount_declared_volumes_and_nothing_of_the_host() -> None:
    used = {mount.split(":")[0] for service in compose()["services"].values() for mount in service.get("volumes", [])}
    assert used == set(compose()["volumes"])


def test_both_workspaces_load_one_location_called_goldline() -> None:
    for name in ("workspace.yaml", "deploy/workspace.yaml"):
        (entry,) = yaml.safe_load((ROOT / name).read_text())["load_from"]
        (location,) = entry.values()
        assert location["location_name"] == "goldline"
