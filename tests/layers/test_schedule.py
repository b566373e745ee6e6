import pytest

from retime.config import TrainSettings
from retime.layers.schedule import learning_rate, weights

PRINTED = TrainSettings(
    mask_schedule="measured", l1=0.01, l1_epochs=200, l0=0.005, haze=0, warm_up=0, decay=0
)


@pytest.mark.parametrize(
    ("epoch", "bootstrap", "mask"),
    [
        (1, None, 50),
        (900, None, 50),  # as long as the mask loss is not below 0.02
        (30, 30, 50),  # e <= e_b
        (31, 30, 5),  # e_b < e
        (60, 30, 5),  # e <= 2 e_b
        (61, 30, 0),
        (2, 1, 5),
        (3, 1, 0),
    ],
)
def test_the_mask_loss_follows_eq_8(epoch, bootstrap, mask):
    assert weights(PRINTED, 0.5, epoch, bootstrap).mask == mask


def test_gamma_is_2_until_epoch_200():
    beta = PRINTED.l0
    assert weights(PRINTED, 0, 200, None).l1 == pytest.approx(2 * beta)
    assert weights(PRINTED, 0, 201, None).l1 == 0


def test_the_printed_rate_never_changes():
    assert [learning_rate(PRINTED, p, k) for p, k in ((0, 0), (0.5, 50), (0.99, 99))] == [1, 1, 1]


def test_the_rate_rises_stays_and_falls_to_nothing():
    settings = TrainSettings(decay=0.5)  # and a warm-up of 30 steps
    rates = [learning_rate(settings, k / 1000, k) for k in (0, 14, 400, 750, 1000)]
    assert rates == pytest.approx([1 / 30, 0.5, 1, 0.5, 0])


def test_by_share_the_mask_loss_ends_and_pressure_on_haze_rises():
    settings = TrainSettings(bootstrap=0.4, mask_weight=50, haze=0.3)
    early, late, end = (weights(settings, p, 1, None) for p in (0.39, 0.55, 1.0))
    assert (early.mask, late.mask, end.mask) == (50, 0, 0)
    # A twentieth until the bootstrap is over, then to the full over 0.3 of the steps.
    assert early.haze == pytest.approx(0.015)
    assert late.haze == pytest.approx(0.15)
    assert end.haze == pytest.approx(0.3)


def test_too_little_and_too_much_of_what_is_faint_come_to_weigh_alike():
    settings = TrainSettings(bootstrap=0.4, cover_faint=0.2)
    shares = [weights(settings, p, 1, None).cover_faint for p in (0.0, 0.4, 0.55, 0.7, 1.0)]
    # From the end of the bootstrap down over 0.3 of the steps.
    assert shares == pytest.approx([1, 1, 0.6, 0.2, 0.2])
