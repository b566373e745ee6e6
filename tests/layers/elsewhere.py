"""A device that is not there: tensors that claim to lie on it, with their values in main memory.

What would fail on a GPU fails here: an operation on tensors of two devices, and, where it is
forbidden, what makes the CPU wait for the device: asking for a value, for places by a condition,
or copying without need. The device is called ``meta``, which autograd knows.
"""

from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")
aten = torch.ops.aten
# Of a product the gradient waits: it asks whether there are zeros.
WAITING = {aten._local_scalar_dense, aten.nonzero, aten.equal, aten.masked_select, aten.prod}


class There(Tensor):
    """A tensor on the device."""

    here: Tensor  # its values

    @staticmethod
    def __new__(cls, here: Tensor) -> "There":
        made = Tensor._make_wrapper_subclass(
            cls,
            here.shape,
            strides=here.stride(),
            storage_offset=here.storage_offset(),
            dtype=here.dtype,
            device=DEVICE,
            requires_grad=False,
        )
        made.here = here
        return made

    def __repr__(self, **_: Any) -> str:
        return f"There({self.here!r})"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {}, waiting=True)


class Elsewhere(TorchDispatchMode):
    """In this context tensors can be made on the device.

    Args:
        waiting: whether the CPU may wait for it.
    """

    def __init__(self, waiting: bool = True) -> None:
        super().__init__()
        self.waiting = waiting

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return run(func, args, kwargs or {}, self.waiting)


def run(func: Any, args: Any, kwargs: dict[str, Any], waiting: bool) -> Any:
    """Do an operation where its tensors are."""
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    far = any(isinstance(tensor, There) for tensor in tensors)
    target = kwargs.get("device")
    target = None if target is None else torch.device(target).type
    copying = func.overloadpacket in (aten._to_copy, aten.copy_)
    if far and not copying:
        # Numbers may lie anywhere, as on a GPU.
        near = [t for t in tensors if not isinstance(t, There) and t.dim()]
        assert not near, f"{func}: tensors of two devices"
    if far and not waiting:
        chosen = func.overloadpacket == aten.index and any(
            t.dtype == torch.bool for t in tensors[1:]
        )
        waits = chosen or func.overloadpacket in WAITING
        assert not waits, f"{func}: waits for the device"
        assert not (copying and target == "cpu"), f"{func}: copies from the device"
        moved = {isinstance(tensor, There) for tensor in tensors}
        assert not copying or len(moved) == 1, f"{func}: copies to the device"
    if not waiting and not far:
        assert not (copying and target == DEVICE.type), f"{func}: copies to the device"
    if target is not None:
        kwargs = kwargs | {"device": torch.device("cpu")}
        far = target == DEVICE.type
    result = func(*tree_map(_here, args), **tree_map(_here, kwargs))
    if func._schema.is_mutable and tensors and _written(func, args, result):
        return args[0]
    return tree_map(_there, result) if far else result


def _written(func: Any, args: Any, result: Any) -> bool:
    """Whether an operation returns the tensor that it was given and has changed."""
    first = args[0] if args else None
    return isinstance(first, There) and result is first.here


def _here(leaf: Any) -> Any:
    return leaf.here if isinstance(leaf, There) else leaf


def _there(leaf: Any) -> Any:
    return There(leaf) if isinstance(leaf, Tensor) and not isinstance(leaf, There) else leaf


def fetched(tensor: Tensor) -> Tensor:
    """Return a tensor's values in main memory."""
    return _here(tensor.detach())
