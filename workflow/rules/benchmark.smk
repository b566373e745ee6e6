# Finished rows and claims are kept in results/benchmark: a run that was broken off goes on.
rule benchmark:
    input:
        "docs/benchmarks/decomposition.md",
        "docs/benchmarks/claims.md",


rule benchmark_scenes:
    output:
        page="docs/benchmarks/decomposition.md",
        figures="results/benchmark/decomposition.json",
    log:
        "logs/benchmark/decomposition.log",
    conda:
        "../../envs/environment.yaml"
    threads: CORES
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        preset=CONFIG.preset,
        code=code_digest("benchmark", "retime.benchmark.cli"),
    message:
        "Measure the decomposition on rendered scenes"
    shell:
        "retime benchmark --preset {params.preset} --json {output.figures}"
        " --table {output.page} --threads {threads} 2>&1 | tee {log}"


rule benchmark_claims:
    output:
        page="docs/benchmarks/claims.md",
        images=directory("docs/images/claims"),
    log:
        "logs/benchmark/claims.log",
    conda:
        "../../envs/environment.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        code=code_digest("claims", "retime.benchmark.cli"),
    message:
        "Check the paper's claims on small clips"
    shell:
        "retime benchmark claims --table {output.page} --images {output.images}"
        " --threads {threads} 2>&1 | tee {log}"


# Not part of `benchmark`: ask for the page by name.
rule benchmark_ablations:
    output:
        page="docs/benchmarks/ablations.md",
    log:
        "logs/benchmark/ablations.log",
    conda:
        "../../envs/environment.yaml"
    threads: CORES
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        code=code_digest("ablations", "retime.benchmark.cli"),
    message:
        "Measure what each departure from the paper buys"
    shell:
        "retime benchmark ablations --table {output.page} --threads {threads} 2>&1 | tee {log}"
