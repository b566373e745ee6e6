DEMO_FLAG = "--demo" if WITH_DEMO else ""


# All results of all clips are listed here, so that `summary --batch summary=1/10` takes a tenth.
rule summary:
    input:
        all_results,
    output:
        page=report(
            "results/summary.html",
            caption="../report/summary.rst",
            category="Summary",
            labels={"shows": "all clips"},
        ),
    log:
        "logs/summary.log",
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=500,
        runtime=10,
    params:
        videos=CONFIG.videos,
        demo=DEMO_FLAG,
        code=code_digest("summary"),
    message:
        "Sum up what became of all clips"
    shell:
        "retime summary {params.videos:q} {params.demo} --out {output.page} 2>&1 | tee {log}"
