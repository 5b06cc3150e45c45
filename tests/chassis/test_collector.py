import gc
import threading

import pytest

from chassis.collector import collector_paused


def test_the_collector_rests_until_the_last_of_overlapping_blocks_ends():
    inside, leave = threading.Event(), threading.Event()

    def batch():
        with collector_paused():
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=batch)
    with collector_paused():
        other.start()
        assert inside.wait(10)
        assert not gc.isenabled()
    assert not gc.isenabled()
    leave.set()
    other.join(10)
    assert gc.isenabled()


def test_the_collector_works_again_after_a_fault():
    with pytest.raises(ValueError, match="told"), collector_paused():
        raise ValueError("told")
    assert gc.isenabled()
