"""The films hold what the layers hold, and any frame is found and decoded from its index."""

import base64
from pathlib import Path

import av
import numpy as np
import pytest

from retime.artifacts import Frames, Layers
from retime.errors import InputError
from retime.studio.footage import (
    KEY_FRAMES,
    MARGIN,
    StoredFilm,
    box_of,
    pack,
    read_footage,
    run_footage,
)

from .conftest import FRAMES, SIZE


def decoded(folder: Path, film: StoredFilm) -> np.ndarray:
    """Decode a film as the page does: from the samples of the index alone."""
    contents = (folder / film.file).read_bytes()
    decoder = av.CodecContext.create("h264", "r")
    decoder.extradata = base64.b64decode(film.description)
    frames = []
    for sample in film.samples:
        packet = av.Packet(contents[sample.offset : sample.offset + sample.size])
        frames += decoder.decode(packet)
    frames += decoder.decode(None)
    return np.stack([frame.to_ndarray(format="rgb24") for frame in frames])


def psnr(error: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean(error.astype(float) ** 2)))


def test_the_films_hold_the_layers(results: Path) -> None:
    footage = read_footage(results / "studio")
    width, height = SIZE
    with Layers.open(results / "layers.h5") as layers, Frames.open(results / "frames.h5") as frames:
        rgba, seen = layers.rgba[:].astype(int), frames.rgb[:].astype(int)
    for film, truth in ((footage.source, seen), (footage.background, rgba[0, ..., :3])):
        assert psnr(decoded(results / "studio", film)[:, :height, :width] - truth) > 38
    for number, film in enumerate(footage.layers, start=1):
        pictures = decoded(results / "studio", film)
        assert pictures.shape == (FRAMES, film.coded_height, film.coded_width, 3)
        alpha = pictures[:, film.alpha_row :][:, :height, :width].mean(-1)
        assert psnr(alpha - rgba[number, ..., 3]) > 40
        # Colour counts where it shows.
        error = (pictures[:, :height, :width] - rgba[number, ..., :3]) * rgba[number, ..., 3:] / 255
        assert psnr(error) > 40


def test_every_frame_is_near_a_key_frame_and_none_is_out_of_order(results: Path) -> None:
    footage = read_footage(results / "studio")
    for film in (footage.source, footage.background, *footage.layers):
        assert len(film.samples) == FRAMES
        keys = [number for number, sample in enumerate(film.samples) if sample.key]
        assert keys[0] == 0
        assert max(np.diff([*keys, FRAMES])) <= KEY_FRAMES
        with av.open(str(results / "studio" / film.file)) as container:
            times = [packet.pts for packet in container.demux(video=0) if packet.size]
        assert times == sorted(times)


def test_homographies_lead_to_the_canvas_picture(results: Path) -> None:
    footage = read_footage(results / "studio")
    homographies = np.array(footage.homographies)
    # The camera turns by a pixel a frame, and the canvas begins where the first frame does.
    assert homographies @ [10, 20, 1] == pytest.approx(
        np.array([[10 + t, 20, 1] for t in range(FRAMES)])
    )
    assert (footage.canvas_width, footage.canvas_height) == (SIZE[0] + FRAMES - 1, SIZE[1])


def test_what_shows_lies_in_the_boxes_of_the_index(results: Path) -> None:
    footage = read_footage(results / "studio")
    with Layers.open(results / "layers.h5") as layers:
        alpha = layers.rgba[1:, ..., 3].astype(int)
    for film, shown in zip(footage.layers, alpha, strict=True):
        for sample, picture in zip(film.samples, shown, strict=True):
            left, top, right, bottom = sample.box
            inside = picture[top:bottom, left:right] >= 2
            assert inside.sum() == (picture >= 2).sum()
            assert all(inside.any(axis)[end] for axis in (0, 1) for end in (0, -1))  # no larger
    assert footage.background.samples[3].box == (0, 0, *SIZE)


def test_the_box_of_a_picture() -> None:
    rgba = np.zeros((5, 30, 4), np.uint8)
    assert box_of(rgba[..., :3]) == (0, 0, 30, 5)
    assert box_of(rgba) is None
    rgba[1, 4, 3], rgba[3, 20, 3], rgba[4, 29, 3] = 2, 255, 1  # 1 is the coder's noise
    assert box_of(rgba) == (4, 1, 21, 4)


def test_alpha_lies_below_the_colour() -> None:
    rgba = np.zeros((5, 30, 4), np.uint8)
    rgba[1:3, 1:3] = 10, 20, 30, 200
    rgba[4, 29, 3] = 255
    packed = pack(rgba)
    assert packed.shape == (32, 32, 3)
    assert (packed[16:21, :30] == rgba[..., 3:]).all()
    assert (packed[:3, :4] == [10, 20, 30]).all()  # drawn out from under the edge
    assert (packed[20:, 29:] == 255).all()  # the last pixel fills what is left


@pytest.mark.parametrize("side", [13, 14, 15, 16, 17])
def test_a_margin_repeats_the_edge(side: int) -> None:
    picture = np.arange(side * side * 3, dtype=np.uint8).reshape(side, side, 3)
    packed = pack(picture)
    assert packed.shape == ((16, 16, 3) if side + MARGIN <= 16 else (32, 32, 3))
    assert (packed[:side, :side] == picture).all()
    assert (packed[side:, :side] == picture[-1]).all()
    assert (packed[:, side:] == packed[:, side - 1 : side]).all()


def test_artifacts_of_two_clips_are_refused(results: Path, tmp_path: Path) -> None:
    frames = tmp_path / "frames.h5"
    with Frames.open(results / "frames.h5") as known:
        common = known.clip_attributes()
    sizes = {"T": 3, "H": SIZE[1], "W": SIZE[0]}
    with Frames.create(frames, parameters={}, sizes=sizes, source="", has_sound=False, **common):
        pass
    with pytest.raises(InputError, match="made from other frames"):
        run_footage(results / "layers.h5", frames, None, tmp_path / "studio")
    assert not (tmp_path / "studio").exists()


def test_footage_of_another_version_is_told_from_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no footage; rule 'studio' makes it"):
        read_footage(tmp_path)
    (tmp_path / "footage.json").write_text("{}")
    with pytest.raises(InputError, match="not footage of this version"):
        read_footage(tmp_path)
