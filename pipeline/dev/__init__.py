"""What only developers run: benchmarks, the demo, generated pages, made material, training of heads."""
