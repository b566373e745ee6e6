rule warp:
    input:
        tracks=rules.tracks.output.tracks,
        cast=rules.cast.output.cast,
        edit=ancient("clips/{clip}/edits/{edit}.yaml"),
        video=source_video,
        sounds=ancient(sounds_of_edit),
    output:
        timemap="results/{clip}/edits/{edit}/timemap.h5",
    log:
        "logs/{clip}/warp-{edit}.log",
    benchmark:
        "benchmarks/{clip}/warp-{edit}.tsv"
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("warp"),
        runtime=minutes("warp"),
    params:
        written=written_digest("edits/{edit}.yaml"),
        heard=lambda wildcards: files_digest(map(Path, sounds_of_edit(wildcards))),
        code=code_digest("warp"),
    message:
        "{wildcards.clip}: time map of '{wildcards.edit}'"
    shell:
        "retime warp --tracks {input.tracks} --seeds {input.cast} --edit {input.edit}"
        " --video {input.video:q} --out {output.timemap} 2>&1 | tee {log}"


rule preview_timing:
    input:
        tracks=rules.tracks.output.tracks,
        cast=rules.cast.output.cast,
        timemap=rules.warp.output.timemap,
    output:
        picture=report(
            "results/{clip}/edits/{edit}/timing.png",
            caption="../report/timing.rst",
            category="{clip}",
            subcategory="Edits",
            labels={"edit": "{edit}", "shows": "motions and time maps"},
        ),
    log:
        "logs/{clip}/preview-timing-{edit}.log",
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("preview"),
        runtime=minutes("preview"),
    params:
        code=code_digest("preview_timing", "retime.previews"),
    message:
        "{wildcards.clip}: picture of the timing of '{wildcards.edit}'"
    shell:
        "retime preview timing --tracks {input.tracks} --seeds {input.cast}"
        " --timemap {input.timemap} --out {output.picture} 2>&1 | tee {log}"


# On demand: what a clip's motions lend themselves to.
rule suggest:
    input:
        tracks=rules.tracks.output.tracks,
        cast=rules.cast.output.cast,
    output:
        edits="results/{clip}/suggested.yaml",
    log:
        "logs/{clip}/suggest.log",
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("warp"),
        runtime=minutes("warp"),
    params:
        code=code_digest("suggest"),
    message:
        "{wildcards.clip}: propose edits"
    shell:
        "retime suggest --tracks {input.tracks} --seeds {input.cast} --out {output.edits}"
        " 2>&1 | tee {log}"
