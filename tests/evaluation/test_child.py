"""What an evaluation process does between two jobs."""

import gc

from primer_core.evaluation.child import TIDIED_AFTER, tidy


def test_old_objects_are_collected_between_jobs_only_where_an_answer_would_soon_wait_for_it() -> None:
    gc.collect()
    for _ in range(TIDIED_AFTER - 1):
        gc.collect(1)
    tidy()
    assert gc.get_count()[2] == TIDIED_AFTER - 1
    gc.collect(1)
    tidy()
    assert gc.get_count()[2] == 0
    assert gc.get_threshold()[2] > TIDIED_AFTER, "before Python does it in the midst of an answer"
