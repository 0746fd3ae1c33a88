"""Delegation: answers that call, subclass or paste what the exercise asks to be written.

Best effort, for a person to decide about: what is found is reported with its
evidence and changes no verdict. The watch lives in the student's process, where
who sets out to blind it can; who took the short way without thinking of a watch
is seen.

    table = delegation.table(lab)              # the judge: plain data, once a run
    watch = delegation.Watch(**table)          # the student's process, before any cell
    watch.reading(cells)
    with watch.asking("dropout_layer", "layer_calls"):
        ...                                    # one probe
    lines = [finding.line for finding in watch.evidence()]
    found = [Finding.read(line, lab.forbidden) for line in lines]     # the judge again
"""

from course_kit.grading.delegation.finding import Finding, Findings
from course_kit.grading.delegation.pasted import table
from course_kit.grading.delegation.watch import Watch

__all__ = ["Finding", "Findings", "Watch", "table"]
