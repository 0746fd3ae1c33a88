"""Every attack at every level: what was seen, beside what is expected.

    python tests/attacks/matrix.py [NAME ...]

A cell says how many points were earned and what was got through to; ``held`` is neither.
"""

from __future__ import annotations

import secrets
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from attacks.expected import expected
from attacks.known import ATTACKS, BY_NAME, Attack
from attacks.traps import Traps

from course_kit.grading.children import GraderFailure
from course_kit.grading.examine import examine


def seen(attack: Attack, level: str) -> str:
    """Run one attack: "held", or "100 points, loot"."""
    with Traps() as traps:
        data = attack.make(traps.facts)
        try:
            result: dict[str, Any] = examine(data, attack.lab, secrets.token_bytes(32), level)
        except GraderFailure as failure:
            return f"grader failed: {failure}"
        through = sorted(traps.sprung(result))
    words = [f"{result['earned']} points"] if result["earned"] else []
    return ", ".join(words + through) or "held"


def main() -> None:
    """Print the matrix; exit with 1 if a cell is not as expected."""
    from isolated import levels_here

    from course_kit.grading.launchers import close_launchers

    attacks = [BY_NAME[name] for name in sys.argv[1:]] or ATTACKS
    wrong = 0
    for level in levels_here():
        print(f"\n{level}")
        for attack in attacks:
            start = time.monotonic()
            found, wanted = seen(attack, level), expected(attack.name, level)
            odd = found not in wanted
            wrong += odd
            seconds = time.monotonic() - start
            missed = f"   EXPECTED {' or '.join(wanted)}" if odd else ""
            print(f"  {attack.name:36}{seconds:5.1f} s  {found}{missed}")
        close_launchers()
    sys.exit(f"{wrong} cells are not as expected" if wrong else 0)


if __name__ == "__main__":
    main()
