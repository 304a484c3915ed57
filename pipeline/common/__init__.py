"""What every room of the pipeline uses: settings, texts of the interface, progress, lineage, tracking."""
