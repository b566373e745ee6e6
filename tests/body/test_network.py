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
    return KeypointToUV(16, features=16, embedding=32).eval()


def some_input(batch, size):
    """Pictures and joints of the right shapes; no network is asked to find sense in them."""
    generator = torch.Generator().manual_seed(0)
    joints = torch.rand(batch, 17, 3, generator=generator) * 2 - 1
    joints[..., 2] = 1
    return torch.rand(batch, 3, size, size, generator=generator) * 2 - 1, joints


@pytest.mark.parametrize("size", [32, 96])
def test_both_heads_keep_the_size(network, size):
    logits, uv = network(*some_input(2, size))

    assert logits.shape == (2, 25, size, size)
    assert uv.shape == (2, 24, 2, size, size)


def test_answers_by_blocks_are_those_of_the_picture(network):
    given = some_input(2, 32)
    logits, uv = network(*given)
    answers = network.answers(*given)

    assert answers.shape == (2, 16, 16, 4, 73)

    def answer(y, x):
        return answers[:, y // 2, x // 2, 2 * (y % 2) + x % 2]

    for y, x in ((0, 0), (7, 2), (30, 31), (12, 21)):
        torch.testing.assert_close(answer(y, x)[:, 25:].unflatten(1, (24, 2)), uv[..., y, x])
    # Logits are smoothed over 3 x 3 pixels.
    weights = {-1: 0.25, 0: 0.5, 1: 0.25}
    near = [
        weights[i] * weights[j] * answer(7 + i, 2 + j)[:, :25] for i in weights for j in weights
    ]
    torch.testing.assert_close(logits[..., 7, 2], sum(near))


def test_an_answer_does_not_depend_on_the_batch(network):
    network.train()  # batch norm would show itself here
    pictures, joints = some_input(3, 32)
    together = network(pictures, joints)
    alone = [network(pictures[i : i + 1], joints[i : i + 1]) for i in range(3)]
    for head in (0, 1):
        torch.testing.assert_close(
            together[head], torch.cat([answer[head] for answer in alone]), atol=1e-5, rtol=1e-4
        )


def test_every_weight_learns():
    network = KeypointToUV(16, features=16, embedding=32)
    for name, weight in network.named_parameters():
        if "modulation" in name:  # they begin as zeros, and pass nothing back to the perceptron
            torch.nn.init.normal_(weight, std=0.1)
    logits, uv = network(*some_input(1, 32))
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
    assert load_network().sizes["channels"] == 24


def test_pictures_become_minus_one_to_one():
    pictures = np.zeros((1, 32, 32, 3), np.uint8)
    pictures[0, 3, 5] = (255, 0, 51)

    tensor = skeleton_tensor(pictures)

    assert tensor.shape == (1, 3, 32, 32)
    torch.testing.assert_close(tensor[0, :, 3, 5], torch.tensor([1.0, -1.0, -0.6]))
