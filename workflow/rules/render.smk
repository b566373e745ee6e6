rule render:
    input:
        layers=rules.upsample.output.layers,
        camera=rules.camera.output.camera,
        timemap=rules.warp.output.timemap,
        video=source_video,
    output:
        video="results/{clip}/edits/{edit}/{edit}.mp4",
        beside=report(
            "results/{clip}/edits/{edit}/beside.mp4",
            caption="../report/beside.rst",
            category="{clip}",
            subcategory="Edits",
            labels={"edit": "{edit}", "shows": "source and edit"},
        ),
    log:
        "logs/{clip}/render-{edit}.log",
    benchmark:
        "benchmarks/{clip}/render-{edit}.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: HALF
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        settings=settings("render"),
        code=code_digest("render"),
    message:
        "{wildcards.clip}: render '{wildcards.edit}'"
    shell:
        "retime render --layers {input.layers} --camera {input.camera}"
        " --timemap {input.timemap} --video {input.video:q} --out {output.video}"
        " --beside {output.beside} --settings {params.settings:q} --threads {threads}"
        " 2>&1 | tee {log}"
