"""What is given in place of a stage's answer: what runs then, and what runs again."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from retime.artifacts import Camera, Layers, Seeds, Tracks
from retime.interop import homographies

from .project import Project
from .test_reruns import LAYERS, TRACKS

pytestmark = pytest.mark.workflow

FRAMES, SIZE = 6, (128, 72)


def export(project: Project, form: str, name: str) -> None:
    """Give a clip what was found of it."""
    out = f"clips/demo/import/{name}"
    done = project.run("retime", "export-data", "demo", "--as", form, "--out", out)
    assert done.returncode == 0, done.stderr


def disc(folder: Path, frames: int, size: tuple[int, int], pictures: bool = False) -> None:
    """Draw a disc that goes from left to right: the masks, or the pictures over a noisy wall."""
    folder.mkdir(parents=True)
    wall = np.random.default_rng(0).integers(90, 150, (size[1], size[0], 3), np.uint8)
    for t in range(frames):
        picture = wall.copy() if pictures else np.zeros((size[1], size[0]), np.uint8)
        place = round(size[0] * (0.2 + 0.6 * t / frames)), size[1] // 2
        colour = (30, 40, 220) if pictures else 255
        cv2.circle(picture, place, size[1] // 5, colour, -1)
        assert cv2.imwrite(str(folder / f"{t + 1:04d}.png"), picture)


def add_masks(project: Project) -> None:
    disc(project.root / "clips/demo/masks/ball", 60, (480, 270))
    project.edit(
        "clips/demo/clip.yaml", "layers:\n", "layers:\n  - {name: ball, mask: masks/ball}\n"
    )


GIVEN: dict[str, tuple[Callable[[Project], object], set[str]]] = {
    "poses": (lambda p: export(p, "coco", "poses.json"), {"demo/poses.h5", *TRACKS}),
    "tracks": (lambda p: export(p, "cvat", "tracks.xml"), TRACKS),
    "a camera": (
        lambda p: export(p, "homographies", "homographies.txt"),
        {"demo/camera.h5", *LAYERS},
    ),
    "UV maps": (
        lambda p: export(p, "iuv", "uv"),
        {"demo/uv.h5", "demo/report/uv.png", *LAYERS},
    ),
    "masks of an object": (add_masks, {"demo/masks.h5", "demo/camera.h5", *LAYERS}),
}


@pytest.mark.parametrize("what", GIVEN)
def test_runs_the_stage_it_stands_in_for_and_those_below(project: Project, what: str) -> None:
    give, expected = GIVEN[what]
    give(project)
    assert project.made_by() == expected


def test_given_tracks_are_known_by_their_contents(project: Project) -> None:
    export(project, "alphapose", "tracks.json")
    tracks = project.root / "clips/demo/import/tracks.json"
    target = "results/demo/tracks.h5"
    poses = project.root / "results/demo/poses.h5"
    poses.unlink()  # nothing asks for them any more
    assert project.snakemake(target).returncode == 0
    assert not poses.exists()
    with Tracks.open(project.root / target) as made:
        assert made.parameters["given"] == "clips/demo/import/tracks.json"
        assert made.parameters["format"] == "alphapose"
    assert project.made_by(target) == set()
    tracks.touch()
    assert project.made_by(target) == set()
    held = json.loads(tracks.read_text())
    held["000003.png"][0]["keypoints"][0] += 1
    tracks.write_text(json.dumps(held))
    assert project.made_by(target) == {"demo/tracks.h5"}
    tracks.unlink()
    assert project.made_by(target) == {"demo/poses.h5", "demo/tracks.h5"}


def test_one_picture_of_many_changes(project: Project) -> None:
    export(project, "iuv", "uv")
    target = "results/demo/uv.h5"
    assert project.snakemake(target).returncode == 0
    assert project.made_by(target) == set()
    picture = project.root / "clips/demo/import/uv/02/000007.png"
    shutil.copy(project.root / "clips/demo/import/uv/01/000007.png", picture)
    assert project.made_by(target) == {"demo/uv.h5"}


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("clips/demo/import/track.json", "[]", "import/track.json: nothing of this name is read"),
        (
            "clips/demo/clip.yaml",
            "layers: [{name: ball, mask: masks/ball}]",
            "clips/demo/clip.yaml: layer 'ball': no mask at clips/demo/masks/ball",
        ),
    ],
)
def test_mistakes_are_said_before_any_job_starts(
    fresh: Project, tmp_path: Path, path: str, text: str, message: str
) -> None:
    project = fresh.copy(tmp_path / "checkout")
    project.write(path, text)
    done = project.snakemake("--dry-run")
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_clip_without_people_goes_from_frames_to_an_edit(fresh: Project, tmp_path: Path) -> None:
    project = fresh.copy(tmp_path / "checkout")
    disc(project.root / "released/rgb", FRAMES, SIZE, pictures=True)
    disc(project.root / "released/mask/01", FRAMES, SIZE)
    pan = np.stack([[[1, 0, t], [0, 1, 0], [0, 0, 1.0]] for t in range(FRAMES)])
    homographies.write(pan, SIZE, project.root / "released/homographies.txt")
    done = project.run("retime", "import", "released", "--name", "yard")
    assert (done.returncode, done.stdout) == (0, "clips/yard\n"), done.stderr
    project.write("clips/yard/edits/gone.yaml", "layers: {object1: remove}")
    edit = {f"yard/edits/gone/{name}" for name in ("timemap.h5", "timing.png", "gone.mp4")}
    nouns = [
        "frames",
        "tracks",
        "masks",
        "camera",
        "uv",
        "cast",
        "seeds",
        "decomposition",
        "layers",
    ]
    files = {f"yard/{noun}.h5" for noun in nouns}
    pictures = {"yard/report/layers.png", "yard/report/losses.png"}
    assert project.made_by("--config", "demo=false") == {*files, *edit, *pictures}
    done = project.snakemake("--config", "demo=false")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nobody" not in done.stdout + done.stderr
    assert project.made_by("--config", "demo=false") == set()
    results = project.root / "results/yard"
    with Camera.open(results / "camera.h5") as camera:
        assert np.allclose(camera.homographies[:], pan)
        assert camera.parameters["given"] == "clips/yard/import/homographies.txt"
    with Seeds.open(results / "seeds.h5") as seeds:
        assert (seeds.names, seeds.people) == (["object1"], [[]])
        assert (seeds.iuv[:, 0, :, :, 0] > 0).any((1, 2)).all()
    with Layers.open(results / "layers.h5") as layers:
        assert layers.names == ["object1"]
        assert len(layers.rgba) == 2
    assert (results / "edits/gone/gone.mp4").stat().st_size > 0


def test_a_released_clip_with_uv_maps_starts_at_its_layers(project: Project) -> None:
    done = project.run("retime", "export-data", "demo", "--as", "retiming", "--out", "released")
    assert done.returncode == 0, done.stderr
    done = project.run("retime", "import", "released", "--name", "again")
    assert done.returncode == 0, done.stderr
    target = "results/again/seeds.h5"
    made = {f"again/{noun}.h5" for noun in ("frames", "tracks", "camera", "uv", "seeds")}
    assert project.made_by(target) == made
    done = project.snakemake(target)
    assert done.returncode == 0, done.stdout + done.stderr
    with Seeds.open(project.root / target) as seeds:
        assert seeds.names == ["person1", "person2", "person3"]
        painted, first = seeds.trimap[:], seeds.trimap[0, 0]
    assert set(np.unique(painted)) == {0, 128, 255}
    assert first.shape == (64, 112)  # the release's sizes are multiples of 16: 448 x 256
    with Tracks.open(project.root / "results/again/tracks.h5") as tracks:
        assert tracks.parameters["format"] == "alphapose"
