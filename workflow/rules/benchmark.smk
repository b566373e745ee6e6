# Finished rows are kept in results/benchmark, so that a run that was broken off goes on.
rule benchmark:
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
