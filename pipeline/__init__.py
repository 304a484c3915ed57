"""All input, output and orchestration: command line, media, config, reports."""
