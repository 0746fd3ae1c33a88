"""What the tests of builders share."""

import keras
import numpy as np
import pytest


@pytest.fixture
def without_memory():
    """Build models whose variables have a shape and no values: half a gigabyte each is much."""
    with keras.StatelessScope(initialize_variables=False):
        yield
    keras.backend.clear_session()


@pytest.fixture
def sizes():
    """Count the numbers in a list of variables."""
    return lambda variables: sum(int(np.prod(v.shape)) for v in variables)
