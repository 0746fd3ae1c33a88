"""Pages: one file each, nothing fetched, nothing of a student's that is more than text."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from made_up_class import LAB, Shown, a_result, a_row

from course_kit.grading.report import write_reports

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "=HYPERLINK(1)",
    "{{7*191}}",
    "{% for x in y %}",
    "a\u202egnp.exe",
    "]]>-->",
    "\x1b[31mred\x00",
    "x" * 10_000,
    "wide " + "W" * 3_000,
]


class Page(HTMLParser):
    """The tags of a page, with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def hostile_row(store, text, number=0):
    question = "inverted-dropout-reflection-1"
    result = a_result(
        store,
        f"hostile{number}",
        False,
        notes=[text],
        unreadable=text,
        flags=[{"exercise": text, "what": text, "evidence": text}],
        mistakes=[{"exercise": LAB.exercises[0], "sentence": text}],
        reflections=[{"id": question, "question": text, "text": text}],
    )
    for exercise in result["exercises"]:
        for claim in exercise["claims"]:
            claim["seen"] = text
    store.keep(result["key"]["submission"], result)
    return a_row(text, text, result, name=text, reason=text, note=text, attempt=text, penalty=1)


@pytest.fixture
def hostile(store):
    rows = [hostile_row(store, text, number) for number, text in enumerate(HOSTILE)]
    rows += [a_row(f"{text}2", text, None, text) for text in HOSTILE]
    write_reports(store, LAB, rows, Shown("contained", "contained <b>"), False)
    return store.folder


def test_no_text_becomes_a_tag_and_nothing_is_fetched(hostile):
    pages = list(hostile.rglob("*.html"))
    assert len(pages) == 2 * len(HOSTILE) + 2
    for path in pages:
        page = Page(path.read_text(encoding="utf-8"))
        kinds = {tag for tag, _ in page.tags}
        assert not kinds & {"img", "iframe", "object", "embed", "link", "form", "base"}, path
        scripts = sum(tag == "script" for tag, _ in page.tags)
        assert scripts == (path.name == "report.html")
        for tag, attributes in page.tags:
            assert not any(name.startswith("on") or name in ("src", "style") for name in attributes)
            link = attributes.get("href", "#")
            assert tag == "a" or link == "#"
            assert re.match(r"#|feedback/[^:]*\.html$|reflections\.html$", link), link


def test_only_our_own_script_and_style_may_run(hostile):
    for path in hostile.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        metas = [a for tag, a in Page(text).tags if tag == "meta"]
        policy = next(a["content"] for a in metas if "http-equiv" in a)
        assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
        for kind in ("style", "script"):
            for inside in re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL):
                digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
                assert f"{kind}-src 'sha256-{digest}'" in policy


def test_texts_arrive_whole_as_text(hostile):
    words = "".join(Page((hostile / "report.html").read_text(encoding="utf-8")).words)
    assert "<script>alert(1)</script>" in words and "{{7*191}}" in words and "1337" not in words


def test_control_and_bidirectional_characters_are_gone(hostile):
    for path in [*hostile.rglob("*.html"), *hostile.glob("*.csv")]:
        text = path.read_text(encoding="utf-8")
        assert not {"\u202e", "\x1b", "\x00"} & set(text), path
    assert "\u202e" not in "".join(path.name for path in (hostile / "feedback").iterdir())


def test_long_texts_do_not_swell_the_report(hostile):
    assert (hostile / "report.html").stat().st_size < 400_000


def test_feedback_says_what_was_claimed_seen_and_hinted(store):
    claim = LAB.claims[3]
    met = {c.id: c.id != claim.id for c in LAB.claims}
    rows = [a_row("ada", "lab.ipynb", a_result(store, "ada", met, notes=["Code cell 3: oh"]))]
    write_reports(store, LAB, rows, Shown(), False)
    words = " ".join(Page((store.folder / "feedback" / "ada.html").read_text("utf-8")).words)
    for expected in (claim.text, claim.hint, "12 of 64 values differ", "Code cell 3: oh"):
        assert expected in words
    assert all(other.text in words for other in LAB.claims)
    assert words.count("Hint: ") == 1


def test_empty_class_has_a_page(store):
    write_reports(store, LAB, [], Shown(), False)
    assert "No submission has a grade yet." in (store.folder / "report.html").read_text("utf-8")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_small_classes_have_a_page(store, count):
    rows = [a_row(f"s{i}", "f", a_result(store, f"{i}", i % 2 == 0)) for i in range(count)]
    write_reports(store, LAB, rows, Shown(), False)
    text = (store.folder / "report.html").read_text(encoding="utf-8")
    assert ("fewer than 3 results" in text) == (count < 3)
    assert "nan" not in " ".join(Page(text).words).split()
