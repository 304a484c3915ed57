"""`python -m interview_analysis.pipeline.cli` is the `interview-analysis` command."""

from interview_analysis.pipeline.cli.main import PROGRAM, main

main(prog_name=PROGRAM)
