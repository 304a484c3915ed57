"""Networks without the framework that they were trained in: a checkpoint's tensors, a graph of them, and what runs it."""
