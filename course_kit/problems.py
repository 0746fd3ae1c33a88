"""The errors that are the user's to mend."""


class Problem(Exception):
    """Something that the user can mend; the text is one line that says how.

    The command line shows the text alone and ends with `exit_code`.
    """

    exit_code = 2


class Incomplete(Problem):
    """It was done, and something that the user asked to be told about failed."""

    exit_code = 1


class Interrupted(Problem):
    """The user stopped it."""

    exit_code = 130  # as shells say of Ctrl-C
