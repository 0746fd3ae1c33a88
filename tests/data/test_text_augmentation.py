"""Words replaced, inserted, deleted, swapped: which, how often, and nothing else."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from course_kit.data import (
    back_translation,
    random_deletion,
    random_insertion,
    random_swap,
    synonym_replacement,
)

WORDS = ["The", "good", "film", "was", "not", "bad"]
SYNONYMS = {"good": ["fine", "great"], "film": ["movie"], "bad": ["poor"], "was": []}
OPERATIONS = {
    "synonym_replacement": lambda words, rng: synonym_replacement(words, SYNONYMS, 2, rng),
    "random_insertion": lambda words, rng: random_insertion(words, SYNONYMS, 2, rng),
    "random_deletion": lambda words, rng: random_deletion(words, 0.3, rng),
    "random_swap": lambda words, rng: random_swap(words, 2, rng),
}


@pytest.fixture(params=OPERATIONS)
def operation(request):
    return OPERATIONS[request.param]


def assert_equally_likely(outcomes, number):
    """chi-square; a false alarm in 10**8."""
    _, counts = np.unique(outcomes, return_counts=True)
    assert len(counts) == number and stats.chisquare(counts).pvalue > 1e-8


def repeat(operation, times=3000, seed=0):
    rng = np.random.default_rng(seed)
    return [operation(rng) for _ in range(times)]


def test_n_words_become_one_of_their_synonyms_and_no_other_word_changes():
    for result in repeat(lambda rng: synonym_replacement(WORDS, SYNONYMS, 2, rng), 200):
        changed = [k for k in range(6) if result[k] != WORDS[k]]
        assert len(result) == 6 and len(changed) == 2
        assert all(result[k] in SYNONYMS[WORDS[k]] for k in changed)


def test_words_to_replace_and_their_synonyms_are_equally_likely():
    results = repeat(lambda rng: synonym_replacement(WORDS, SYNONYMS, 1, rng))
    changed = [next(k for k in range(6) if r[k] != WORDS[k]) for r in results]
    assert_equally_likely(changed, 3)
    assert_equally_likely([r[1] for r in results if r[1] != "good"], 2)


def test_all_that_have_a_synonym_are_replaced_if_there_are_fewer():
    result = synonym_replacement(WORDS, SYNONYMS, 99, rng=1)
    assert [*result[2:3], *result[4:]] == ["movie", "not", "poor"] and result[1] in (
        "fine",
        "great",
    )


def test_capital_letters_are_looked_up_as_written_and_then_as_small_ones():
    assert synonym_replacement(["Good"], {"good": ["fine"]}) == ["fine"]
    assert synonym_replacement(["US"], {"US": ["America"], "us": ["we"]}) == ["America"]


def test_inserted_are_synonyms_and_the_words_keep_their_order():
    known = set(itertools.chain(*SYNONYMS.values()))
    for result in repeat(lambda rng: random_insertion(WORDS, SYNONYMS, 3, rng), 200):
        assert len(result) == 9
        assert [word for word in result if word not in known] == WORDS


def test_inserted_anywhere_also_before_the_first_and_behind_the_last_word():
    results = repeat(lambda rng: random_insertion(WORDS, {"film": ["movie"]}, 1, rng))
    assert_equally_likely([result.index("movie") for result in results], 7)


def test_word_whose_synonym_is_inserted_is_any_that_has_one():
    results = repeat(lambda rng: random_insertion(WORDS, SYNONYMS, 1, rng))
    sources = {"fine": "good", "great": "good", "movie": "film", "poor": "bad"}
    inserted = [next(word for word in result if word in sources) for result in results]
    assert_equally_likely([sources[word] for word in inserted], 3)


def test_a_word_that_comes_twice_is_chosen_twice_as_often():
    words = ["good", "good", "film"]
    inserted = repeat(lambda rng: random_insertion(words, SYNONYMS, 1, rng))
    replaced = repeat(lambda rng: synonym_replacement(words, SYNONYMS, 1, rng))
    for results in (inserted, replaced):
        films = sum("movie" in result for result in results)
        assert stats.binomtest(films, 3000, 1 / 3).pvalue > 1e-8


def test_without_a_synonym_nothing_is_replaced_or_inserted():
    for synonyms in ({}, {"film": []}):
        assert synonym_replacement(WORDS, synonyms, 3) == WORDS
        assert random_insertion(WORDS, synonyms, 3) == WORDS


def test_each_word_is_deleted_with_probability_p():
    """Binomial over 4000 texts of 50 words, where none comes out empty; and for each place."""
    words = list(map(str, range(50)))
    results = repeat(lambda rng: random_deletion(words, 0.3, rng), 4000)
    kept = np.array([[word in set(result) for word in words] for result in results])
    assert stats.binomtest(int(kept.sum()), kept.size, 0.7).pvalue > 1e-8
    assert all(stats.binomtest(int(k), 4000, 0.7).pvalue > 1e-9 for k in kept.sum(axis=0))
    assert all(sorted(result, key=int) == result for result in results)


def test_of_a_text_all_deleted_any_one_word_is_left():
    assert_equally_likely(
        [random_deletion(WORDS, 1.0, seed)[0] for seed in range(3000)], len(WORDS)
    )
    assert random_deletion(["alone"], 1.0) == ["alone"] and random_deletion([], 0.5) == []
    assert random_deletion(WORDS, 0.0) == WORDS


def test_any_two_words_are_swapped_and_always_two():
    results = repeat(lambda rng: random_swap(WORDS, 1, rng))
    pairs = [tuple(k for k in range(6) if r[k] != WORDS[k]) for r in results]
    assert set(map(len, pairs)) == {2}
    assert all(
        r[a] == WORDS[b] and r[b] == WORDS[a] for r, (a, b) in zip(results, pairs, strict=True)
    )
    assert_equally_likely([f"{a} {b}" for a, b in pairs], 15)


def test_n_swaps_follow_one_another():
    """Three transpositions make an odd permutation, two an even one."""
    for n in (2, 3):
        for result in repeat(lambda rng, n=n: random_swap(list("abcd"), n, rng), 50):
            inversions = sum(a > b for a, b in itertools.combinations(result, 2))
            assert inversions % 2 == n % 2


def test_a_text_of_one_word_or_none_is_not_swapped():
    assert random_swap(["alone"], 3) == ["alone"] and random_swap([], 3) == []


def test_seed_repeats_and_a_generator_goes_on(operation):
    assert operation(WORDS, 5) == operation(WORDS, 5)
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    first, second = ([operation(WORDS, rng) for _ in range(20)] for rng in (one, other))
    assert first == second and any(result != first[0] for result in first)


def test_words_given_are_not_changed_and_words_are_plain_strings(operation):
    words = WORDS.copy()
    result = operation(words, 6)
    assert words == WORDS and type(result) is list and {type(word) for word in result} == {str}
    assert operation(tuple(words), 6) == result


def test_text_that_was_not_split_says_so(operation):
    with pytest.raises(ValueError, match=r"Received: a string. Did you mean text.split\(\)"):
        operation("the good film", 0)


@pytest.mark.parametrize("p", [-0.1, 1.5, 30, float("nan")])
def test_wrong_probability_says_what_to_do(p):
    with pytest.raises(ValueError, match=rf"Received: p={p}. Did you pass a percentage"):
        random_deletion(WORDS, p)


def test_other_bad_input_says_what_to_do():
    for operate in (
        lambda: synonym_replacement(WORDS, SYNONYMS, -1),
        lambda: random_insertion(WORDS, SYNONYMS, -1),
        lambda: random_swap(WORDS, -1),
    ):
        with pytest.raises(ValueError, match=r"`n` must be at least 0. Received: n=-1"):
            operate()
    with pytest.raises(ValueError, match=r"Received: 'fine' for 'good'. Did you mean \['fine'\]"):
        synonym_replacement(WORDS, {"good": "fine"})


def test_back_translation_goes_there_and_then_back():
    heard = []

    def there(text):
        heard.append(text)
        return text.upper()

    assert back_translation("I have no time", there, lambda text: f"{text}!") == "I HAVE NO TIME!"
    assert heard == ["I have no time"]


def test_back_translation_brings_the_translators_prejudices():
    """A language without genders loses them; the translator puts in what it has seen most."""
    there = {"he cooks": "ő főz", "she cooks": "ő főz", "she is a professor": "ő professzor"}
    back = {"ő főz": "she cooks", "ő professzor": "he is a professor"}
    results = [back_translation(text, there.get, back.get) for text in there]
    assert results == ["she cooks", "she cooks", "he is a professor"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["a", "b"], str, str), "^Text must be a string. Received: list"),
        (("a", lambda text: None, str), "^What `there` returns must be a string. Received: None"),
        (("a", str, str.split), "^What `back` returns must be a string. Received: list"),
    ],
)
def test_back_translation_of_what_is_no_text(arguments, message):
    with pytest.raises(TypeError, match=message):
        back_translation(*arguments)


def test_no_tensorflow_is_loaded():
    code = "import sys; from course_kit import data; data.random_swap(['a', 'b']); "
    code += "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
