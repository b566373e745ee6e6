"""Stage ``seeds``: lay out the layers that the renderer is to find (sections 4.1 to 4.3)."""

from pathlib import Path

import numpy as np

from retime.artifacts import Camera, Seeds, Tracks, Uv
from retime.config import SeedsSettings
from retime.errors import InputError
from retime.layers.order import apply_choices, ground_height, guess_order
from retime.layers.trimap import make_trimap, painted_trimaps, read_trimap
from retime.progress import track


def choose_layers(settings: SeedsSettings, ids: list[int], clip: str) -> dict[str, list[int]]:
    """Return the people (by id) of each layer, in the order of the layers' numbers.

    Without a choice in ``clip.yaml`` every person has a layer, called ``person1`` and so on.

    Raises:
        InputError: no such person, or nobody left.
    """
    where = f"clip.yaml of {clip}"
    named = [p for layer in settings.layers for p in layer.people] + list(settings.ignore)
    for person in named:
        if person not in ids:
            raise InputError(f"{where}: no person {person}; the tracked people are {ids}")
    layers = {layer.name: list(layer.people) for layer in settings.layers}
    layers |= {f"person{p}": [p] for p in ids if p not in named}
    if not layers:
        raise InputError(
            f"{where}: nobody is left to put on a layer; people found: {ids or 'none'}"
        )
    return layers


def run_seeds(
    tracks: Path,
    uv: Path,
    camera: Path,
    out: Path,
    settings: SeedsSettings,
    trimaps: Path | None,
) -> None:
    """Write ``seeds.h5``: each layer's UV map and trimap per frame, and the depth order.

    Args:
        tracks: ``tracks.h5``.
        uv: ``uv.h5``.
        camera: ``camera.h5``.
        out: file to write.
        settings: layers, band, order.
        trimaps: folder of trimaps painted by hand, or None.

    Raises:
        InputError: layers, order or trimaps that do not fit the clip.
    """
    with Tracks.open(tracks) as people, Uv.open(uv) as maps, Camera.open(camera) as view:
        ids = [int(i) for i in people.ids[:]]
        layers = choose_layers(settings, ids, people.clip)
        names = list(layers)
        columns = [[ids.index(p) for p in layers[name]] for name in names]
        frames = len(people.present)
        ground = ground_height(
            people.keypoints[:], people.present[:], people.fps[0] / people.fps[1]
        )
        nearest = np.stack([ground[:, c].max(1) for c in columns], 1)  # [T, N]
        order = guess_order(nearest, people.source_size[1])
        order = apply_choices(order, settings.order, names, people.clip)
        painted = painted_trimaps(trimaps, names, frames)
        width, height = size = tuple(people.working_size)
        with Seeds.create(
            out,
            sizes={"T": frames, "N": len(names), "h": height, "w": width},
            parameters=settings.model_dump(mode="json"),
            names=names,
            people=[layers[name] for name in names],
            canvas=view.canvas,
            camera_mode=view.mode,
            **people.clip_attributes(),
        ) as seeds:
            seeds.order[:] = order
            seeds.homographies[:] = view.homographies[:]
            for t in track(range(frames), "seeds", frames):
                iuv = np.zeros((len(names), height, width, 3), np.uint8)
                person = np.zeros((len(names), height, width), np.uint8)
                for n, column in enumerate(columns):
                    # People on one layer hide one another: the nearest is drawn last.
                    for p in sorted(column, key=lambda p: ground[t, p]):
                        shown = maps.iuv[t, p]
                        body = shown[..., 0] > 0
                        iuv[n][body], person[n][body] = shown[body], ids[p]
                masks = iuv[..., 0] > 0  # [N, h, w]
                for n in range(len(names)):
                    if (t, n) in painted:
                        source_size = tuple(people.source_size)
                        trimap = read_trimap(painted[t, n], size, source_size)
                    else:
                        others = np.delete(masks, n, 0).any(0)
                        trimap = make_trimap(masks[n], others, settings.band, settings.spare_others)
                    seeds.trimap[t, n] = trimap
                seeds.iuv[t], seeds.person[t] = iuv, person
