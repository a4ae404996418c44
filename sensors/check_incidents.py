"""Which incident a failed check is: what it says, how many rows, the keys of some; never their values.

Pure: values in, values out. Also a check that does not block is told; its run succeeds, so nothing else
would say it.
"""

from __future__ import annotations

from goldline.alerts import Incident
from sensors.finished_runs import Checked
from sensors.run_incidents import how_to_reproduce

PREFIX = "check:"
KEYS_SHOWN = 5


def check_key(check: Checked) -> str:
    """The identity of a check."""
    return f"{PREFIX}{check.asset}:{check.name}"


def check_incident(check: Checked, ui_url: str) -> Incident:
    """Describe a failed check."""
    facts: dict[str, object] = {"Severity": "error, nothing is published" if check.is_error else "warning"}
    if check.failing is not None:
        facts["Failing rows"] = f"{check.failing:,}"
    if check.keys:
        facts["Keys"] = _keys(check)
    return Incident(
        key=check_key(check),
        kind="check_failed",
        group=check.asset.split("/")[0],
        title=f"{check.asset}: {check.name.replace('_', ' ')}",
        cause=check.message,
        since=check.at,
        how_to_reproduce=how_to_reproduce(check.asset, None),
        link=f"{ui_url.rstrip('/')}/assets/{check.asset}?view=checks&checkDetail={check.name}",
        severity="error" if check.is_error else "warning",
        facts=facts,
    )


def _keys(check: Checked) -> str:
    shown = [", ".join(f"{name} {value}" for name, value in key.items()) for key in check.keys[:KEYS_SHOWN]]
    more = (check.failing or len(check.keys)) - len(shown)
    return "; ".join(shown) + (f"; and {more:,} more" if more > 0 else "")
