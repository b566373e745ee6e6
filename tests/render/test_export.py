import av
import cv2
import numpy as np
import OpenEXR
import pytest

from retime.config import RenderSettings
from retime.errors import InputError
from retime.layers.composite import over_pictures
from retime.render.export import run_export
from retime.render.stage import preview_edit, run_render
from retime.video.colour import ColourTags, read_colour_tags
from retime.video.decoding import read_frames
from retime.video.encoding import VideoWriter

LENGTH, HEIGHT, WIDTH = 6, 48, 64


@pytest.fixture
def clip(make_clip):
    """Two translucent blocks move over a smooth background."""
    rgba = np.zeros((3, LENGTH, HEIGHT, WIDTH, 4), np.uint8)
    rgba[0, ..., :3] = (60 + np.arange(WIDTH))[:, None]
    rgba[0, ..., 3] = 255
    for t in range(LENGTH):
        rgba[1, t, 10:30, 2 * t : 2 * t + 20] = [220, 90, 30, 255]
        rgba[2, t, 20:40, 30 - t : 50 - t] = [40, 90, 200, 200]
    return make_clip(rgba)


def export(clip, form, video=None, settings=None, alone=True, **timemap):
    out = clip.folder / form
    mapped = clip.timemap(**timemap)
    settings = settings or RenderSettings()
    run_export(clip.layers, clip.camera, mapped, video, out, form, settings, "stop", alone)
    return out


def read_alpha(path):
    with av.open(str(path)) as container:
        return np.stack([f.to_ndarray(format="rgba") for f in container.decode(video=0)])


OPACITY = np.array([np.linspace(0, 1, LENGTH), np.ones(LENGTH)])


@pytest.mark.parametrize("form", ["ffv1", "png"])
def test_layers_alone_compose_to_the_picture(clip, form):
    times = np.array([np.full(LENGTH, 2), range(LENGTH)], float)
    times[1, 3] = np.nan
    out = export(clip, form, source_time=times, opacity=OPACITY)
    names = ["00-background", "01-instance-0", "02-instance-1"]
    suffix = ".mkv" if form == "ffv1" else ""
    assert sorted(p.name for p in out.iterdir()) == sorted(["layers", f"stop{suffix}"])
    assert sorted(p.name for p in (out / "layers").iterdir()) == [f"{n}{suffix}" for n in names]
    if form == "ffv1":
        read = [read_alpha(out / "layers" / f"{n}.mkv") for n in names]
        whole = np.stack(list(read_frames(out / "stop.mkv")))
    else:
        read = [
            np.stack(
                [
                    cv2.cvtColor(cv2.imread(str(file), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
                    if n == names[0]
                    else cv2.cvtColor(cv2.imread(str(file), -1), cv2.COLOR_BGRA2RGBA)
                    for file in sorted((out / "layers" / n).iterdir())
                ]
            )
            for n in names
        ]
        whole = np.stack(list(read_frames(out / "stop")))
    assert np.array_equal(read[2][0], clip.rgba[2, 0])
    assert not read[2][3].any()  # shows nothing there
    for t in range(LENGTH):
        made = over_pictures(read[0][t][..., :3], [read[1][t], read[2][t]])
        assert np.abs(made.astype(int) - whole[t]).max() <= 1


def test_exr_holds_picture_and_layers(clip):
    out = export(clip, "exr")
    files = sorted((out / "stop").iterdir())
    assert len(files) == LENGTH
    with OpenEXR.File(str(files[3]), separate_channels=True) as file:
        channels = {name: c.pixels.astype(float) for name, c in file.channels().items()}
    assert {"R", "00-background.G", "01-instance-0.A", "02-instance-1.B"} <= set(channels)
    # Over, in the format's own light, of what it holds: the opaque block is as in the picture.
    assert channels["01-instance-0.R"][12, 10] == pytest.approx(channels["R"][12, 10])
    assert channels["02-instance-1.A"][36, 40] == pytest.approx(200 / 255, abs=1e-3)


def test_formats_without_alpha_have_no_layers(clip):
    assert [p.name for p in export(clip, "h265").iterdir()] == ["stop.mp4"]
    assert [p.name for p in export(clip, "prores", alone=False).iterdir()] == ["stop.mov"]


def test_an_unknown_format_is_refused(clip):
    with pytest.raises(InputError, match="--as gif: no such format; there are h264"):
        export(clip, "gif")
    assert not (clip.folder / "gif").exists()


def test_a_failed_export_leaves_the_old_one(clip, monkeypatch):
    out = export(clip, "ffv1")
    before = sorted(out.rglob("*"))

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("retime.render.export.add_sound", fail)
    with pytest.raises(ZeroDivisionError):
        export(clip, "ffv1")
    assert sorted(out.rglob("*")) == before
    assert not list(clip.folder.glob(".*"))


def test_a_result_keeps_the_tags_of_its_source(clip, tmp_path):
    video, tags = tmp_path / "source.mp4", ColourTags(6, 6, 6, 2)
    with VideoWriter(video, (32, 32), 10, colour=tags) as writer:
        for _ in range(3):
            writer.write(np.zeros((32, 32, 3), np.uint8))
    out = tmp_path / "edit.mp4"
    run_render(clip.layers, clip.camera, clip.timemap(), video, out, RenderSettings())
    assert read_colour_tags(out) == tags
    shown = next(read_frames(out))
    true = over_pictures(clip.rgba[0, 0, ..., :3], list(clip.rgba[1:, 0]))
    assert np.abs(shown[12:28, 2:18].astype(int) - true[12:28, 2:18]).mean() < 4


def test_linear_light_is_a_setting(clip):
    settings = RenderSettings(light="linear")
    frames = [
        np.stack(list(read_frames(export(clip, "ffv1", settings=s, alone=False) / "stop.mkv")))
        for s in (None, settings)
    ]
    assert np.array_equal(frames[0][:, 12, :10], frames[1][:, 12, :10])  # opaque
    assert (frames[1][0, 36, 35].astype(int) != frames[0][0, 36, 35]).any()


def test_preview_is_small_and_shows_the_same(clip, tmp_path):
    out = tmp_path / "preview.mp4"
    still = np.full((2, LENGTH), 2.0)
    mapped = clip.timemap(source_time=still)
    preview_edit(clip.layers, clip.camera, mapped, out, RenderSettings(), 24)
    shown = np.stack(list(read_frames(out)))
    assert shown.shape == (LENGTH, 24, 32, 3)
    assert shown[3, 7, 5, 0] > 190  # the first block, at rows 10..30 and columns 4..24
    assert shown[3, 2, 5, 0] < 100
