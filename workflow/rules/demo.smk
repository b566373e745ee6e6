rule demo_clip:
    output:
        video="videos/demo.mp4",
        truth="videos/demo.truth.h5",
    log:
        "logs/demo/demo_clip.log",
    benchmark:
        "benchmarks/demo/demo_clip.tsv"
    conda:
        "../../envs/environment.yaml"
    resources:
        mem_mb=memory("demo_clip"),
        runtime=minutes("demo_clip"),
    params:
        code=code_digest("clip", "retime.demo.cli"),
    message:
        "Render the demo clip"
    shell:
        "retime demo clip --out {output.video} 2>&1 | tee {log}"
