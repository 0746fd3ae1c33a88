"""The zip that Gradescope takes as an autograder, and what runs there when a student hands in.

`bundle` makes the zip (``course-kit export gradescope``); `running` grades one submission inside
Gradescope's container, and `results` lays the result out by Gradescope's specification.
"""
