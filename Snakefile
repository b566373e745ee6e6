from snakemake.utils import min_version

min_version("9.5")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/demo.smk"
include: "workflow/rules/video.smk"
include: "workflow/rules/people.smk"
include: "workflow/rules/camera.smk"
include: "workflow/rules/body.smk"
include: "workflow/rules/given.smk"
include: "workflow/rules/layers.smk"
include: "workflow/rules/timing.smk"
include: "workflow/rules/render.smk"
include: "workflow/rules/studio.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/summary.smk"
include: "workflow/rules/benchmark.smk"


localrules:
    all,
    demo,
    summary,


# With clips that failed the rule is not reached, but what became of them is told all the same.
onerror:
    shell(
        "retime summary {CONFIG.videos:q} {DEMO_FLAG} --out results/summary.html || true"
    )


# The results are named here, too: Snakemake would not miss one on which only the summary, already
# made, depends.
rule all:
    default_target: True
    input:
        all_results,
        rules.summary.output,
    message:
        "All clips are done"


rule demo:
    input:
        results_of(DEMO),
    message:
        "The demo is done"
