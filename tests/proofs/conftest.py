"""The mark of proofs that take minutes."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: a proof on more than the default number of drawn rules")
