"""Grade the submission of an autograder's folder: ``python -m ... /autograder``."""

import sys
from pathlib import Path

from course_kit.grading.autograder.running import run

if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
