"""Statistical claims: how often a right answer fails, how often a known mistake passes.

A lab that counts draws of the student's own lists those claims as `STATISTICAL`.
Everything is computed for every rate that a draw can give.
"""

import importlib
import inspect

import pytest
from handed_in import LABS
from scipy import stats

from course_kit.checks import binomial_bounds, binomial_miss, load

RATES = [h / 100 for h in [*range(10, 41), *range(60, 91)]]


def claims_module(lab):
    return importlib.import_module(f"course_kit.checks.lab{lab}.claims")


STATISTICAL = [claim for lab in LABS for claim in getattr(claims_module(lab), "STATISTICAL", [])]
MISTAKES = [(claim, name) for claim in STATISTICAL for name in claim.mistaken]


@pytest.mark.parametrize("claim", STATISTICAL, ids=lambda claim: claim.claim)
def test_right_answer_fails_at_most_once_in_100_million(claim):
    for rate in RATES:
        probability = claim.probability(rate)
        low, high = binomial_bounds(claim.trials, probability)
        law = stats.binom(claim.trials, probability)
        assert 2 * (law.cdf(low - 1) + law.sf(high)) <= 1e-8  # at most two counts a claim


@pytest.mark.parametrize("claim,mistake", MISTAKES, ids=lambda part: getattr(part, "claim", part))
def test_known_mistake_passes_at_most_once_in_1000(claim, mistake):
    for rate in RATES:
        mistaken = claim.mistaken[mistake](rate)
        assert binomial_miss(claim.trials, claim.probability(rate), mistaken) <= 1e-3, rate


def test_every_claim_that_counts_is_listed():
    """`expect_binomial` in a claim's source means that it belongs in `STATISTICAL`."""
    listed = {claim.claim for claim in STATISTICAL}
    counting = {
        claim.id
        for lab in LABS
        for claim in load(lab).claims
        if "expect_binomial" in inspect.getsource(claim.judged_by)
    }
    assert counting == listed
