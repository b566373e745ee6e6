# What a person gave in place of a stage's own answer (clips/CLIP/import/) is turned into that stage's
# file, and the stage is not run. Downstream rules see no difference.
ruleorder: given_poses > poses
ruleorder: given_tracks > tracks
ruleorder: given_camera > camera
ruleorder: given_uv > uv


rule given_poses:
    input:
        frames=rules.frames.output.frames,
        given=ancient(given("poses")),
    output:
        poses="results/{clip}/poses.h5",
    log:
        "logs/{clip}/poses.log",
    wildcard_constraints:
        clip=clips_with("poses"),
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        given=given_digest("poses"),
        code=code_digest("poses", "retime.interop.cli"),
    message:
        "{wildcards.clip}: take people and their keypoints from {input.given}"
    shell:
        "retime given poses --frames {input.frames} --given {input.given} --out {output.poses}"
        " 2>&1 | tee {log}"


rule given_tracks:
    input:
        frames=rules.frames.output.frames,
        given=ancient(given("tracks")),
        corrections=ancient(written("keypoints/*.json")),
    output:
        tracks="results/{clip}/tracks.h5",
    log:
        "logs/{clip}/tracks.log",
    wildcard_constraints:
        clip=clips_with("tracks"),
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        settings=settings("tracks"),
        file=lambda wildcards, input: f"--given={input.given}" if input.given else "",
        given=given_digest("tracks"),
        corrections=lambda wildcards, input: [
            f"--corrections={file}" for file in input.corrections
        ],
        corrected=written_digest("keypoints/*.json"),
        code=code_digest("tracks", "retime.interop.cli"),
    message:
        "{wildcards.clip}: take tracked people from {input.given}"
    shell:
        "retime given tracks --frames {input.frames} {params.file} {params.corrections:q}"
        " --out {output.tracks} --settings {params.settings:q} 2>&1 | tee {log}"


rule given_camera:
    input:
        frames=rules.frames.output.frames,
        given=ancient(given("camera")),
    output:
        camera="results/{clip}/camera.h5",
    log:
        "logs/{clip}/camera.log",
    wildcard_constraints:
        clip=clips_with("camera"),
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        given=given_digest("camera"),
        code=code_digest("camera", "retime.interop.cli"),
    message:
        "{wildcards.clip}: take the camera from {input.given}"
    shell:
        "retime given camera --frames {input.frames} --given {input.given}"
        " --out {output.camera} 2>&1 | tee {log}"


rule given_uv:
    input:
        frames=rules.frames.output.frames,
        tracks=rules.tracks.output.tracks,
        given=ancient(given("uv")),
    output:
        uv="results/{clip}/uv.h5",
    log:
        "logs/{clip}/uv.log",
    wildcard_constraints:
        clip=clips_with("uv"),
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        given=given_digest("uv"),
        code=code_digest("uv", "retime.interop.cli"),
    message:
        "{wildcards.clip}: take the UV maps from {input.given}"
    shell:
        "retime given uv --frames {input.frames} --tracks {input.tracks} --given {input.given}"
        " --out {output.uv} 2>&1 | tee {log}"


rule masks:
    input:
        frames=rules.frames.output.frames,
        masks=lambda wildcards: ancient(
            sorted({str(path) for path, _ in MASKS[wildcards.clip].values()})
        ),
    output:
        masks="results/{clip}/masks.h5",
    log:
        "logs/{clip}/masks.log",
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        masks=lambda wildcards: [
            f"--mask={name}={path}#{number or ''}"
            for name, (path, number) in MASKS[wildcards.clip].items()
        ],
        given=lambda wildcards, input: " ".join(
            video_digest(Path(m)) for m in input.masks
        ),
        code=code_digest("masks", "retime.interop.cli"),
    message:
        "{wildcards.clip}: read the masks of layers"
    shell:
        "retime given masks --frames {input.frames} {params.masks:q} --out {output.masks}"
        " 2>&1 | tee {log}"
