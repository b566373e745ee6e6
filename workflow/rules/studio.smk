# On demand, and when `retime studio CLIP` is run: what the studio's page plays.
rule studio:
    input:
        layers=rules.upsample.output.layers,
        frames=rules.frames.output.frames,
        video=source_video,
    output:
        folder=directory("results/{clip}/studio"),
    log:
        "logs/{clip}/studio.log",
    benchmark:
        "benchmarks/{clip}/studio.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: HALF
    resources:
        mem_mb=memory("render"),
        runtime=minutes("render"),
    params:
        light=lambda wildcards: SETTINGS[wildcards.clip].render.light,
        code=code_digest("footage"),
    message:
        "{wildcards.clip}: films for the studio"
    shell:
        "retime footage --layers {input.layers} --frames {input.frames}"
        " --video {input.video:q} --out {output.folder} --light {params.light}"
        " --threads {threads} 2>&1 | tee {log}"
