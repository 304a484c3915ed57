"""What runs ONNX models: one thread, the same digits each time, and no memory kept for later."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def open_session(model: bytes | Path, num_threads: int = 1) -> Any:
    """An onnxruntime session on the CPU. Its arena is off: it never gives back what the largest input took."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads, options.intra_op_num_threads = 1, num_threads
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    source = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(source, sess_options=options, providers=["CPUExecutionProvider"])
