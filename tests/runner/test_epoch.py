from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odt_async.runner.epoch import Epoch, Window

FIRST = Epoch(300, 10.0, 50.0, 100.0)


def test_the_same_number_however_fast_it_was_asked_for_shows_a_window() -> None:
    assert Window.shown_by(FIRST, Epoch(300, 40.0, 20.5, 8.0)) == Window(300, 1, 60.5)


def test_an_epoch_may_last_for_several_windows() -> None:
    assert Window.shown_by(FIRST, Epoch(598, 90.0, 30.0, 8.0)) == Window(300, 2, 120.0)


@pytest.mark.parametrize(
    "epoch",
    [
        Epoch(400, 40.0, 20.0, 8.0),  # more than it would take
        Epoch(600, 70.0, 50.0, 8.0),  # a hold that is always the same tells of no end
        Epoch(600, 60.0, 20.0, 8.0),  # over too soon
    ],
)
def test_what_is_explained_otherwise_shows_no_window(epoch: Epoch) -> None:
    assert Window.shown_by(FIRST, epoch) is None


def test_short_holds_show_no_window() -> None:
    assert Window.shown_by(Epoch(50, 1.0, 1.0, 50.0), Epoch(50, 2.0, 1.0, 25.0)) is None


def test_each_epoch_that_a_window_ended_tells_more_of_its_length() -> None:
    window = Window(300, 1, 61.0)
    ended = window.ended(Epoch(595, 100.0, 19.0, 6.0))
    assert (ended, window.period_s) == (True, 60.0)


@pytest.mark.parametrize("accepted", [280, 310])
def test_a_window_of_another_size_is_another_one(accepted: int) -> None:
    assert not Window(300, 1, 60.0).ended(Epoch(accepted, 50.0, 10.0, 6.0))


EPOCHS = st.builds(
    Epoch,
    st.integers(0, 10_000),
    st.floats(0, 1000),
    st.floats(0, 300),
    st.floats(0, 10_000),
    st.integers(1, 64),
)


@given(EPOCHS, EPOCHS, EPOCHS)
def test_a_window_takes_calls_and_lasts(previous: Epoch, epoch: Epoch, following: Epoch) -> None:
    window = Window.shown_by(previous, epoch)
    if window is not None:
        window.ended(following)
        assert window.calls > 0
        assert window.period_s > 0
