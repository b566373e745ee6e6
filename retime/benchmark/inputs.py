"""What training reads of a scene: by the pipeline's own stages, or from the truth."""

from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from retime.artifacts import Frames, Tracks, Uv
from retime.body.stage import run_uv
from retime.camera.stage import run_camera
from retime.config import Settings
from retime.demo.truth import Truth
from retime.layers.seeding import run_seeds
from retime.people.interpolation import ABSENT, OBSERVED
from retime.people.stage import run_poses, run_tracks
from retime.video.stage import run_frames

Inputs = Literal["own", "true"]


def make_inputs(
    video: Path, truth: Path, folder: Path, settings: Settings, inputs: Inputs, threads: int
) -> None:
    """Write ``frames.h5``, ``tracks.h5``, ``camera.h5``, ``uv.h5`` and ``seeds.h5`` to ``folder``.

    Args:
        video: of the scene.
        truth: a ``Truth`` artifact; read only if ``inputs`` is "true".
        folder: where to.
        settings: of the stages.
        inputs: "own": everything as the pipeline finds it in the video. "true": exact keypoints
            and UV maps; the camera is found in the video all the same.
        threads: CPU threads.

    Raises:
        InputError: nobody is found in the video.
    """
    frames, tracks, camera, uv = (folder / f"{s}.h5" for s in ("frames", "tracks", "camera", "uv"))
    run_frames(video, frames, settings.frames, video.stem)
    if inputs == "own":
        poses = folder / "poses.h5"
        run_poses(frames, poses, settings.poses, threads)
        run_tracks(poses, tracks, settings.tracks, [], frames=frames)
        run_uv(tracks, uv, settings.uv, threads)
    else:
        _true_people(truth, frames, tracks, uv)
    run_camera(frames, tracks, camera, settings.camera, threads)
    run_seeds(frames, tracks, uv, camera, folder / "seeds.h5", settings.seeds, None)


def _true_people(truth: Path, frames: Path, tracks: Path, uv: Path) -> None:
    """Write the true keypoints and UV maps as ``tracks`` and ``uv`` would."""
    with Truth.open(truth) as true, Frames.open(frames) as video:
        common = video.clip_attributes()
        width, height = common["working_size"]
        count, people = true.order.shape
        present = (true.keypoints[..., 2] > 0).any(-1)  # [T, N]
        with Tracks.create(tracks, sizes={"T": count, "P": people}, parameters={}, **common) as out:
            out.keypoints[:] = np.where(present[..., None, None], true.keypoints[..., :2], np.nan)
            out.score[:] = np.where(present[..., None], 1.0, 0.0)
            out.state[:] = np.where(present[..., None], OBSERVED, ABSENT)
            out.present[:] = present
            out.ids[:] = np.arange(1, people + 1)
        sizes = {"T": count, "P": people, "h": height, "w": width}
        with Uv.create(uv, sizes=sizes, parameters={}, **common) as out:
            out.ids[:] = np.arange(1, people + 1)
            for t in range(count):
                for n in range(people):
                    # Nearest: parts are labels, and u, v of two parts have no mean.
                    out.iuv[t, n] = cv2.resize(
                        true.iuv[t, n], (width, height), interpolation=cv2.INTER_NEAREST
                    )
