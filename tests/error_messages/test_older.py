"""Older wordings, and those of a GPU, are recognised with their facts."""

import pytest

from tests.error_messages.older import OLDER, Older
from tests.error_messages.raising import known


@pytest.mark.parametrize("row", OLDER, ids=lambda row: f"{row.kind}, {row.version}")
def test_an_older_wording_is_recognised_with_its_facts(row: Older) -> None:
    found = known(row.text)
    assert found.kind == row.kind
    assert {name: getattr(found.cause, name) for name in row.facts} == row.facts


@pytest.mark.parametrize("row", OLDER, ids=lambda row: f"{row.kind}, {row.version}")
def test_it_says_where_it_was_published(row: Older) -> None:
    assert row.source.startswith("https://")
    assert row.version.split()[0] in ("NumPy", "PyTorch")
