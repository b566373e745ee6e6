rule warp:
    input:
        tracks=rules.tracks.output.tracks,
        cast=rules.cast.output.cast,
        edit=ancient("clips/{clip}/edits/{edit}.yaml"),
    output:
        timemap="results/{clip}/edits/{edit}/timemap.h5",
    log:
        "logs/{clip}/warp-{edit}.log",
    benchmark:
        "benchmarks/{clip}/warp-{edit}.tsv"
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        written=written_digest("edits/{edit}.yaml"),
        code=code_digest("warp"),
    message:
        "{wildcards.clip}: time map of '{wildcards.edit}'"
    shell:
        "retime warp --tracks {input.tracks} --seeds {input.cast} --edit {input.edit}"
        " --out {output.timemap} 2>&1 | tee {log}"
