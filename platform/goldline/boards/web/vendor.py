"""The files of other projects that pages load: from npm packages, pinned by version and SHA-512, served by ourselves.

``python -m goldline.boards.web.vendor`` fetches what ``vendor.json`` lists and writes the files with their licences
anew; to take a newer version, change it there first. A test compares the files with their record.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from goldline.errors import GoldlineError

FOLDER = Path(__file__).parent.parent / "static" / "vendor"
RECORD = FOLDER / "vendor.json"


def integrity(content: bytes) -> str:
    """Return the integrity of a file as a page's ``integrity`` attribute says it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def recorded() -> list[dict[str, Any]]:
    """Return the packages: name, version, licence, and each file with its member in the package and its integrity."""
    return list(json.loads(RECORD.read_text(encoding="utf-8"))["packages"])


def integrities() -> Mapping[str, str]:
    """Return the integrity of every file by its name."""
    return {file["file"]: file["integrity"] for package in recorded() for file in package["files"]}


def refresh() -> list[str]:
    """Fetch every package and write its files and its licence; return the names written."""
    npm = shutil.which("npm")
    if npm is None:
        raise GoldlineError("npm is not installed", where=str(RECORD), remedy="install Node.js, then try again")
    packages, written = recorded(), []
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            members = _members(npm, package, Path(folder))
            for file in package["files"]:
                content = _without_map(members[file["member"]])
                (FOLDER / file["file"]).write_bytes(content)
                file["integrity"] = integrity(content)
                written.append(file["file"])
    RECORD.write_text(json.dumps({"packages": packages}, indent=2) + "\n", encoding="utf-8")
    return written


def _members(npm: str, package: dict[str, Any], folder: Path) -> dict[str, bytes]:
    wanted = {file["member"] for file in package["files"]}
    command = [npm, "pack", "--silent", f"{package['name']}@{package['version']}"]
    packed = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603 - our own list
    found = {}
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        for member in archive:
            name = member.name.removeprefix("package/")
            content = archive.extractfile(member) if name in wanted else None
            if content is not None:
                found[name] = content.read()
    return found


def _without_map(content: bytes) -> bytes:
    """Drop the last line's pointer to a source map, which is not shipped."""
    head, mark, _ = content.rpartition(b"\n//# sourceMappingURL=")
    return head + b"\n" if mark and head else content


if __name__ == "__main__":
    print("\n".join(refresh()))  # noqa: T201 - a script for the developer
