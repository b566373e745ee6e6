rule uv:
    input:
        tracks=rules.tracks.output.tracks,
    output:
        uv="results/{clip}/uv.h5",
    log:
        "logs/{clip}/uv.log",
    benchmark:
        "benchmarks/{clip}/uv.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: HALF
    resources:
        mem_mb=memory("uv"),
        runtime=minutes("uv"),
    params:
        settings=settings("uv"),
        code=code_digest("uv"),
    message:
        "{wildcards.clip}: draw each person's UV maps"
    shell:
        "retime uv --tracks {input.tracks} --out {output.uv}"
        " --settings {params.settings:q} --threads {threads} 2>&1 | tee {log}"
