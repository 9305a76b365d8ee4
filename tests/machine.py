"""What tests need of the machine that they run on."""

import os
from collections.abc import Callable
from typing import TypeVar

import pytest

T = TypeVar("T")


def there(find: Callable[[], T], missing: type[Exception]) -> T:
    """Find what a test needs; where it is missing the test is skipped, and fails where CI is set."""
    try:
        return find()
    except missing as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))  # a developer's machine may lack it, and the error says what to install
