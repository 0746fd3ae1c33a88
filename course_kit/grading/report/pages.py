"""How the pages are made: one style, one script, everything inside the page.

Each page forbids by its own words what it does not need: nothing is fetched, and of
scripts and styles only those with the right hash run. A student's text is escaped
like any other.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from course_kit.grading.report.gradebook import number

# By this a page of ours is known, so that nobody else's file is ever removed.
GENERATOR = '<meta name="generator" content="course_kit">'


def render(template: str, **values: Any) -> str:
    """A page from one of the templates."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("course_kit.grading.report", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    style, script = _asset("style.css"), _asset("table.js")
    environment.globals |= {
        "generator": Markup(GENERATOR),
        "style": Markup(style),
        "script": Markup(script),
        "policy": _policy(style, script),
    }
    environment.filters |= {"number": number, "signed": _signed}
    return environment


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    folder = files("course_kit.grading.report").joinpath("templates")
    return "\n" + folder.joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _signed(value: float) -> str:
    """A correlation with two decimals and a true minus sign; -0.00 is 0.00."""
    text = f"{value:+.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", "−").replace("+", "")
