"""What an instructor reads, built from an output folder alone.

`write_reports` ends a run of ``grade``: it writes ``class.json`` and builds. `build`
makes everything anew from that file and the results: the same bytes each time.
"""

from course_kit.grading.report.building import Built, build, write_reports
from course_kit.grading.report.manifest import NoClass, read_class

__all__ = ["Built", "NoClass", "build", "read_class", "write_reports"]
