"""Keras marks some of its tests; ours run on training backends only, so the mark says nothing."""


def pytest_configure(config):
    config.addinivalue_line("markers", "requires_trainable_backend: Keras' own mark")
