import sys
from pathlib import Path

from retime.clips import (
    CLIP_NAME,
    DEMO,
    DEMO_VIDEO,
    EDIT_NAME,
    find_edits,
    find_videos,
)
from retime.config import Config, load_clip, resolve, stage_json, validate
from retime.errors import InputError
from retime.provenance import code_digest, files_digest, video_digest
from retime.timing.edit import load_edit
from retime.video.formats import EXPORTS


wildcard_constraints:
    clip=CLIP_NAME,
    edit=EDIT_NAME,


PRESETS = Path(workflow.basedir) / "config" / "presets"
HAND_WRITTEN = Path("clips")
CORES = workflow.resource_settings.cores or 1  # none where a cluster runs the jobs
HALF = max(1, CORES // 2)  # for stages of which two can run at a time


def read_settings(clip):
    """The settings of all stages for one clip."""
    file = HAND_WRITTEN / clip / "clip.yaml"
    return resolve(CONFIG, load_clip(file), PRESETS, f"settings of clip '{clip}'")


# What is wrong in what people wrote is said before any job starts, in one line.
try:
    CONFIG = validate(config, Config, "config/config.yaml (or --config)")
    VIDEOS = find_videos(CONFIG.videos)
    WITH_DEMO = CONFIG.demo and (HAND_WRITTEN / DEMO).is_dir()
    if WITH_DEMO and DEMO in VIDEOS:
        raise InputError(
            f"{VIDEOS[DEMO]}: 'demo' is the name of the demo clip; rename the video, "
            "or set 'demo: false' in config/config.yaml"
        )
    VIDEOS.setdefault(DEMO, DEMO_VIDEO)
    CLIPS = sorted(set(VIDEOS) - {DEMO} | ({DEMO} if WITH_DEMO else set()))
    EDITS = {clip: find_edits(clip) for clip in VIDEOS}
    SOUNDS = {
        (clip, edit): load_edit(HAND_WRITTEN / clip / "edits" / f"{edit}.yaml").sounds()
        for clip, edits in EDITS.items()
        for edit in edits
    }
    SETTINGS = {clip: read_settings(clip) for clip in VIDEOS}
except InputError as error:
    sys.exit(f"retime: {error}")


def source_video(wildcards):
    """The clip's video. A user's is known by its digest, not by its time."""
    video = str(VIDEOS[wildcards.clip])
    return video if made_here(wildcards.clip) else ancient(video)


def made_here(clip):
    return VIDEOS[clip] == DEMO_VIDEO


def source_digest(wildcards):
    """Tells a user's video from another one put in its place; empty for the demo's."""
    clip = wildcards.clip
    return "" if made_here(clip) else video_digest(VIDEOS[clip])


def settings(stage):
    """Params function: one stage's settings for the clip, as JSON."""
    return lambda wildcards: stage_json(SETTINGS[wildcards.clip], stage)


def written(pattern):
    """Input function: the files people wrote for the clip, possibly none."""

    def files(wildcards):
        found = (HAND_WRITTEN / wildcards.clip).glob(pattern.format(**wildcards))
        return sorted(map(str, found))

    return files


def written_digest(pattern):
    """Params function: the digest of those files' names and contents."""
    return lambda wildcards: files_digest(map(Path, written(pattern)(wildcards)))


def sounds_of_edit(wildcards):
    """Input function: the sound files that an edit names."""
    return sorted(
        str(file) for file in SOUNDS.get((wildcards.clip, wildcards.edit), [])
    )


def results_of(*clips):
    """All files of clips: the edits' videos, the report's pictures, and what they are made from.

    Files on the way are named, too. Snakemake deletes the output of a job that failed, and would
    not miss it while what was made from it earlier still lies there.
    """
    targets = []
    for clip in clips:
        nouns = "frames poses tracks camera uv seeds decomposition layers".split()
        targets += [f"results/{clip}/{noun}.h5" for noun in nouns]
        for picture in ("tracks", "uv", "layers", "losses"):
            targets.append(f"results/{clip}/report/{picture}.png")
        for edit in EDITS[clip]:
            targets.append(f"results/{clip}/edits/{edit}/timemap.h5")
            targets.append(f"results/{clip}/edits/{edit}/{edit}.mp4")
            targets.append(f"results/{clip}/edits/{edit}/timing.png")
            for form in SETTINGS[clip].export.formats:
                targets.append(f"results/{clip}/edits/{edit}/{form}")
        if EDITS[clip]:
            targets.append(f"results/{clip}/cast.h5")
    return targets


def all_results(wildcards):
    """The results of every clip there is."""
    if not CLIPS:
        sys.exit(
            f"retime: no video found in {', '.join(CONFIG.videos)}; put one there, "
            "or set 'videos' in config/config.yaml"
        )
    return results_of(*CLIPS)
