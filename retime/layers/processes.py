"""Several processes train one clip together: each shows frames of its own, all learn the same.

Started by torchrun, a process a GPU. The frames of a step are dealt out; gradients are added up in
one collective, weighted so that the sum is the gradient of all frames together. So all processes
take the same steps as one would alone, to rounding.
"""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable


@dataclass(frozen=True)
class Processes:
    """How many processes train together, and which of them this is."""

    count: int = 1
    rank: int = 0

    @property
    def first(self) -> bool:
        """Whether this is the one that speaks and writes."""
        return self.rank == 0

    def divides(self, frames: int) -> bool:
        """Whether a step's frames are dealt out: none goes empty-handed.

        Of fewer frames all processes show all.
        """
        return 1 < self.count <= frames

    def mine(self, frames: int) -> list[int]:
        """Return which of a step's frames this process shows, from 0."""
        return (
            [*range(frames)[self.rank :: self.count]] if self.divides(frames) else [*range(frames)]
        )

    def share(self, frames: int) -> float:
        """Return the weight of what this process finds; the weights of all add up to 1."""
        return len(self.mine(frames)) / frames if self.divides(frames) else 1 / self.count

    def add(self, tensors: Sequence[Tensor]) -> None:
        """Put in place of each tensor the sum of all processes' at once."""
        if self.count == 1:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        dist.all_reduce(flat)
        parts = flat.split([tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def agree(self, module: nn.Module) -> None:
        """Give a module's buffers in all processes the values of the first's."""
        if self.count > 1:
            for buffer in module.buffers():
                dist.broadcast(buffer, 0)

    def told(self, value: Any) -> Any:
        """Return the first process's value in all of them."""
        if self.count == 1:
            return value
        held = [value]
        dist.broadcast_object_list(held, 0)
        return held[0]


ALONE = Processes()


def start(count: int) -> None:
    """Start this very command over in ``count`` processes by torchrun, if it is not yet."""
    if count == 1 or dist.is_torchelastic_launched():
        return
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    os.execv(sys.executable, [sys.executable, *launcher, "-m", "retime", *sys.argv[1:]])


def here() -> tuple[int, int]:
    """Return which of torchrun's processes on this machine this is, from 0, and their number."""
    if not dist.is_torchelastic_launched():
        return 0, 1
    return int(os.environ["LOCAL_RANK"]), int(os.environ["LOCAL_WORLD_SIZE"])


@contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """Join the processes that torchrun started with this one; none others without it."""
    if not dist.is_torchelastic_launched():
        yield ALONE
        return
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    processes = Processes(dist.get_world_size(), dist.get_rank())
    if not processes.first:
        # Asked to end, the first finishes the step in hand and keeps it, which takes all of them.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        yield processes
    finally:
        dist.destroy_process_group()


class _Added(torch.autograd.Function):
    """The sum over processes; so is the gradient's."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor) -> Tensor:
        total = x.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> Tensor:
        total = gradient.clone()
        dist.all_reduce(total)
        return total


class SharedNorm(nn.BatchNorm2d):
    """Batch norm that can go by what all processes show (torch's own does so on GPUs alone).

    The mean of all, then the mean square about it: twice a sum of one number a channel.
    """

    shared = False

    def forward(self, x: Tensor) -> Tensor:
        """Return [B, C, H, W] for the same."""
        if not (self.shared and self.training):
            return super().forward(x)
        wide = x if x.dtype == torch.float64 else x.float()
        here = wide.new_full((1,), x.numel() / x.shape[1])
        total = _Added.apply(torch.cat([wide.sum((0, 2, 3)), here]))
        mean, count = total[:-1] / total[-1], total[-1].detach()
        off = wide - mean[:, None, None]
        variance = _Added.apply(off.square().sum((0, 2, 3))) / count
        self._keep(mean.detach(), variance.detach() * (count / (count - 1)))
        scale = (variance + self.eps).rsqrt() * self.weight
        return torch.addcmul(self.bias[:, None, None], off, scale[:, None, None]).to(x.dtype)

    @torch.no_grad()
    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        """Keep running means as torch's own does."""
        self.num_batches_tracked.add_(1)
        self.running_mean.lerp_(mean.to(self.running_mean), self.momentum)
        self.running_var.lerp_(variance.to(self.running_var), self.momentum)


def share_statistics(module: nn.Module, shared: bool) -> None:
    """Let the norms of a module go by what all processes show, or by what this one does."""
    for norm in module.modules():
        if isinstance(norm, SharedNorm):
            norm.shared = shared
