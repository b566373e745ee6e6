import pytest
import torch

from retime.layers.detail import covered_nearby, tighten, transfer_detail


def scene():
    torch.manual_seed(3)
    layers = torch.rand(2, 3, 4, 8, 8)
    layers[:, :, 3] = (layers[:, :, 3] * 3).clamp(0, 1)  # a third opaque
    background, frame = torch.rand(2, 3, 8, 8), torch.rand(2, 3, 8, 8)
    order = torch.tensor([[2, 3, 1], [1, 2, 3]])
    return layers, order, background, frame


def test_what_nothing_hides_becomes_the_video():
    layers, order, background, frame = scene()
    detailed = transfer_detail(layers, order, background, frame)
    front = order[:, -1]
    for b in range(2):
        opaque = layers[b, front[b] - 1, 3] == 1
        assert opaque.any()
        ours = detailed[b, front[b], :3].permute(1, 2, 0)[opaque]
        assert torch.allclose(ours, frame[b].permute(1, 2, 0)[opaque], atol=1e-6)


def test_a_shadow_takes_its_share_worked_out_by_hand():
    # One black layer of alpha 0.4 over grey 0.5 composes to 0.3; the video says 0.4.
    layers = torch.zeros(1, 1, 4, 1, 1)
    layers[0, 0, 3] = 0.4
    background, frame = torch.full((1, 3, 1, 1), 0.5), torch.full((1, 3, 1, 1), 0.4)
    detailed = transfer_detail(layers, torch.tensor([[1]]), background, frame)
    # The layer, with nothing in front, takes the whole difference of 0.1; the background what
    # the layer lets through of it, 0.06.
    assert torch.allclose(detailed[0, 1, :3], torch.tensor(0.1))
    assert torch.allclose(detailed[0, 0, :3], torch.tensor(0.56))


def test_eq_9_and_10_follow_each_frames_own_order():
    # Two layers of alpha 0.5 and 0.8 over black, all grey 0.5; the video is 0.2 brighter than
    # the composite. tau: the front layer's 1, the other's what that lets through, the
    # background's what both do, 0.1.
    layers = torch.full((2, 2, 4, 1, 1), 0.5)
    layers[:, 1, 3] = 0.8
    background = torch.zeros(2, 3, 1, 1)
    frame = torch.full((2, 3, 1, 1), 0.45 + 0.2)  # 0.5 * (1 - 0.1) and the difference
    detailed = transfer_detail(layers, torch.tensor([[1, 2], [2, 1]]), background, frame)
    gained = detailed[:, :, 0, 0, 0] - torch.tensor([0.0, 0.5, 0.5])
    expected = torch.tensor([[0.1, 0.2, 1.0], [0.1, 1.0, 0.5]]) * 0.2
    assert torch.allclose(gained, expected, atol=1e-6)
    spared = transfer_detail(
        layers, torch.tensor([[1, 2], [2, 1]]), background, frame, to_background=False
    )
    assert torch.equal(spared[:, 0, :3], background)
    assert torch.equal(spared[:, 1:], detailed[:, 1:])


def test_alpha_is_left_alone_and_the_background_is_opaque():
    layers, order, background, frame = scene()
    detailed = transfer_detail(layers, order, background, frame)
    assert torch.equal(detailed[:, 1:, 3], layers[:, :, 3])
    assert (detailed[:, 0, 3] == 1).all()


def test_what_is_hidden_is_left_alone():
    layers, order, background, frame = scene()
    layers[:, 0, 3] = 1.0
    order = torch.tensor([[2, 3, 1], [2, 3, 1]])
    detailed = transfer_detail(layers, order, background, frame)
    assert torch.equal(detailed[:, 2:, :3], layers[:, 1:, :3])
    assert torch.equal(detailed[:, 0, :3], background)


def test_around_a_matte_the_background_gets_no_detail():
    # A person on column 3, opaque; the video differs from the background everywhere.
    layers = torch.zeros(1, 1, 4, 1, 9)
    layers[..., 3, 0, 3] = 1.0
    background, frame = torch.full((1, 3, 1, 9), 0.5), torch.full((1, 3, 1, 9), 0.6)
    covered = covered_nearby(layers[:, :, 3], torch.tensor([[1]]), margin=2)
    detailed = transfer_detail(layers, torch.tensor([[1]]), background, frame, covered)
    expected = [0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6, 0.6, 0.6]
    assert torch.allclose(detailed[0, 0, 0, 0], torch.tensor(expected))
    assert torch.allclose(detailed[0, 1, :3, 0, 3], torch.tensor(0.6))


def test_what_is_covered_nearby_is_the_most_in_a_square():
    alpha = torch.zeros(1, 2, 7, 9)
    alpha[0, 0, 3, 2], alpha[0, 1, 3, 2], alpha[0, 1, 0, 8] = 0.5, 0.5, 0.25
    order = torch.tensor([[2, 1]])
    covered = covered_nearby(alpha, order, margin=1)
    expected = torch.zeros(7, 9)
    expected[2:5, 1:4], expected[0:2, 7:9] = 0.75, 0.25
    assert torch.equal(covered[0, 0], expected)
    assert covered_nearby(alpha, order, margin=0) is None


def test_mattes_are_drawn_in_where_the_frame_is_the_background():
    layers = torch.full((1, 2, 4, 1, 4), 0.8)
    layers[0, 1, 3] = torch.tensor([0.0, 0.0, 0.0, 1.0])  # hides the first layer's last pixel
    evidence = torch.tensor([[[1.0, 0.0, 0.0, 0.0]]])
    core = torch.zeros(1, 2, 1, 4)
    core[0, 0, 0, 2] = core[0, 1, 0, 3] = 1.0
    tightened = tighten(layers, torch.tensor([[1, 2]]), evidence, core)
    # Shown; contradicted; contradicted but the person's inside; hidden.
    assert torch.allclose(tightened[0, 0, 3, 0], torch.tensor([0.8, 0.0, 0.8, 0.8]))
    assert torch.equal(tightened[0, 1, 3], layers[0, 1, 3])
    assert torch.equal(tightened[:, :, :3], layers[:, :, :3])


def test_what_grain_may_hide_is_not_drawn_in():
    # No evidence anywhere: a reflection of 0.08 stays, a halo of 0.2 loses half, one of 0.4 all.
    layers = torch.full((1, 1, 4, 1, 3), 0.5)
    layers[0, 0, 3, 0] = torch.tensor([0.08, 0.2, 0.4])
    nothing = torch.zeros(1, 1, 3)
    tightened = tighten(layers, torch.tensor([[1]]), nothing, nothing[None])
    assert tightened[0, 0, 3, 0].tolist() == pytest.approx([0.08, 0.1, 0.0], abs=1e-6)
