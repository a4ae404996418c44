"""``make torture``: carry out the sweeps, print what they counted, and fail if anything was not as it must be."""

from __future__ import annotations

import argparse
import sys

from tests.torture import traced
from tests.torture.sweep import Tally, carry_out
from tests.torture.sweeps import SWEEPS

NO_STRACE = "skipped, as strace is missing or may not trace here (Debian: apt-get install strace)"


def main() -> int:
    """Carry out what the command line names; return 1 if anything went wrong."""
    options = _options()
    tallies, skipped, is_whole = [], [], options.every == 1 and not options.only
    for name in options.parts or SWEEPS:
        sweep = SWEEPS[name]
        if sweep.needs_strace and not traced.is_available():
            skipped.append(f"{sweep.title}: {NO_STRACE}")
            continue
        print(f"{sweep.title} ...", flush=True)
        tally = carry_out(name, sweep, workers=options.workers, every=options.every, only=options.only, said=_say)
        tallies.append(tally)
        print(tallies[-1], flush=True)
        if is_whole and len(tallies[-1].struck) < sweep.least:
            tallies[-1].failures.append(f"only {len(tallies[-1].struck)} {sweep.title}; {sweep.least} are due")
    return _summed_up(tallies, skipped)


def _summed_up(tallies: list[Tally], skipped: list[str]) -> int:
    print("\nTorture:")
    for line in (*tallies, *skipped):
        print(f"  {line}")
    wrong = [violation for tally in tallies for violation in tally.violations]
    failures = [failure for tally in tallies for failure in tally.failures]
    for failure in failures:
        print(f"  {failure}")
    kinds = [violation.kind for _, violation in wrong]
    counts = ", ".join(f"{kind} {kinds.count(kind)}" for kind in ("lost", "doubled", "half-published", "other"))
    print(f"  in all {sum(len(tally.struck) for tally in tallies)} cases: {counts}")
    return 1 if wrong or failures else 0


def _say(text: str) -> None:
    print(text, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*SWEEPS, []], help="which sweeps; all of them, if none is named")
    parser.add_argument("--workers", type=int, default=2, help="processes that share a sweep")
    parser.add_argument("--every", type=int, default=1, help="take each so-manieth case only, for a quick look")
    parser.add_argument("--only", default="", help="only cases with this text in their name, to look at one again")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
