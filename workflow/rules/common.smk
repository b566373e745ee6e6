import re
import sys
from pathlib import Path

from retime.clips import (
    CLIP_NAME,
    DEMO,
    DEMO_VIDEO,
    EDIT_NAME,
    find_edits,
    find_given,
    find_masks,
    find_videos,
    left_over,
)
from retime.config import Config, load_clip, read_yaml, resolve, stage_json, validate
from retime.corrections import check_corrections
from retime.errors import InputError
from retime.needs import asked_memory, asked_minutes, clip_extent
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


def read_clip(clip):
    """What a person says of one clip."""
    return load_clip(HAND_WRITTEN / clip / "clip.yaml")


def read_settings(clip):
    """The settings of all stages for one clip."""
    return resolve(CONFIG, SAID[clip], PRESETS, f"settings of clip '{clip}'")


# What is wrong in what people wrote is said before any job starts, in one line.
try:
    for file in workflow.configfiles:
        read_yaml(
            Path(file)
        )  # Snakemake has read it, but says nothing of a key given twice
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
    SAID = {clip: read_clip(clip) for clip in VIDEOS}
    SETTINGS = {clip: read_settings(clip) for clip in VIDEOS}
    GIVEN = {clip: find_given(clip, SAID[clip].people) for clip in VIDEOS}
    MASKS = {clip: find_masks(clip, SAID[clip].layers) for clip in VIDEOS}
    for clip in VIDEOS:
        check_corrections(clip)
except InputError as error:
    sys.exit(f"retime: {error}")


# A deleted edit's video stays: it may have taken hours, and nothing reads it. That it is nobody's any
# more is said at the start of a run.
if workflow.is_main_process:
    for folder in left_over(EDITS):
        print(
            f"retime: {folder}: its edit is not there any more; delete the folder if you do not "
            "need it",
            file=sys.stderr,
        )


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


def extent(wildcards):
    """How large the clip is, by what is known of it when a job is about to start."""
    clip = wildcards.get("clip", DEMO)
    tracks = Path("results") / clip / "tracks.h5"
    return clip_extent(VIDEOS[clip], SETTINGS[clip], tracks), SETTINGS[clip]


def memory(stage):
    """Resource function: MiB to ask for."""
    return lambda wildcards, attempt: asked_memory(
        stage, *extent(wildcards), attempt=attempt
    )


def minutes(stage):
    """Resource function: minutes to ask for."""
    return lambda wildcards, threads, attempt: asked_minutes(
        stage, *extent(wildcards), threads=threads, attempt=attempt
    )


def written(pattern):
    """Input function: the files people wrote for the clip, possibly none."""

    def files(wildcards):
        found = (HAND_WRITTEN / wildcards.clip).glob(pattern.format(**wildcards))
        return sorted(map(str, found))

    return files


def written_digest(pattern):
    """Params function: the digest of those files' names and contents."""
    return lambda wildcards: files_digest(map(Path, written(pattern)(wildcards)))


def clips_with(stage):
    """The clips, as a pattern, for which something was given in place of a stage."""
    clips = [clip for clip in VIDEOS if stage in GIVEN[clip]]
    if stage == "tracks":
        clips += [clip for clip in VIDEOS if not SAID[clip].people]
    return "|".join(map(re.escape, clips)) or "(?!)"  # which nothing matches


def given(stage):
    """Input function: what was given in place of a stage; its contents count, not its time."""
    return lambda wildcards: [
        str(path) for name, path in GIVEN[wildcards.clip].items() if name == stage
    ]


def contents_digest(path):
    """Tells a file, or folder of folders, from another one put in its place."""
    places = [path, *sorted(p for p in path.rglob("*") if p.is_dir())]
    return " ".join(f"{place.name} {video_digest(place)}" for place in places)


def given_digest(stage):
    """Params function: the digest of what was given in place of a stage."""
    return lambda wildcards: " ".join(
        contents_digest(Path(path)) for path in given(stage)(wildcards)
    )


def are_detected(clip):
    """Whether people are looked for in the clip, rather than given or not there."""
    return SAID[clip].people and "tracks" not in GIVEN[clip]


def masks_of(wildcards):
    """Input function: the masks of the clip's layers, where any have some."""
    clip = wildcards.clip
    return [f"results/{clip}/masks.h5"] if MASKS[clip] else []


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
        nouns = ["frames", "tracks", "camera", "uv", "seeds", "decomposition", "layers"]
        nouns += ["poses"] if are_detected(clip) else []
        nouns += ["masks"] if MASKS[clip] else []
        targets += [f"results/{clip}/{noun}.h5" for noun in nouns]
        pictures = ["tracks", "uv"] if SAID[clip].people else []
        for picture in (*pictures, "layers", "losses"):
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
