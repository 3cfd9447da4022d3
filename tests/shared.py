"""Where the shared contract lies, if it lies beside the checkout at all: tests against it are skipped without it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared contract is not beside this checkout")
