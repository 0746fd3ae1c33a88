"""Augmentation of text: replace, insert, delete, swap words; translate there and back.

The first four are EDA. They work on lists of words, without TensorFlow::

    words = "the film was good".split()
    " ".join(random_swap(words, n=1, rng=0))

`rng` is a NumPy generator, which goes on from call to call, or a seed, which gives the same
words each time.

Wei and Zou, "EDA: easy data augmentation techniques for boosting performance on text
classification tasks", EMNLP 2019, section 2. Deck: U, Lecture 4, "Data augmentation".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

Rng = np.random.Generator | int | None
Synonyms = Mapping[str, Sequence[str]]


def synonym_replacement(
    words: Sequence[str], synonyms: Synonyms, n: int = 1, rng: Rng = None
) -> list[str]:
    """Replaces n words, chosen at random, each by one of its synonyms.

    Args:
        words: the text's words.
        synonyms: word -> its synonyms; looked up as written, then in small letters. Words
            that are to stay (such as "not" or "the") are left out of it.
        n: words to replace, at least 0; all that have a synonym if there are fewer.
        rng: a NumPy generator or a seed.

    Returns:
        As many words.

    Raises:
        ValueError: `words` is a string, or `n` is negative.

    Example:

    >>> synonym_replacement(["a", "good", "film"], {"good": ["fine"]}, n=1, rng=0)
    ['a', 'fine', 'film']
    """
    result, rng = _checked(words, n, rng)
    places = [place for place, word in enumerate(result) if _known(word, synonyms)]
    for place in rng.permutation(places)[:n]:
        result[place] = _pick(_known(result[place], synonyms), rng)
    return result


def random_insertion(
    words: Sequence[str], synonyms: Synonyms, n: int = 1, rng: Rng = None
) -> list[str]:
    """Inserts n times a synonym of one of the text's words anywhere in the text.

    Args:
        words: the text's words. Those inserted get no synonyms of their own.
        synonyms: word -> its synonyms, as for `synonym_replacement`.
        n: words to insert, at least 0; none if no word has a synonym.
        rng: a NumPy generator or a seed.

    Returns:
        The words, n more, in their order.

    Raises:
        ValueError: `words` is a string, or `n` is negative.

    Example:

    >>> sorted(random_insertion(["good", "film"], {"good": ["fine"]}, n=2, rng=0))
    ['film', 'fine', 'fine', 'good']
    """
    result, rng = _checked(words, n, rng)
    known = [word for word in words if _known(word, synonyms)]
    for _ in range(n if known else 0):
        word = _pick(_known(_pick(known, rng), synonyms), rng)
        result.insert(int(rng.integers(len(result) + 1)), word)
    return result


def random_deletion(words: Sequence[str], p: float = 0.1, rng: Rng = None) -> list[str]:
    """Deletes each word with probability p; one word, chosen at random, if none would be left.

    Args:
        words: the text's words.
        p: probability in [0, 1].
        rng: a NumPy generator or a seed.

    Returns:
        The words that stay, in their order.

    Raises:
        ValueError: `words` is a string, or `p` is no probability.

    Example:

    >>> random_deletion(["a", "good", "film"], p=0.0)
    ['a', 'good', 'film']
    """
    if not 0 <= p <= 1:
        raise ValueError(f"`p` must be in [0, 1]. Received: p={p}. Did you pass a percentage?")
    result, rng = _checked(words, 0, rng)
    stay = rng.random(len(result)) >= p
    kept = [word for word, stays in zip(result, stay, strict=True) if stays]
    return kept or ([_pick(result, rng)] if result else [])


def random_swap(words: Sequence[str], n: int = 1, rng: Rng = None) -> list[str]:
    """Swaps n times two words, chosen at random, of the text as it then is.

    Args:
        words: the text's words; fewer than two stay as they are.
        n: swaps, at least 0.
        rng: a NumPy generator or a seed.

    Returns:
        The same words in another order.

    Raises:
        ValueError: `words` is a string, or `n` is negative.

    Example:

    >>> random_swap(["good", "film"], n=1)
    ['film', 'good']
    """
    result, rng = _checked(words, n, rng)
    for _ in range(n if len(result) > 1 else 0):
        one, other = rng.choice(len(result), size=2, replace=False)
        result[one], result[other] = result[other], result[one]
    return result


def back_translation(text: str, there: Callable[[str], str], back: Callable[[str], str]) -> str:
    """Translates a text into another language and back: the same said in other words.

    What the other language does not say is lost on the way there, and on the way back the
    translator says what it has seen most. Hungarian "ő" is "he" and "she": "he cooks" goes
    there and "she cooks" comes back, a professor comes back as "he". So augmented texts
    have the translator's prejudices, with labels that do not know of them. Look at what
    comes back before training on it, above all at genders, names and dialects.

    Args:
        text: a sentence, or more.
        there: translates into the other language.
        back: translates into the first.

    Returns:
        `back(there(text))`.

    Raises:
        TypeError: `text`, or what a translator returns, is no string.

    Example:

    >>> there = {"he cooks": "ő főz"}.get
    >>> back = {"ő főz": "she cooks"}.get
    >>> back_translation("he cooks", there, back)
    'she cooks'

    Source: Sennrich, Haddow and Birch, "Improving neural machine translation models with
    monolingual data", ACL 2016. Deck: U, Lecture 4, "Data augmentation" and the note on
    back-translation after it.
    """
    result = _text("text", text)
    for name, translate in (("there", there), ("back", back)):
        result = _text(f"what `{name}` returns", translate(result))
    return result


def _text(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(
            f"{what[0].upper()}{what[1:]} must be a string. Received: {type(value).__name__}."
        )
    return value


def _checked(words: Sequence[str], n: int, rng: Rng) -> tuple[list[str], np.random.Generator]:
    """A copy of the words, and the generator."""
    if isinstance(words, str):
        raise ValueError(
            "`words` must be a list of words. Received: a string. Did you mean text.split()?"
        )
    if n < 0:
        raise ValueError(f"`n` must be at least 0. Received: n={n}.")
    return list(words), np.random.default_rng(rng)


def _known(word: str, synonyms: Synonyms) -> Sequence[str]:
    """A word's synonyms, none if the dictionary has none."""
    found = synonyms.get(word) or synonyms.get(word.lower()) or ()
    if isinstance(found, str):
        raise ValueError(
            "`synonyms` must give a list of words for each. "
            f"Received: {found!r} for {word!r}. Did you mean [{found!r}]?"
        )
    return found


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
