"""The pages in a real browser: Chromium without a window, driven by Playwright."""

import time

import pytest
from made_up_class import LAB, Shown, a_class, a_result, a_row

from course_kit.grading.report import write_reports
from course_kit.grading.store import Store

WIDTHS = (390, 1400)
# The promise is two seconds; the rest is for a busy machine.
LIMIT_SECONDS = 2.0
MARGIN = 5
HOSTILE = "<img src=http://evil.example/x onerror=alert(1)>" + "W" * 2_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("browser") / "out")
    rows = a_class(store, 40)
    answer = [{"id": "inverted-dropout-reflection-1", "question": "", "text": HOSTILE}]
    result = a_result(store, "hostile", notes=[HOSTILE], reflections=answer)
    rows.append(a_row("mallory", HOSTILE, result, name=HOSTILE[:180], note=HOSTILE))
    write_reports(store, LAB, rows, Shown("contained", "contained: " + "memory yes, " * 30), True)
    return store.folder


@pytest.fixture
def opened(browser):
    """Opens a page, and at the end finds neither an error nor a request that left it."""
    said, asked, contexts = [], [], []

    def open_page(path, width=1400, **settings):
        context = browser.new_context(viewport={"width": width, "height": 900}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert asked and all(url.startswith("file:///") for url in asked)
    assert all(url.split("#")[0].endswith(".html") for url in asked)


def column(page, number):
    cells = page.locator(f"table.grades tbody tr td:nth-child({number})")
    return [cell.strip() for cell in cells.all_inner_texts()]


def points(page):
    # Where there is no grade there is a dash, which comes after all numbers.
    words = [text.split()[1] for text in column(page, 2)]
    return [-1.0 if word == "–" else float(word) for word in words]


def test_table_sorts_on_click(opened, folder):
    page = opened(folder / "report.html")
    heading = page.get_by_role("columnheader", name="points").and_(page.locator(".grades th"))
    as_written = points(page)
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert points(page) == sorted(as_written, reverse=True) != as_written
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert points(page) == sorted(as_written)


def test_table_sorts_by_keyboard(opened, folder):
    page = opened(folder / "report.html")
    button = page.locator(".grades th").first.get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    names = column(page, 1)
    assert page.locator(".grades th").first.get_attribute("aria-sort") == "ascending"
    ordered = page.evaluate(
        "names => [...names].sort(new Intl.Collator(undefined, {numeric: true}).compare)", names
    )
    assert names == ordered
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator(".grades th").first.get_attribute("aria-sort") is None
    assert points(page) == sorted(points(page), reverse=True)


def test_claims_sort_by_discrimination(opened, folder):
    page = opened(folder / "report.html")
    page.locator("table.items th").last.get_by_role("button").click()
    texts = page.locator("table.items td.discriminates").all_inner_texts()
    values = [float(t.replace("−", "-").replace("◆", "")) for t in texts if t[-1].isdigit()]
    assert values == sorted(values, reverse=True) and len(values) > 40
    assert not any(text[-1].isdigit() for text in texts[len(values) :])


def test_rows_are_found_by_a_word(opened, folder):
    page = opened(folder / "report.html")
    rows = page.locator(".grades tbody tr:visible")
    assert rows.count() == 41
    page.get_by_role("searchbox").fill("søren 1007")
    assert rows.count() == 1 and page.locator("output").inner_text() == "1 of 41"
    page.get_by_role("searchbox").fill("")
    page.get_by_role("checkbox").check()
    assert 0 < rows.count() < 41


def test_student_is_opened_from_the_table(opened, folder):
    page = opened(folder / "report.html")
    link = page.locator(".grades tbody tr").nth(7).get_by_role("link")
    name = link.inner_text()
    link.click()
    page.wait_for_url("**/feedback/*.html")
    assert name in page.locator("body").inner_text()
    assert page.get_by_text(LAB.claims[0].text).count() >= 1


def test_page_is_whole_without_a_script(opened, folder):
    page = opened(folder / "report.html", java_script_enabled=False)
    assert page.locator(".grades tbody tr").count() == 41
    assert page.locator(".find").is_hidden() and page.locator("th button").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["report", "feedback/mallory", "feedback/s1006", "reflections"])
def test_page_is_readable_at_both_widths(opened, folder, name, width, scheme):
    page = opened(folder / f"{name}.html", width, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.body.scrollWidth") <= width
    assert page.evaluate(SMALLEST_TEXT) >= 9.5
    assert page.evaluate(LEAST_CONTRAST) >= 4.5


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overlaps_in_the_tables(opened, folder, width):
    page = opened(folder / "report.html", width)
    assert page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_text_stays_in_its_own_cell(opened, folder, width):
    """Marks above and below a letter pile up without end where nothing clips them."""
    page = opened(folder / "report.html", width)
    rows = page.locator("table.grades tbody tr")
    write = "(cell, text) => { cell.textContent = text }"

    def neighbours(text):
        rows.nth(5).locator("td.text").evaluate(write, text)
        return [rows.nth(n).screenshot() for n in (3, 4, 6, 7)]

    before = neighbours("MMM")
    assert neighbours("MM" + "\u030a" * 100 + "M" + "\u0323" * 100) == before


def test_thousand_students_open_in_two_seconds(opened, tmp_path):
    store = Store(tmp_path / "out")
    write_reports(store, LAB, a_class(store, 1_000), Shown(), False)
    path = store.folder / "report.html"
    page = opened(path)
    page.locator("output").filter(has_text="1000 of 1000").wait_for()
    took = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") / 1000
    started = time.perf_counter()
    page.locator(".grades th").nth(1).get_by_role("button").click()
    assert page.locator(".grades th").nth(1).get_attribute("aria-sort") == "descending"
    sorting = time.perf_counter() - started
    size = path.stat().st_size / 2**20
    print(f"\n1,000 rows ({size:.2f} MiB): open in {took:.2f} s, sorted in {sorting:.2f} s")
    assert 0 < took < LIMIT_SECONDS * MARGIN and sorting < LIMIT_SECONDS * MARGIN


# The size on the screen of the smallest text, in pixels, that of the pictures included.
SMALLEST_TEXT = """() => {
  const sizes = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || element.closest("script, style, title")) continue;
    if (!element.getClientRects().length) continue;
    const matrix = element.getScreenCTM ? element.getScreenCTM().a : 1;
    sizes.push(parseFloat(getComputedStyle(element).fontSize) * matrix);
  }
  return Math.min(...sizes);
}"""

# The least contrast between a text and what lies behind it, by WCAG's formula.
LEAST_CONTRAST = """() => {
  const part = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = (rgb) => 0.2126 * part(rgb[0]) + 0.7152 * part(rgb[1]) + 0.0722 * part(rgb[2]);
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  let least = 21;
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || element.closest("script, style, title")) continue;
    if (!element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const ink = light(rgb(element.closest("svg") ? style.fill : style.color));
    const page = light(behind(element));
    least = Math.min(least, (Math.max(ink, page) + 0.05) / (Math.min(ink, page) + 0.05));
  }
  return least;
}"""

# Cells of one row whose words lie on one another, or reach out of the page.
OVERLAPS = """() => {
  const found = [];
  for (const row of document.querySelectorAll("tr")) {
    const boxes = [...row.cells].map((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return [cell.innerText, range.getBoundingClientRect()];
    }).filter(([text, box]) => text.trim() && box.width && box.height);
    boxes.forEach(([text, a], i) => {
      if (a.right > innerWidth + 1) found.push(text);
      boxes.slice(i + 1).forEach(([other, b]) => {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 1) found.push([text, other]);
      });
    });
  }
  return found;
}"""
