rule preview_tracks:
    input:
        frames=rules.frames.output.frames,
        tracks=rules.tracks.output.tracks,
    output:
        picture=report(
            "results/{clip}/report/tracks.png",
            caption="../report/tracks.rst",
            category="{clip}",
            subcategory="Decomposition",
            labels={"shows": "tracked people"},
        ),
    log:
        "logs/{clip}/preview-tracks.log",
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("preview"),
        runtime=minutes("preview"),
    params:
        code=code_digest("preview_tracks", "retime.previews"),
    message:
        "{wildcards.clip}: picture of the tracked people"
    shell:
        "retime preview tracks --frames {input.frames} --tracks {input.tracks} --out {output.picture} 2>&1 | tee {log}"


rule preview_uv:
    input:
        frames=rules.frames.output.frames,
        tracks=rules.tracks.output.tracks,
        uv=rules.uv.output.uv,
    output:
        picture=report(
            "results/{clip}/report/uv.png",
            caption="../report/uv.rst",
            category="{clip}",
            subcategory="Decomposition",
            labels={"shows": "UV maps"},
        ),
    log:
        "logs/{clip}/preview-uv.log",
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("preview"),
        runtime=minutes("preview"),
    params:
        code=code_digest("preview_uv", "retime.previews"),
    message:
        "{wildcards.clip}: picture of the UV maps"
    shell:
        "retime preview uv --frames {input.frames} --tracks {input.tracks} --uv {input.uv}"
        " --out {output.picture} 2>&1 | tee {log}"


rule preview_layers:
    input:
        layers=rules.upsample.output.layers,
    output:
        picture=report(
            "results/{clip}/report/layers.png",
            caption="../report/layers.rst",
            category="{clip}",
            subcategory="Decomposition",
            labels={"shows": "layers"},
        ),
    log:
        "logs/{clip}/preview-layers.log",
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("preview"),
        runtime=minutes("preview"),
    params:
        code=code_digest("preview_layers", "retime.previews"),
    message:
        "{wildcards.clip}: picture of the layers"
    shell:
        "retime preview layers --layers {input.layers} --out {output.picture} 2>&1 | tee {log}"


rule preview_losses:
    input:
        decomposition=rules.train.output.decomposition,
    output:
        picture=report(
            "results/{clip}/report/losses.png",
            caption="../report/losses.rst",
            category="{clip}",
            subcategory="Decomposition",
            labels={"shows": "training"},
        ),
    log:
        "logs/{clip}/preview-losses.log",
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("preview"),
        runtime=minutes("preview"),
    params:
        code=code_digest("preview_losses", "retime.previews"),
    message:
        "{wildcards.clip}: picture of the training"
    shell:
        "retime preview losses --decomposition {input.decomposition} --out {output.picture} 2>&1 | tee {log}"
