"""The errors that are the user's to mend."""


class Problem(Exception):
    """Something that the user can mend; the text is one line that says how.

    The command line shows the text alone and ends with `exit_code`.
    """

    exit_code = 2
