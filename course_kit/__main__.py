"""``python -m course_kit`` is the ``course-kit`` command."""

from course_kit.cli import main

if __name__ == "__main__":
    main()
