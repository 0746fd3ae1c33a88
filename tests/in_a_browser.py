"""A real browser without a window, for tests of what people look at."""

import os
import shutil
from pathlib import Path

import pytest


def missing(what):
    """Skip with a reason; where a browser is promised, fail."""
    reason = f"no {what}: install Chromium and `pip install playwright` to test the pages in one"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright")
    with sync_playwright() as playwright:
        names = ("chromium", "chromium-browser", "google-chrome", "chrome")
        found = [shutil.which(name) for name in names] + [playwright.chromium.executable_path]
        path = next((path for path in found if path and Path(path).exists()), None)
        if path is None:
            missing("Chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
