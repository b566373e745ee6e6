"""The studio's page in Chromium, on a real studio of the tiny demo.

Pictures of the walk are kept in ``build/studio``, or where ``RETIME_SCREENSHOTS`` says.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from retime.video.decoding import decode
from retime.video.probing import probe

from .project import ROOT, TINY, Project

pytestmark = pytest.mark.workflow
SOURCES = ROOT / "studio"
PICTURES = Path(os.environ.get("RETIME_SCREENSHOTS", ROOT / "build/studio"))


@pytest.fixture
def address(project: Project) -> Iterator[str]:
    """The address of a studio of the project's demo."""
    command = [sys.executable, "-m", "retime", "studio", "demo", "--port", "0", "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(project.root)}
    with subprocess.Popen(
        [*command, "--", "--configfile", TINY],
        cwd=project.root,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            for line in server.stdout:
                if found := re.search(r"http://127\.0\.0\.1:\S+", line):
                    break
            else:
                pytest.fail("the studio did not start")
            yield found[0]
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def page() -> Path:
    """The page's sources with Playwright, to drive a browser with."""
    for tools in (("npm",), ("chromium", "google-chrome")):
        if not any(map(shutil.which, tools)):
            pytest.skip(f"{tools[0]} is not installed")
    if not (SOURCES / "node_modules/playwright-core").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=SOURCES, check=True)
    return SOURCES


def node(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["node", *arguments], cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_walk_through_the_studio(project: Project, address: str, page: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    node(page, "end-to-end/walk.mjs", address, str(PICTURES))
    clip = project.root / "clips/demo"
    edit = yaml.safe_load((clip / "edits/walk.yaml").read_text())
    assert abs(edit["layers"]["walker"]["freeze"] - 25) <= 1
    assert edit["layers"]["ben"]["align"]["to"] == "ann"
    (correction,) = json.loads((clip / "keypoints/studio.json").read_text())
    assert (correction["person"], correction["frame"]) == (3, 12)
    assert list(correction["keypoints"]) == ["left_wrist"]
    painted = sorted(path.name for path in (clip / "trimaps/ben").iterdir())
    assert painted == ["000010.png", "000011.png", "000012.png"]
    assert (project.root / "results/demo/edits/walk/walk.mp4").stat().st_size
    assert (PICTURES / "result.png").stat().st_size


def test_what_is_heard_follows_the_layer_chosen(project: Project, address: str, page: Path) -> None:
    folder = project.root / "results/demo/studio"
    index = json.loads((folder / "footage.json").read_text())
    count, samples = len(index["source"]["samples"]), 48_000 * index["rate"][1] // index["rate"][0]
    rising = np.arange(count * samples) / samples / 100 * 2**15  # 0.01 more with every frame
    with wave.open(str(folder / "sound.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(48_000)
        sound.writeframes(rising.astype("<i2").tobytes())
    (folder / "footage.json").write_text(json.dumps(index | {"sound": "sound.wav"}))
    node(page, "end-to-end/sound.mjs", address)


def decoded(video: Path) -> np.ndarray:
    """Return all frames of a video as the workflow decodes them, uint8 [T, H, W, 3]."""
    source = probe(video)
    return np.stack([frame for _, frame in decode(source, range(len(source.times)))])


def test_the_preview_is_what_render_makes(
    project: Project, address: str, page: Path, tmp_path: Path
) -> None:
    edits = {
        "copies": {
            "layers": {"ann": {"duplicate": [{"delay": 5, "move": [60, 0]}], "opacity": 0.7}}
        },
        "bent": {
            "layers": {"ben": {"remap": {"keys": [[0, 0], [20, 50], [50, 10]], "curve": "smooth"}}},
            "between": "blend",
            "background": {"speed": 0.5},
        },
    }
    # Coded finely: at this size the coder alone would cost as much as is allowed.
    project.edit("clips/demo/clip.yaml", "settings:\n", "settings:\n  render: {crf: 4}\n")
    for name, edit in edits.items():
        project.write(f"clips/demo/edits/{name}.yaml", yaml.safe_dump(edit))
    names = ["freeze", "remove", "together", *edits]
    videos = [f"results/demo/edits/{name}/{name}.mp4" for name in names]
    done = project.snakemake(*videos)
    assert done.returncode == 0, done.stdout + done.stderr
    node(page, "end-to-end/measure.mjs", address, "--frames", str(tmp_path / "seen"), *names)
    figures = {}
    for name, video in zip(names, videos, strict=True):
        rendered = decoded(project.root / video)
        files = sorted((tmp_path / "seen" / name).iterdir())
        seen = np.stack([cv2.imread(str(file))[..., ::-1] for file in files])
        assert seen.shape == rendered.shape
        figures[name] = min(map(cv2.PSNR, seen, rendered))
    print(figures)
    assert min(figures.values()) >= 38, figures
