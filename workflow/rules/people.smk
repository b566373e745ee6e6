rule poses:
    input:
        frames=rules.frames.output.frames,
    output:
        poses="results/{clip}/poses.h5",
    log:
        "logs/{clip}/poses.log",
    benchmark:
        "benchmarks/{clip}/poses.tsv"
    conda:
        "../../envs/environment.yaml"
    threads: CORES
    resources:
        mem_mb=memory("poses"),
        runtime=minutes("poses"),
    params:
        settings=settings("poses"),
        code=code_digest("poses"),
    message:
        "{wildcards.clip}: detect people and their keypoints"
    shell:
        "retime poses --frames {input.frames} --out {output.poses}"
        " --settings {params.settings:q} --threads {threads} 2>&1 | tee {log}"


rule tracks:
    input:
        frames=rules.frames.output.frames,
        poses=rules.poses.output.poses,
        corrections=ancient(written("keypoints/[!.]*.json")),
    output:
        tracks="results/{clip}/tracks.h5",
    log:
        "logs/{clip}/tracks.log",
    benchmark:
        "benchmarks/{clip}/tracks.tsv"
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("tracks"),
        runtime=minutes("tracks"),
    params:
        settings=settings("tracks"),
        corrections=lambda wildcards, input: [
            f"--corrections={file}" for file in input.corrections
        ],
        corrected=written_digest("keypoints/[!.]*.json"),
        code=code_digest("tracks"),
    message:
        "{wildcards.clip}: give each person one id"
    shell:
        "retime tracks --poses {input.poses} --frames {input.frames} {params.corrections:q}"
        " --out {output.tracks} --settings {params.settings:q} 2>&1 | tee {log}"
