"""The pictures of ``docs/corrections.md``: a clip, its corrections, and what becomes of them.

``python -m retime.demo.correction_walk --work FOLDER --out docs/images/corrections`` films the
clip of ``splash.py`` and runs the stages on it as the workflow does, before and after each of the
corrections in ``docs/corrections/splash``.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from retime.artifacts import Frames, Layers, Tracks
from retime.atomic import write_bytes
from retime.body.stage import run_uv
from retime.camera.stage import run_camera
from retime.config import Config, load_clip, resolve
from retime.demo.clip import write_clip
from retime.demo.splash import film_splash, splash
from retime.layers.exporting import draw_guide
from retime.layers.painted import find_painted, read_painted
from retime.layers.preview import checkerboard
from retime.layers.seeding import run_seeds
from retime.layers.training import run_train
from retime.layers.trimap import UNSURE
from retime.layers.upsampling import run_upsample
from retime.people.preview import COLOURS, contact_sheet, draw_person, write
from retime.people.stage import run_poses, run_tracks
from retime.video.stage import run_frames

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "docs" / "corrections" / "splash"
MOMENTS = (9, 11, 12, 29)  # frames in which the water is in the air
PAINTED = 12  # the frame over which the trimaps are shown
WRISTS = (0, slice(40, 216), slice(80, 240))  # frame, rows and columns around the jumper


class Walk:
    """The clip's stages in a folder, in the order in which the workflow runs them."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.folder, self.threads = folder, threads
        clip = load_clip(WRITTEN / "clip.yaml")
        self.settings = resolve(Config(), clip, ROOT / "config" / "presets")

    def file(self, noun: str) -> Path:
        """Return where a stage's file lies."""
        return self.folder / f"{noun}.h5"

    def find_people(self) -> None:
        """Film the clip, decode it and detect the people."""
        video, scenario = self.folder / "splash.mp4", splash()
        write_clip(scenario, film_splash(scenario), video)
        run_frames(video, self.file("frames"), self.settings.frames, "splash")
        run_poses(self.file("frames"), self.file("poses"), self.settings.poses, self.threads)

    def track(self, corrections: list[Path]) -> None:
        """Follow the people, with a person's corrections."""
        poses, frames, tracks = (self.file(noun) for noun in ("poses", "frames", "tracks"))
        run_tracks(poses, tracks, self.settings.tracks, corrections, frames=frames)

    def prepare(self) -> None:
        """Find what does not depend on trimaps."""
        tracks = self.file("tracks")
        run_camera(
            self.file("frames"), tracks, self.file("camera"), self.settings.camera, self.threads
        )
        run_uv(tracks, self.file("uv"), self.settings.uv, self.threads)

    def decompose(self, trimaps: Path | None) -> float:
        """Find the layers, with a person's trimaps; return the seconds that training took."""
        names = ("tracks", "uv", "camera", "frames", "seeds", "decomposition", "layers")
        tracks, uv, camera, frames, seeds, decomposition, layers = (self.file(n) for n in names)
        run_seeds(frames, tracks, uv, camera, seeds, self.settings.seeds, trimaps)
        began = time.monotonic()
        run_train(frames, seeds, decomposition, self.settings.train, None, self.threads)
        seconds = time.monotonic() - began
        run_upsample(
            frames, seeds, camera, decomposition, layers, self.settings.upsample, None, self.threads
        )
        return seconds

    def joints(self) -> np.ndarray:
        """Show the jumper's joints in the frame whose wrists are wrong at first."""
        t, rows, columns = WRISTS
        with Frames.open(self.file("frames")) as video, Tracks.open(self.file("tracks")) as people:
            size = tuple(people.source_size)
            picture = cv2.resize(video.rgb[t], size, interpolation=cv2.INTER_CUBIC)
            picture = cv2.resize(picture[rows, columns], None, fx=3, fy=3)
            places = people.keypoints[t, 0] - [columns.start, rows.start]
            draw_person(picture, (places + 0.5) * 3 - 0.5, people.state[t, 0], "1", COLOURS[0])
        return picture

    def layers(self, title: str) -> np.ndarray:
        """Show both layers over a checkerboard at the moments of interest."""
        tiles = []
        with Layers.open(self.file("layers")) as found:
            height, width = found.rgba.shape[2:4]
            board = checkerboard(height, width)
            for n, name in enumerate(found.names, start=1):
                for t in MOMENTS:
                    rgba = found.rgba[n, t]
                    alpha = rgba[..., 3:] / 255
                    tile = (rgba[..., :3] * alpha + board * (1 - alpha)).round().astype(np.uint8)
                    write(tile, f"{name}, frame {t}, {title}", (6, 18), (255, 255, 255))
                    tiles.append(tile)
        return contact_sheet(tiles, len(MOMENTS))

    def trimaps(self) -> np.ndarray:
        """Show what is painted of each layer over the frame; what stays automatic is darkened."""
        tiles = []
        with Frames.open(self.file("frames")) as video:
            size = tuple(video.source_size)
            frame = cv2.resize(video.rgb[PAINTED], size, interpolation=cv2.INTER_CUBIC)
            files = find_painted(WRITTEN / "trimaps")
            for file in (f for f in files if f.first <= PAINTED <= f.last):
                painted = read_painted(file.path, size, size)
                tile = draw_guide(frame, painted.over(np.zeros_like(painted.trimap)))
                what = "find out" if (painted.trimap[painted.meant] == UNSURE).all() else "not here"
                outline, _ = cv2.findContours(
                    painted.meant.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
                )
                cv2.drawContours(tile, outline, -1, (255, 255, 255), 1)
                write(tile, f"{file.layer}: {what}", (6, 18), (255, 255, 255))
                tiles.append(tile)
        return contact_sheet(tiles, len(tiles))


def save(pictures: Sequence[np.ndarray], out: Path) -> None:
    """Write pictures side by side as a JPEG."""
    sheet = contact_sheet(list(pictures), len(pictures))
    _, data = cv2.imencode(".jpg", sheet[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])
    write_bytes(out, data.tobytes())


def main() -> None:
    """Run the walk and write its pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for the stages' files")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    walk = Walk(given.work, given.threads)
    walk.find_people()
    walk.track([])
    before = walk.joints()
    walk.track(sorted((WRITTEN / "keypoints").glob("*.json")))
    save([before, walk.joints()], given.out / "wrists.jpg")
    walk.prepare()
    print(f"first training: {walk.decompose(None):.0f} s")
    save([walk.layers("at first")], given.out / "before.jpg")
    save([walk.trimaps()], given.out / "trimaps.jpg")
    print(f"second training: {walk.decompose(WRITTEN / 'trimaps'):.0f} s")
    save([walk.layers("corrected")], given.out / "after.jpg")


if __name__ == "__main__":
    main()
