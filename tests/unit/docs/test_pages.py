"""The committed pages: up to date, complete, with links that lead somewhere, true to the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from goldline.cli import app
from goldline.docs.markdown import anchor
from goldline.docs.material import Material
from goldline.docs.pages import write_docs
from goldline.settings import Settings
from goldline.settings_origin import SECRETS_DIR

DOCS = Path(__file__).resolve().parents[3] / "docs"
ROOT = DOCS.parent
BY_HAND = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|^    .*$", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)}


def commands(group: typer.Typer = app, before: str = "goldline") -> Iterator[str]:
    for command in group.registered_commands:
        yield f"{before} {command.name or (command.callback.__name__ if command.callback else '')}"
    for member in group.registered_groups:
        if member.typer_instance:
            yield f"{before} {member.name}"
            yield from commands(member.typer_instance, f"{before} {member.name}")


def test_the_reference_pages_are_those_that_the_program_would_write_now(written: dict[str, str]) -> None:
    committed = {path.name: path.read_text("utf-8") for path in (DOCS / "reference").glob("*.*")}
    stale = sorted(name for name in {*written, *committed} if written.get(name) != committed.get(name))
    assert stale == [], "run 'make docs' and commit the result"


def test_writing_makes_the_folder_and_leaves_other_files_alone(tmp_path: Path, written: dict[str, str]) -> None:
    other = tmp_path / "reference" / "notes.md"
    other.parent.mkdir()
    other.write_text("mine")
    paths = write_docs(tmp_path)
    assert {path.name: path.read_text("utf-8") for path in paths if path.parent == other.parent} == written
    assert other.read_text() == "mine"


def test_every_table_column_feed_and_check_is_on_its_page(material: Material, written: dict[str, str]) -> None:
    for table in material.catalogue.tables:
        section = written["tables.md"].partition(f"\n### {table.table}\n")[2].partition("\n### ")[0]
        missing = [name for name, _ in material.columns[table.table] if f"| `{name}` |" not in section]
        assert (table.table, missing) == (table.table, [])
        assert f"\n### {table.table}\n" in written["lineage.md"]
    for contract in material.contracts.values():
        for feed in contract.feeds:
            assert f"\n### {contract.source} {feed}\n" in written["contracts.md"]
    for name, suite in material.suites.items():
        section = written["checks.md"].partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert [check.name for check in suite.checks if f"`{check.name}`" not in section] == []


def test_every_setting_and_every_command_is_documented(written: dict[str, str]) -> None:
    settings = [name for name in Settings.model_fields if f"`GOLDLINE_{name.upper()}`" not in written["settings.md"]]
    assert settings == []
    hidden = {"goldline docs"}
    assert [c for c in commands() if f"\n## `{c}`\n" not in written["commands.md"]] == sorted(hidden)


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")]), ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_every_link_leads_to_a_page_and_a_heading_that_exist(page: Path) -> None:
    broken = []
    for target in LINK.findall(without_code(page.read_text("utf-8"))):
        if target.startswith(("http://", "https://")):
            continue
        name, _, heading = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.is_file() or (heading and heading not in anchors(file)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", BY_HAND, ids=lambda page: page.name)
def test_a_page_names_only_commands_and_settings_that_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    known = {f"GOLDLINE_{name.upper()}" for name in Settings.model_fields} | {SECRETS_DIR}
    assert set(re.findall(r"\bGOLDLINE_[A-Z_]+\b", text)) - known == set()
    there = set(commands())
    groups = {command.rpartition(" ")[0] for command in there} - {"goldline"}
    for first, second in re.findall(r"(?:`|bin/|^    )goldline ([a-z]+)(?: ([a-z]+))?", text, re.MULTILINE):
        named = f"goldline {first} {second}" if f"goldline {first}" in groups and second else f"goldline {first}"
        assert named in there


def test_every_page_is_on_the_map() -> None:
    linked = set(LINK.findall((DOCS / "index.md").read_text("utf-8")))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.*")} - {"index.md"}
    of_metrics = {f"metrics/{name}" for name in LINK.findall((DOCS / "metrics" / "index.md").read_text("utf-8"))}
    assert pages - linked - of_metrics == set()
