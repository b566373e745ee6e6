rule frames:
    input:
        video=source_video,
    output:
        frames="results/{clip}/frames.h5",
    log:
        "logs/{clip}/frames.log",
    benchmark:
        "benchmarks/{clip}/frames.tsv"
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("frames"),
        runtime=minutes("frames"),
    params:
        settings=settings("frames"),
        video=source_digest,
        code=code_digest("frames"),
    message:
        "{wildcards.clip}: decode the frames"
    shell:
        "retime frames --video {input.video:q} --clip {wildcards.clip} --out {output.frames}"
        " --settings {params.settings:q} 2>&1 | tee {log}"
