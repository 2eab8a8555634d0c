"""`python -m tests.saving.window`: the time between the last reading of a config and its PUT, as the box sees it."""

import signal
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from tests.browser.house import migrated
from tests.embedded.box import served_box
from tests.saving.test_crash import Operator, Program, box, runtimes

SAVES = 100


def main() -> None:
    """Saves that many times and prints median, 95th percentile and maximum in milliseconds."""
    with tempfile.TemporaryDirectory() as data, served_box(Path(data)) as url:
        program = Program(Path(data), url)
        migrated(program.data_dir)
        program.start()
        operator, free = Operator.signed_in(program), runtimes(program)
        gaps = sorted(filter(None, (gap(program, operator, free[at % len(free)], at) for at in range(SAVES))))
        program.stop(signal.SIGTERM)
    told = {"median": gaps[len(gaps) // 2], "95 %": gaps[int(len(gaps) * 0.95)], "most": gaps[-1]}
    sys.stdout.write(f"{len(gaps)} saves: {', '.join(f'{name} {value:.1f} ms' for name, value in told.items())}\n")


def gap(program: Program, operator: Operator, runtime: str, number: int) -> float | None:
    """Milliseconds from the last GET to the PUT of one save; None when the platform refused the document."""
    operator.save(operator.to_review(runtime, f"agent-{number}"))
    log = [(line["method"], datetime.fromisoformat(line["at"]), line) for line in box(program, "GET", "/_log").json()]
    put = max((at for method, at, _ in log if method == "PUT"), default=None)
    reads = [at for method, at, line in log if method == "GET" and line["path"].endswith(f"{runtime}/config")]
    before = [at for at in reads if put is not None and at < put]
    return (put - max(before)) / timedelta(milliseconds=1) if put is not None and before else None


if __name__ == "__main__":
    main()
