#!/usr/bin/env bash
# Run by Snakemake in the new environment, from the folder that holds the Snakefile.
set -euo pipefail
python -m pip install --constraint envs/constraints.txt '.[exchange,benchmark]'
