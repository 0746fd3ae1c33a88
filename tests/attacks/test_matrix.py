"""Attacks against the grader: none earns a point, and what each level promises to hold is held."""

import json
import os
import secrets

import pytest
from attacks import crafted
from attacks.expected import FREE, expected
from attacks.known import ATTACKS, BY_NAME
from attacks.matrix import seen
from attacks.traps import nothing_left
from isolated import levels_here

from course_kit.grading.examine import examine
from course_kit.grading.levels import DEFAULT_LEVEL, LEVELS

EVERYTHING = bool(os.environ.get("COURSE_KIT_ALL_TESTS"))
# At the levels below the strongest; those that are free somewhere show that the traps spring.
SAMPLE = (
    "claims_imported_past_the_guard",
    "folders_swapped_while_cleaned",
    "gradebook_written",
    "process_detached",
    "salt_read",
    "shared_memory_left",
    "udp_used",
    "wire_zeros",
)
RIGHT = """
import numpy as np
def exponential_average(values, beta):
    average, averages = 0.0, []
    for step, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**step))
    return np.array(averages)
"""


def cells():
    strongest = levels_here()[-1]
    return [
        pytest.param(attack, level, id=f"{level}-{attack}")
        for level in levels_here()
        for attack in ATTACKS
        if EVERYTHING or level == strongest or attack.name in SAMPLE
    ]


@pytest.mark.parametrize("attack, level", cells())
def test_attack_gets_what_is_written_down(attack, level):
    with nothing_left():
        found = seen(attack, level)
    print(f"{level:12}{attack.name:36}{found}")
    assert found in expected(attack.name, level), f"{attack.tries} {found}"


@pytest.mark.parametrize("level", levels_here())
def test_honest_work_after_the_attacks_has_full_marks(level):
    """In the same zygote, after all of them."""
    result = examine(crafted.notebook(RIGHT), "00", secrets.token_bytes(32), level)
    assert (result["earned"], result["notes"]) == (100, [])


def test_no_attack_is_expected_to_earn_points_where_marks_are_given():
    for attack in ATTACKS:
        for level in LEVELS[LEVELS.index(DEFAULT_LEVEL) :]:
            assert not any("points" in found for found in expected(attack.name, level))


def test_table_names_attacks_that_there_are():
    assert set(FREE) <= set(BY_NAME)
    assert len(ATTACKS) >= 40 and len(BY_NAME) == len(ATTACKS)
    assert all(attack.tries for attack in ATTACKS)


def test_one_right_answer_springs_the_points():
    """What counts points in the matrix sees them."""
    data = crafted.answering(RIGHT, {})
    assert examine(data, "00", b"s" * 32, levels_here()[-1])["earned"] == 100
    assert json.loads(data)["cells"]
