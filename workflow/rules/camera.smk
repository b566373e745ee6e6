rule camera:
    input:
        frames=rules.frames.output.frames,
        tracks=rules.tracks.output.tracks,
        masks=masks_of,
    output:
        camera="results/{clip}/camera.h5",
    log:
        "logs/{clip}/camera.log",
    benchmark:
        "benchmarks/{clip}/camera.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: HALF
    resources:
        mem_mb=memory("camera"),
        runtime=minutes("camera"),
    params:
        settings=settings("camera"),
        masks=lambda wildcards, input: f"--masks={input.masks}" if input.masks else "",
        code=code_digest("camera"),
    message:
        "{wildcards.clip}: find how the camera moved"
    shell:
        "retime camera --frames {input.frames} --tracks {input.tracks} {params.masks}"
        " --out {output.camera} --settings {params.settings:q} --threads {threads} 2>&1 | tee {log}"
