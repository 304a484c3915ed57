"""The queue, the worker, and what an analysis became."""
