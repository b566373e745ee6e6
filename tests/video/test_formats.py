"""Each format opens again with the right count, rate, size, tags and pictures."""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import OpenEXR
import pytest

from retime.video.colour import BT709, FULL, ColourTags, read_colour_tags
from retime.video.decoding import frame_rgb
from retime.video.encoding import VideoWriter, bleed
from retime.video.formats import FORMATS
from retime.video.sequences import ExrWriter, PngWriter

SIZE, COUNT, RATE = (96, 64), 8, Fraction(30000, 1001)
# Decibels of the pictures below, at crf 16 where there is one. They are more colourful than any
# film: it is the halved resolution of colours that costs.
LEAST_PSNR = {"h264": 36, "h265": 37, "prores": 45, "vp9": 40, "ffv1": np.inf}
CODECS = {"h264": "h264", "h265": "hevc", "prores": "prores", "vp9": "libvpx-vp9", "ffv1": "ffv1"}


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """A soft coloured picture that drifts; [T, H, W, 3]."""
    small = np.random.default_rng(2).integers(40, 220, (5, 9, 3), dtype=np.uint8)
    width, height = SIZE
    colour = cv2.resize(small, (width + 2 * COUNT, height), interpolation=cv2.INTER_CUBIC)
    return np.stack([colour[:, 2 * t : 2 * t + width] for t in range(COUNT)])


@pytest.fixture(scope="module")
def frames(pictures) -> np.ndarray:
    """A soft disc of it, the rest is clear; [T, H, W, 4]."""
    width, height = SIZE
    y, x = np.mgrid[:height, :width]
    made = np.zeros((COUNT, height, width, 4), np.uint8)
    for t in range(COUNT):
        radius = np.hypot(x - 40 - 2 * t, y - 32)
        made[t, ..., :3] = pictures[t]
        made[t, ..., 3] = np.clip((26 - radius) * 60, 0, 255)
    made[made[..., 3] == 0] = 0
    return made


def decode(path: Path, codec: str | None = None) -> tuple[list[av.VideoFrame], Fraction]:
    """Return the frames; VP9's alpha comes out of libvpx alone."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if codec is None:
            return list(container.decode(stream)), stream.average_rate
        decoder = av.CodecContext.create(codec, "r")
        shown = [
            f for packet in container.demux(stream) if packet.size for f in decoder.decode(packet)
        ]
        return shown + decoder.decode(None), stream.average_rate


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return 10 * np.log10(255**2 / error) if error else np.inf


def over_grey(rgba: np.ndarray) -> np.ndarray:
    alpha = rgba[..., 3:] / 255
    return rgba[..., :3] * alpha + 128 * (1 - alpha)


@pytest.mark.parametrize("form", FORMATS)
def test_pictures_come_back(tmp_path, pictures, form):
    path = tmp_path / f"a{FORMATS[form].suffix}"
    with VideoWriter(path, SIZE, RATE, form=form) as writer:
        for rgb in pictures:
            writer.write(rgb)
    shown, rate = decode(path)
    assert rate == RATE or form in ("vp9", "ffv1")  # Matroska keeps times in milliseconds
    assert float(rate) == pytest.approx(float(RATE), rel=0.01)
    assert len(shown) == COUNT
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.codec.canonical_name in (
            CODECS[form].removeprefix("libvpx-"),
            CODECS[form],
        )
    for frame, rgb in zip(shown, pictures, strict=True):
        assert (frame.width, frame.height) == SIZE
        assert psnr(frame_rgb(frame, SIZE), rgb) >= LEAST_PSNR[form]
    if form != "ffv1":  # RGB has no matrix
        assert (shown[0].colorspace, shown[0].color_range) == (1, 1)
        assert (shown[0].color_primaries, shown[0].color_trc) == (1, 1)


@pytest.mark.parametrize("form", ["prores", "vp9", "ffv1"])
def test_layers_come_back_with_alpha(tmp_path, frames, form):
    path = tmp_path / f"a{FORMATS[form].suffix}"
    with VideoWriter(path, SIZE, RATE, form=form, alpha=True) as writer:
        for rgba in frames:
            writer.write(rgba)
    shown, _ = decode(path, "libvpx-vp9" if form == "vp9" else None)
    assert len(shown) == COUNT
    for frame, rgba in zip(shown, frames, strict=True):
        back = frame.reformat(format="rgba", src_colorspace=None if form == "ffv1" else 1)
        back = back.to_ndarray()
        if form == "ffv1":
            assert np.array_equal(back, rgba)
            continue
        assert psnr(back[..., 3], rgba[..., 3]) >= 40
        over = [
            p[..., :3] * (p[..., 3:] / 255) + 128 * (1 - p[..., 3:] / 255) for p in (back, rgba)
        ]
        assert psnr(*over) >= 38


def test_alpha_needs_a_format_that_holds_it(tmp_path):
    with pytest.raises(ValueError, match="h264 holds no alpha"):
        VideoWriter(tmp_path / "a.mp4", SIZE, 25, alpha=True)


@pytest.mark.parametrize("form", ["prores", "ffv1"])
def test_odd_sizes_stay_where_the_codec_takes_them(tmp_path, form):
    path = tmp_path / f"a{FORMATS[form].suffix}"
    rgb = np.full((45, 63, 3), 90, np.uint8)
    with VideoWriter(path, (63, 45), 25, form=form) as writer:
        writer.write(rgb)
        writer.write(rgb)
    assert writer.padding == (0, 0)
    shown, _ = decode(path)
    assert (shown[0].width, shown[0].height) == (63, 45)


@pytest.mark.parametrize("form", ["h264", "h265", "prores", "vp9"])
@pytest.mark.parametrize(
    "tags", [ColourTags(6, 6, 6, 1), ColourTags(1, 1, 1, FULL), ColourTags(9, 14, 9, 1)]
)
def test_colours_keep_their_tags_and_their_look(tmp_path, pictures, form, tags):
    path = tmp_path / f"a{FORMATS[form].suffix}"
    rgb = pictures[0]
    with VideoWriter(path, SIZE, 25, form=form, colour=tags) as writer:
        for _ in range(3):
            writer.write(rgb)
    found = read_colour_tags(path)
    assert (found.primaries, found.transfer, found.matrix) == (
        tags.primaries,
        tags.transfer,
        tags.matrix,
    )
    assert found.range == tags.range or form == "prores"  # which is always of limited range
    shown, _ = decode(path)
    # A wrong matrix or range would leave less than 30.
    assert psnr(frame_rgb(shown[0], SIZE), rgb) >= 36


def test_what_says_nothing_is_taken_as_bt709(tmp_path):
    assert read_colour_tags(tmp_path) == BT709  # a folder of pictures
    with VideoWriter(tmp_path / "a.mkv", SIZE, 25, form="ffv1") as writer:
        writer.write(np.zeros((*SIZE[::-1], 3), np.uint8))
        writer.write(np.zeros((*SIZE[::-1], 3), np.uint8))
    assert read_colour_tags(tmp_path / "a.mkv").matrix == 1


def test_bleed_draws_colours_out_and_leaves_the_rest():
    rgba = np.zeros((40, 40, 4), np.uint8)
    rgba[10:20, 10:20] = [200, 100, 50, 255]
    out = bleed(rgba)
    assert out[14, 22].tolist() == [200, 100, 50, 0]
    assert out[38, 38].tolist() == [0, 0, 0, 0]
    assert np.array_equal(out[..., 3], rgba[..., 3])
    assert np.array_equal(out[10:20, 10:20], rgba[10:20, 10:20])


def test_png_sequence_is_exact(tmp_path, frames):
    with PngWriter(tmp_path / "a") as writer:
        for rgba in frames:
            writer.write(rgba)
    files = sorted((tmp_path / "a").iterdir())
    assert [file.name for file in files] == [f"{n:06d}.png" for n in range(COUNT)]
    for file, rgba in zip(files, frames, strict=True):
        back = cv2.cvtColor(cv2.imread(str(file), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
        assert np.array_equal(back, rgba)


def test_exr_holds_all_layers_in_linear_light(tmp_path, frames):
    with ExrWriter(tmp_path / "a") as writer:
        for rgba in frames[:2]:
            writer.write(bleed(rgba)[..., :3], {"01-ann": rgba, "02-ben": rgba[::-1]})
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["000000.exr", "000001.exr"]
    with OpenEXR.File(str(tmp_path / "a" / "000001.exr"), separate_channels=True) as file:
        channels = {name: c.pixels.astype(np.float64) for name, c in file.channels().items()}
    letters = [f"{n}.{c}" for n in ("01-ann", "02-ben") for c in "RGBA"]
    assert set(channels) == {"R", "G", "B", *letters}
    rgba = frames[1]
    alpha = channels["01-ann.A"]
    assert np.abs(alpha * 255 - rgba[..., 3]).max() < 0.2
    light = channels["01-ann.R"] / np.maximum(alpha, 1e-6)
    display = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    solid = rgba[..., 3] > 20
    assert np.abs(255 * display - rgba[..., 0])[solid].max() < 0.5
    assert np.array_equal(channels["02-ben.A"], alpha[::-1])


def test_a_sequence_appears_whole_or_not_at_all(tmp_path, frames):
    def fail() -> None:
        with PngWriter(tmp_path / "a") as writer:
            writer.write(frames[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not list(tmp_path.iterdir())
    for count in (3, 2):  # a shorter one replaces a longer one whole
        with PngWriter(tmp_path / "a") as writer:
            for rgba in frames[:count]:
                writer.write(rgba)
    assert len(list((tmp_path / "a").iterdir())) == 2
