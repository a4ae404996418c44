from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from goldline import faultpoint

SOURCE_ROOT = Path(faultpoint.__file__).parents[1]
PROGRAM = """
from goldline.faultpoint import reach
for number in range(5):
    reach("other")
    reach("step")
    print(number, flush=True)
"""


@pytest.mark.parametrize(
    ("setting", "output", "code"),
    [("", "01234", 0), ("unknown", "01234", 0), ("step", "", 137), ("step:3", "01", 137)],
)
def test_a_process_dies_at_the_named_pass_of_the_named_point_only(setting: str, output: str, code: int) -> None:
    environment = {"PYTHONPATH": str(SOURCE_ROOT), faultpoint.VARIABLE: setting}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout.replace("\n", ""), done.returncode) == (output, code)
