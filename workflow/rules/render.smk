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
        mem_mb=memory("render"),
        runtime=minutes("render"),
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


# What `settings: {export: {formats: [...]}}` asks for, or a target by name.
rule export:
    input:
        layers=rules.upsample.output.layers,
        camera=rules.camera.output.camera,
        timemap=rules.warp.output.timemap,
        video=source_video,
    output:
        folder=directory("results/{clip}/edits/{edit}/{form}"),
    log:
        "logs/{clip}/export-{edit}-{form}.log",
    benchmark:
        "benchmarks/{clip}/export-{edit}-{form}.tsv"
    wildcard_constraints:
        form="|".join(EXPORTS),
    conda:
        "../../envs/environment.yaml"
    threads: HALF
    resources:
        mem_mb=memory("render"),
        runtime=minutes("render"),
    params:
        settings=settings("render"),
        code=code_digest("export"),
    message:
        "{wildcards.clip}: export '{wildcards.edit}' as {wildcards.form}"
    shell:
        "retime export --layers {input.layers} --camera {input.camera}"
        " --timemap {input.timemap} --video {input.video:q} --out {output.folder}"
        " --as {wildcards.form} --name {wildcards.edit} --settings {params.settings:q}"
        " --threads {threads} 2>&1 | tee {log}"


# On demand: small, without sound, in seconds.
rule preview_edit:
    input:
        layers=rules.upsample.output.layers,
        camera=rules.camera.output.camera,
        timemap=rules.warp.output.timemap,
    output:
        video="results/{clip}/edits/{edit}/preview.mp4",
    log:
        "logs/{clip}/preview-{edit}.log",
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("render"),
        runtime=minutes("render"),
    params:
        settings=settings("render"),
        code=code_digest("preview_edit", "retime.previews"),
    message:
        "{wildcards.clip}: preview of '{wildcards.edit}'"
    shell:
        "retime preview edit --layers {input.layers} --camera {input.camera}"
        " --timemap {input.timemap} --out {output.video} --settings {params.settings:q}"
        " 2>&1 | tee {log}"
