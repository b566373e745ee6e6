import numpy as np
import pytest
import torch

from retime.body.network import (
    KeypointToUV,
    choose_parts,
    load_network,
    save_network,
    skeleton_tensor,
    uv_under,
)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return KeypointToUV(16).eval()


@pytest.mark.parametrize(("height", "width"), [(32, 32), (64, 96)])
def test_both_heads_keep_the_size(network, height, width):
    logits, uv = network(torch.zeros(2, 3, height, width))

    assert logits.shape == (2, 25, height, width)
    assert uv.shape == (2, 24, 2, height, width)


def test_an_answer_does_not_depend_on_the_batch(network):
    network.train()  # batch norm would show itself here
    pictures = torch.rand(3, 3, 32, 32) * 2 - 1
    together = network(pictures)
    alone = [network(picture[None]) for picture in pictures]
    for head in (0, 1):
        torch.testing.assert_close(
            together[head], torch.cat([answer[head] for answer in alone]), atol=1e-5, rtol=1e-4
        )


def test_every_weight_learns(network):
    logits, uv = network(torch.rand(1, 3, 32, 32))
    (logits.square().mean() + uv.square().mean()).backward()

    assert all(weight.grad.abs().sum() > 0 for weight in network.parameters())


def test_parts_share_what_speaks_for_the_body():
    chances = torch.full((1, 25, 1, 3), 1e-6)
    chances[0, 0, 0] = torch.tensor([0.4, 0.6, 0.1])
    chances[0, 5, 0] = torch.tensor([0.25, 0.4, 0.9])
    chances[0, 6, 0] = torch.tensor([0.35, 1e-6, 1e-6])

    assert choose_parts(chances.log()).tolist() == [[[6, 0, 5]]]


def test_uv_is_taken_from_the_part_of_each_pixel():
    uv = torch.arange(24 * 2).reshape(1, 24, 2, 1, 1).expand(1, 24, 2, 2, 2)
    part = torch.tensor([[[1, 24], [7, 0]]])

    chosen = uv_under(part, uv)

    assert chosen[0, 0].tolist() == [[0, 46], [12, 0]]
    assert chosen[0, 1].tolist() == [[1, 47], [13, 1]]


def test_weights_survive_in_half_precision(network, tmp_path):
    save_network(network, tmp_path / "weights.pt")
    loaded = load_network(tmp_path / "weights.pt")

    assert not loaded.training
    assert [path.name for path in tmp_path.iterdir()] == ["weights.pt"]
    for name, value in loaded.state_dict().items():
        torch.testing.assert_close(value, network.state_dict()[name].half().float())


def test_the_shipped_weights_are_small_and_load():
    from retime.body.network import CHECKPOINT

    assert CHECKPOINT.stat().st_size < 12e6
    assert load_network().channels == 32


def test_pictures_become_minus_one_to_one():
    pictures = np.zeros((1, 32, 32, 3), np.uint8)
    pictures[0, 3, 5] = (255, 0, 51)

    tensor = skeleton_tensor(pictures)

    assert tensor.shape == (1, 3, 32, 32)
    torch.testing.assert_close(tensor[0, :, 3, 5], torch.tensor([1.0, -1.0, -0.6]))
