"""How thoroughly properties are tried: two Hypothesis profiles, and the counts of examples that follow them.

``fast``, the default, tries a tenth of each count and the same examples each time: what passes here passes in CI.
``long`` (``scripts/check --long``) tries the full counts with examples that were never tried before, and the tests that
are marked ``long`` besides. Neither has a deadline: how fast a machine is says nothing about what it computes.
"""

from math import ceil

from hypothesis import HealthCheck, settings

FAST, LONG = "fast", "long"

#: A test without a count of its own tries this many examples under ``long``, which is Hypothesis's own default.
FULL = 100
SHARE_OF_FAST = 1 / 10
#: A count is never cut below this: a handful of examples is no trial.
LEAST = 10


def register_profiles() -> None:
    """Make both profiles known to Hypothesis, and choose ``fast`` until ``--hypothesis-profile`` says otherwise."""
    unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile(FAST, unhurried, max_examples=round(FULL * SHARE_OF_FAST), derandomize=True)
    settings.register_profile(LONG, unhurried, max_examples=FULL, derandomize=False, print_blob=True)
    settings.load_profile(FAST)


_seed = 0


def sow(number: int) -> None:
    """Choose the seed of all that tests draw themselves."""
    global _seed
    _seed = number


def seed() -> int:
    """Return the seed of what tests draw themselves: 0 under ``fast``, and under ``long`` the one of the whole run."""
    return _seed


def is_long() -> bool:
    """Whether the full counts are tried."""
    return settings.get_current_profile_name().startswith(LONG)


def examples(count: int) -> settings:
    """Decorate a property with how many examples it tries: `count` under ``long``, a tenth of them under ``fast``.

    Parameters
    ----------
    count
        int, 1 or more: the full count.
    """
    share = settings().max_examples / FULL
    return settings(max_examples=max(ceil(count * share), min(count, LEAST)))
