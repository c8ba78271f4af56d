"""What follows from silence."""

from drivers.bidcos.radios.watch import CHECK_S, CHECK_WAIT_S, MotionEnds, SilenceWatch, StickWatch


def test_a_device_that_is_silent_too_long_is_told_once_and_comes_back() -> None:
    watch = SilenceWatch()
    watch.add(b"abc", 600.0, 0.0)
    watch.add(b"def", None, 0.0)
    assert watch.heard(b"abc", 1.0)  # the first word after a start is news
    assert not watch.heard(b"abc", 2.0)
    assert watch.silent(602.0) == []
    assert watch.silent(603.0) == [b"abc"]
    assert watch.silent(700.0) == []
    assert watch.heard(b"abc", 800.0)


def test_a_limit_may_change_while_a_device_is_silent() -> None:
    watch = SilenceWatch()
    watch.add(b"abc", 600.0, 0.0)
    watch.limit(b"abc", 1200.0)
    watch.limit(b"xyz", 1.0)  # of nobody
    assert watch.silent(900.0) == []
    watch.limit(b"abc", None)
    assert watch.silent(1e6) == []
    watch.limit(b"abc", 1200.0)
    assert watch.silent(1e6) == [b"abc"]


def test_a_device_that_does_not_answer_is_told_once() -> None:
    watch = SilenceWatch()
    watch.add(b"abc", None, 0.0)
    assert watch.unreachable(b"abc")
    assert not watch.unreachable(b"abc")
    watch.remove(b"abc")
    assert watch.silent(1e9) == []


def test_motion_ends_after_the_time_in_which_it_would_have_been_told_again() -> None:
    motion = MotionEnds()
    motion.moved(b"abc", 1, 60.0, 0.0)
    motion.moved(b"abc", 1, 60.0, 30.0)
    assert motion.ended(70.0) == []
    assert motion.ended(96.0) == [(b"abc", 1)]
    assert motion.ended(200.0) == []


def test_a_stick_is_asked_when_it_is_quiet_and_lost_when_it_says_nothing() -> None:
    watch = StickWatch(0.0)
    assert not watch.ask(CHECK_S - 1)
    assert watch.ask(CHECK_S)
    assert not watch.ask(CHECK_S + 1)
    assert not watch.lost(CHECK_S + CHECK_WAIT_S)
    assert watch.lost(CHECK_S + CHECK_WAIT_S + 0.1)
    watch.heard(CHECK_S + 6)
    assert not watch.lost(CHECK_S + 7)
