"""From `solutions/NN_topic.py`, written by hand, to `labs/NN_topic.ipynb`, generated.

A source is in jupytext's percent format. Its first cell is the header; the other
cells carry at most one tag each:

    # %% [markdown] title="Dropout" minutes=45 prerequisites="02_initialization"
    # What the student will be able to do afterwards.

    # %% tags=["exercise"] exercise="inverted_dropout"
    def inverted_dropout(x, u, rate):
        ### BEGIN SOLUTION
        return np.where(u >= rate, x / (1 - rate), 0.0)
        ### END SOLUTION
        ### BEGIN STARTER
        # keep = ...
        # return keep * x
        ### END STARTER

Tags: `exercise`, `experiment` (not run when grading), `reflection`, `setup`,
`instructor` (dropped). Without a starter the student finds a `NotImplementedError`
that names the exercise. A mistyped marker, tag or key is an error with file and
line, and a last check proves that no solution line is in the finished file.
"""

from course_kit.authoring.notebook import build, fill, serialize, solved, write
from course_kit.authoring.problems import SourceError
from course_kit.authoring.tree import Change, build_all

__all__ = ["Change", "SourceError", "build", "build_all", "fill", "serialize", "solved", "write"]
