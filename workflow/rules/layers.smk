# The layers, their people and their order, as edits need them: seeds with automatic trimaps. They are
# kept apart from those that painted trimaps go into, so that painting re-runs no time map.
rule cast:
    input:
        frames=rules.frames.output.frames,
        tracks=rules.tracks.output.tracks,
        uv=rules.uv.output.uv,
        camera=rules.camera.output.camera,
        masks=masks_of,
    output:
        cast="results/{clip}/cast.h5",
    log:
        "logs/{clip}/cast.log",
    benchmark:
        "benchmarks/{clip}/cast.tsv"
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("seeds"),
        runtime=minutes("seeds"),
    params:
        settings=settings("seeds"),
        masks=lambda wildcards, input: f"--masks={input.masks}" if input.masks else "",
        code=code_digest("seeds"),
    message:
        "{wildcards.clip}: say who is on which layer"
    shell:
        "retime seeds --frames {input.frames} --tracks {input.tracks} --uv {input.uv} --camera {input.camera}"
        " {params.masks} --out {output.cast} --settings {params.settings:q} 2>&1 | tee {log}"


rule seeds:
    input:
        frames=rules.frames.output.frames,
        tracks=rules.tracks.output.tracks,
        uv=rules.uv.output.uv,
        camera=rules.camera.output.camera,
        masks=masks_of,
        trimaps=ancient(written("trimaps/[!.]*/[!.]*.png")),
    output:
        seeds="results/{clip}/seeds.h5",
    log:
        "logs/{clip}/seeds.log",
    benchmark:
        "benchmarks/{clip}/seeds.tsv"
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("seeds"),
        runtime=minutes("seeds"),
    params:
        settings=settings("seeds"),
        masks=lambda wildcards, input: f"--masks={input.masks}" if input.masks else "",
        trimaps=lambda wildcards, input: (
            f"--trimaps=clips/{wildcards.clip}/trimaps" if input.trimaps else ""
        ),
        painted=written_digest("trimaps/[!.]*/[!.]*.png"),
        code=code_digest("seeds"),
    message:
        "{wildcards.clip}: lay out the layers"
    shell:
        "retime seeds --frames {input.frames} --tracks {input.tracks} --uv {input.uv} --camera {input.camera}"
        " {params.masks} {params.trimaps} --out {output.seeds} --settings {params.settings:q} 2>&1 | tee {log}"


# Training takes all cores: two at a time would take more than twice as long. Its checkpoint is no
# output, since Snakemake deletes the outputs of a job that was killed; the stage checks for itself
# that a checkpoint belongs to its inputs.
rule train:
    input:
        frames=rules.frames.output.frames,
        seeds=rules.seeds.output.seeds,
    output:
        decomposition="results/{clip}/decomposition.h5",
    log:
        "logs/{clip}/train.log",
    benchmark:
        "benchmarks/{clip}/train.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: CORES
    resources:
        mem_mb=memory("train"),
        runtime=minutes("train"),
    params:
        settings=settings("train"),
        checkpoint="results/{clip}/checkpoints/train.ckpt",
        code=code_digest("train"),
    message:
        "{wildcards.clip}: train the layered neural renderer"
    shell:
        "retime train --frames {input.frames} --seeds {input.seeds}"
        " --out {output.decomposition} --checkpoint {params.checkpoint}"
        " --settings {params.settings:q} --threads {threads} 2>&1 | tee {log}"


rule upsample:
    input:
        frames=rules.frames.output.frames,
        seeds=rules.seeds.output.seeds,
        camera=rules.camera.output.camera,
        decomposition=rules.train.output.decomposition,
        video=source_video,
    output:
        layers="results/{clip}/layers.h5",
    log:
        "logs/{clip}/upsample.log",
    benchmark:
        "benchmarks/{clip}/upsample.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: CORES
    resources:
        mem_mb=memory("upsample"),
        runtime=minutes("upsample"),
    params:
        settings=settings("upsample"),
        checkpoint="results/{clip}/checkpoints/upsample.ckpt",
        code=code_digest("upsample"),
    message:
        "{wildcards.clip}: bring the layers to full size"
    shell:
        "retime upsample --frames {input.frames} --seeds {input.seeds} --camera {input.camera}"
        " --decomposition {input.decomposition} --video {input.video:q} --out {output.layers}"
        " --checkpoint {params.checkpoint} --settings {params.settings:q} --threads {threads}"
        " 2>&1 | tee {log}"
