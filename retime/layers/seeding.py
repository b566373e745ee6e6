"""Stage ``seeds``: lay out the layers that the renderer is to find (sections 4.1 to 4.3)."""

from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import (
    DYNAMIC_BACKGROUND,
    Camera,
    Frames,
    Masks,
    Seeds,
    Tracks,
    Uv,
    texture_ids,
)
from retime.config import SeedsSettings
from retime.errors import InputError
from retime.layers.bodies import Bodies
from retime.layers.objects import feet_of, is_shown, matte_trimap
from retime.layers.order import (
    apply_choices,
    ground_beneath,
    ground_height,
    guess_order,
    order_by_sight,
)
from retime.layers.painted import find_painted, place_painted, read_painted
from retime.layers.sight import View, count_sightings
from retime.layers.trimap import UNSURE, make_trimap
from retime.progress import track


def choose_layers(settings: SeedsSettings, ids: list[int], clip: str) -> dict[str, list[int]]:
    """Return the people (by id) of each layer, in the order of the layers' numbers.

    Without a choice in ``clip.yaml`` every person has a layer, called ``person1`` and so on. A
    layer that shows an object has no people, and neither has that of the dynamic background, which
    is the last if there is to be one.

    Raises:
        InputError: no such person, nobody left, or a name that is taken.
    """
    where = f"clip.yaml of {clip}"
    named = [p for layer in settings.layers for p in layer.people] + list(settings.ignore)
    for person in named:
        if person not in ids:
            found = f"the tracked people are {ids}" if ids else "nobody is tracked"
            raise InputError(f"{where}: no person {person}; {found}")
    layers = {layer.name: list(layer.people) for layer in settings.layers}
    layers |= {f"person{p}": [p] for p in ids if p not in named}
    if not layers:
        raise InputError(
            f"{where}: nobody is left to put on a layer; people found: {ids or 'none'}"
        )
    if settings.dynamic_background:
        if DYNAMIC_BACKGROUND in layers:
            raise InputError(
                f"{where}: a layer of people is called {DYNAMIC_BACKGROUND}, which is the name of "
                "the layer of the dynamic background; call it by another name"
            )
        layers[DYNAMIC_BACKGROUND] = []
    return layers


def read_mattes(
    masks: Path | None, settings: SeedsSettings, names: list[str], frames: int
) -> dict[int, np.ndarray]:
    """Return the mattes, uint8 [T, h, w], of the layers that have any, by index from 0.

    Raises:
        InputError: there is none of a layer that has one in ``clip.yaml``, or it is of another
            length.
    """
    wanted = [layer.name for layer in settings.layers if layer.mask is not None]
    if not wanted:
        return {}
    if masks is None:
        raise InputError(f"layer '{wanted[0]}' has a mask: give the file of masks (--masks)")
    with Masks.open(masks) as given:
        if len(given.alpha) != frames or given.names != wanted:
            held = f"{len(given.alpha)} frames of {', '.join(given.names)}"
            raise InputError(
                f"{masks}: {held}, not {frames} of {', '.join(wanted)}; delete it and run "
                "snakemake again: rule 'masks' makes it anew"
            )
        return {names.index(name): given.alpha[:, m] for m, name in enumerate(given.names)}


def run_seeds(
    frames: Path,
    tracks: Path,
    uv: Path,
    camera: Path,
    out: Path,
    settings: SeedsSettings,
    trimaps: Path | None,
    masks: Path | None = None,
) -> None:
    """Write ``seeds.h5``: each layer's UV map and trimap per frame, and the depth order.

    Args:
        frames: ``frames.h5``; in front is whom they show.
        tracks: ``tracks.h5``.
        uv: ``uv.h5``.
        camera: ``camera.h5``.
        out: file to write.
        settings: layers, band, order.
        trimaps: folder of trimaps painted by hand, or None.
        masks: ``masks.h5``, where layers have masks.

    Raises:
        InputError: layers, order, masks or trimaps that do not fit the clip, or files of clips of
            two lengths.
    """
    with (
        Frames.open(frames) as video,
        Tracks.open(tracks) as people,
        Uv.open(uv) as maps,
        Camera.open(camera) as view,
    ):
        ids = [int(i) for i in people.ids[:]]
        layers = choose_layers(settings, ids, people.clip)
        names = list(layers)
        columns = [[ids.index(p) for p in layers[name]] for name in names]
        count = len(people.present)
        if len(video.rgb) != count:
            raise InputError(
                f"{frames}: {len(video.rgb)} frames, but {tracks} has {count}; run snakemake again"
            )
        mattes = read_mattes(masks, settings, names, count)
        objects = {
            n: is_shown(mattes[n])
            for n, column in enumerate(columns)
            if not column and names[n] != DYNAMIC_BACKGROUND
        }
        fps = people.fps[0] / people.fps[1]
        ground = ground_height(people.keypoints[:], people.present[:], fps)  # [T, P]
        # The dynamic background is as far away as can be.
        nearest = np.stack([ground[:, c].max(1, initial=-np.inf) for c in columns], 1)  # [T, N]
        for n, shown in objects.items():
            nearest[:, n] = ground_beneath(feet_of(shown, people.source_size[1]), fps)
        numbers = texture_ids([layers[name] for name in names])
        width, height = size = tuple(people.working_size)
        bodies = Bodies(maps, ids, columns, ground, objects, numbers)
        order = guess_order(nearest, people.source_size[1])
        if settings.order_by_sight and len(names) > 1:

            def look(t: int) -> View:
                rgb = cv2.resize(video.rgb[t], size, interpolation=cv2.INTER_AREA)
                return View(rgb, *bodies.lay(t))

            everyone = sorted({i for layer in numbers for i in layer})
            sightings = count_sightings(look, count, len(names), everyone)
            order = order_by_sight(order, sightings, width * height)
        order = apply_choices(order, settings.order, names, people.clip)
        placed = place_painted(find_painted(trimaps), names, count)
        # All are read before anything is made, each once: a range is one picture.
        pictures = {
            path: read_painted(path, size, tuple(people.source_size))
            for path in sorted(set(placed.values()))
        }
        with Seeds.create(
            out,
            sizes={"T": count, "N": len(names), "h": height, "w": width},
            parameters=settings.model_dump(mode="json"),
            names=names,
            people=[layers[name] for name in names],
            canvas=view.canvas,
            camera_mode=view.mode,
            **people.clip_attributes(),
        ) as seeds:
            seeds.order[:] = order
            seeds.homographies[:] = view.homographies[:]
            for t in track(range(count), "seeds", count):
                iuv, person = bodies.lay(t)
                shown = iuv[..., 0] > 0  # [N, h, w]
                for n in range(len(names)):
                    others = np.delete(shown, n, 0).any(0)
                    if n in mattes:
                        matte = mattes[n][t]
                        trimap = matte_trimap(matte, others, settings.band, settings.spare_others)
                    elif names[n] == DYNAMIC_BACKGROUND:
                        trimap = np.full((height, width), UNSURE, np.uint8)
                    else:
                        trimap = make_trimap(shown[n], others, settings.band, settings.spare_others)
                    if (t, n) in placed:
                        painted = pictures[placed[t, n]]
                        trimap, seeds.painted[t, n] = painted.over(trimap), painted.meant
                    seeds.trimap[t, n] = trimap
                seeds.iuv[t], seeds.person[t] = iuv, person
