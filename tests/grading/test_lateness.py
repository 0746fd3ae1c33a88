"""Lateness and its price: exact, rounded once, and never a guess that costs a student points."""

import os
import time
from datetime import datetime, timedelta, timezone
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_kit.grading.lateness import (
    BadTime,
    Lateness,
    LateRule,
    Penalty,
    extension,
    lateness,
    moment,
    rounded,
    span,
)

UTC = timezone.utc
DUE = datetime(2026, 3, 28, 23, 59, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def berlin(monkeypatch):
    """A machine in a zone whose clocks go forward in the night to 29 March 2026."""
    monkeypatch.setitem(os.environ, "TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "text,expected",
    [
        ("2026-03-31T23:59", datetime(2026, 3, 31, 23, 59)),
        ("2026-03-31 23:59:30", datetime(2026, 3, 31, 23, 59, 30)),
        ("2026-03-31T23:59Z", datetime(2026, 3, 31, 23, 59, tzinfo=UTC)),
        ("2026-03-31T23:59+01:00", datetime(2026, 3, 31, 22, 59, tzinfo=UTC)),
        ("2026-03-31 23:59:30 -0700", datetime(2026, 4, 1, 6, 59, 30, tzinfo=UTC)),
        ("2026-03-31 21:59:59.123456789 Z", datetime(2026, 3, 31, 21, 59, 59, 123456, UTC)),
        ("Tuesday, 31 March 2026, 11:59 PM", datetime(2026, 3, 31, 23, 59)),
    ],
)
def test_times_are_read_as_systems_write_them(text, expected):
    assert moment(f" {text} ") == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-03-31", "31.03.2026 23:59", "2026-13-01T00:00", "0001-01-01T00:00"]
)
def test_what_is_no_time_is_told_with_an_example(text):
    with pytest.raises(BadTime, match="2026-03-31T23:59"):
        moment(text)


@pytest.mark.parametrize(
    "text,expected",
    [
        ("", None),
        ("2", 2 * DAY),
        ("1.5 days", 1.5 * DAY),
        ("1 day", DAY),
        ("36 hours", 1.5 * DAY),
        ("2026-04-02T12:00", datetime(2026, 4, 2, 12)),
    ],
)
def test_extensions_are_spans_or_new_deadlines(text, expected):
    assert extension(text) == expected


@pytest.mark.parametrize("text", ["-2", "two", "2 weeks from now", "٢", "99999"])
def test_what_is_no_extension_is_told(text):
    with pytest.raises(BadTime, match="no extension"):
        extension(text)


@pytest.mark.parametrize(
    "text,shown",
    [
        ("10%/day", "10%/day"),
        ("10% per day", "10%/day"),
        ("10%/day:max 50%", "10%/day max 50%"),
        ("12.5 %/Week, max 25%", "12.5%/week max 25%"),
        ("5 points/hour", "5 points/hour"),
        ("1 point/day max 3 points", "1 points/day max 3 points"),
        ("20%", "20%"),
    ],
)
def test_penalty_notation(text, shown):
    assert str(Penalty.read(text)) == shown
    assert Penalty.read(shown) == Penalty.read(text)


@pytest.mark.parametrize(
    "text", ["", "10", "10/day", "-5%/day", "101%", "10%/month", "10%/day max 3 points", "1e3%"]
)
def test_what_is_no_penalty_is_told(text):
    with pytest.raises(BadTime, match="%"):
        Penalty.read(text)


@pytest.mark.parametrize(
    "late,units",
    [
        (timedelta(0), 0),
        (timedelta(microseconds=1), 1),
        (DAY, 1),
        (DAY + timedelta(microseconds=1), 2),
        (3 * DAY, 3),
    ],
)
def test_every_unit_begun_counts(late, units):
    assert Penalty.read("10%/day").units(late) == units
    assert Penalty.read("10%").units(late) == min(units, 1)


@given(
    earned=st.integers(0, 1000),
    tenths=st.integers(0, 1000),
    most=st.none() | st.integers(0, 100),
    seconds=st.integers(0, 40 * 86_400),
)
def test_percentages_are_what_decimal_arithmetic_gives(earned, tenths, most, seconds):
    rate = Decimal(tenths) / 10
    text = f"{rate}%/day" + ("" if most is None else f" max {most}%")
    off = Penalty.read(text).taken(earned, timedelta(seconds=seconds))
    days = (Decimal(seconds) / 86_400).to_integral_value(ROUND_CEILING)
    share = min(rate * days, Decimal(100 if most is None else most))
    final = earned - earned * share / 100
    assert rounded(earned - off) == final.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert 0 <= off <= earned


@given(st.fractions(0, 1000))
def test_rounding_is_to_hundredths_halves_up(points):
    shown = Fraction(rounded(points))
    assert -Fraction(1, 200) < shown - points <= Fraction(1, 200) and (shown * 100).denominator == 1


def test_points_print_as_people_write_them():
    assert [
        str(rounded(p)) for p in (100, 0, Fraction(175, 2), Fraction(1, 3), Decimal("60.005"))
    ] == [
        "100",
        "0",
        "87.5",
        "0.33",
        "60.01",
    ]


def test_a_tenth_per_day_makes_no_float_surprise():
    # 0.1 * 3 * 70 is 21.000000000000004 in floating point
    assert rounded(70 - Penalty.read("10%/day").taken(70, 3 * DAY)) == Decimal(49)


def test_deadline_itself_and_the_grace_are_in_time():
    rule = LateRule(DUE, grace=timedelta(minutes=10))
    for minutes, late in ((0, 0), (10, 0), (11, 11), (-60, 0)):
        found = lateness(rule, DUE + timedelta(minutes=minutes))
        assert found == Lateness(timedelta(minutes=late))
    assert lateness(LateRule(DUE), DUE + timedelta(seconds=1)).late == timedelta(seconds=1)


def test_extension_in_days_keeps_the_time_of_day_when_the_clocks_change(berlin):
    rule = LateRule(datetime(2026, 3, 28, 23, 59))  # CET; a day later it is CEST
    in_time = datetime(2026, 3, 29, 23, 59, tzinfo=timezone(timedelta(hours=2)))
    assert lateness(rule, in_time, extended=DAY).late == timedelta(0)
    assert lateness(rule, in_time + timedelta(minutes=1), extended=DAY).late == timedelta(minutes=1)
    assert lateness(rule, in_time).late == timedelta(hours=23)
    half = rule.due(timedelta(hours=12))  # twelve hours that pass, of which the clock skips one
    assert half == datetime(2026, 3, 29, 12, 59, tzinfo=timezone(timedelta(hours=2)))


def test_deadline_without_a_zone_is_this_machines(berlin):
    rule = LateRule(moment("2026-03-10T12:00"))
    assert lateness(rule, moment("2026-03-10T11:00Z")).late == timedelta(0)
    assert lateness(rule, moment("2026-03-10T11:01Z")).late == timedelta(minutes=1)


def test_new_deadline_of_one_student_replaces_the_classes():
    until = DUE + 3 * DAY
    assert lateness(LateRule(DUE), DUE + 2 * DAY, extended=until).late == timedelta(0)
    assert lateness(LateRule(DUE), DUE + 4 * DAY, extended=until).late == DAY


BEFORE, AFTER = DUE - DAY, DUE + DAY


@pytest.mark.parametrize(
    "marked,submitted,extended,late,said",
    [
        (None, AFTER, None, DAY, ""),
        (None, None, None, 0, "not known"),
        (False, None, None, 0, ""),
        (False, BEFORE, None, 0, ""),
        (False, AFTER, None, 0, "not marked late, but its time is 1 d after"),
        (True, AFTER, None, DAY, ""),
        (True, AFTER, 2 * DAY, 0, ""),
        (True, AFTER + 2 * DAY, 2 * DAY, DAY, ""),
        (True, BEFORE, None, 0, "marked late, but its time is before"),
        (True, None, 2 * DAY, 0, "extension was taken to cover it"),
    ],
)
def test_mark_says_whether_and_time_says_how_much(marked, submitted, extended, late, said):
    found = lateness(LateRule(DUE), submitted, marked, extended)
    assert found.late == (late or timedelta(0)) and (said in found.note if said else not found.note)


def test_mark_alone_is_one_unit_begun_and_told():
    found = lateness(LateRule(), None, marked=True)
    assert Penalty.read("10%/day").units(found.late) == 1
    assert not found.known and "by how much is not known" in found.note


def test_without_a_deadline_nothing_is_late():
    assert lateness(LateRule(), AFTER) == Lateness()


def test_spans_in_words():
    assert span(timedelta(days=2, hours=3, minutes=4)) == "2 d 3 h"
    assert span(timedelta(microseconds=1)) == "1 s" and span(timedelta(minutes=65)) == "1 h 5 min"
