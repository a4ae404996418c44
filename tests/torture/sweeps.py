"""The list of all sweeps, by the name that the command line knows them by."""

from __future__ import annotations

from tests.torture import bad_files, damage, disk, kills, points, prefixes, races
from tests.torture.sweep import Sweep

SWEEPS = {
    "kills": Sweep("kill points", kills.every_kill, kills.kill, least=500, needs_strace=True),
    "points": Sweep("named points", points.every_point, points.kill, least=60, needs_postgresql=True),
    "files": Sweep("bad files", bad_files.every_file, bad_files.deliver, least=150, needs_postgresql=True),
    "prefixes": Sweep("half-uploaded files", prefixes.every_prefix, prefixes.read, least=10_000),
    "damage": Sweep("damaged files of the home", damage.every_damage, damage.strike, least=100),
    "limits": Sweep("limits on the size of files", disk.every_limit, disk.limit, least=50),
    "races": Sweep("races of two nights", races.every_race, races.run, least=100),
    "disk": Sweep("disk faults", disk.every_fault, disk.strike, least=200, needs_strace=True),
}
