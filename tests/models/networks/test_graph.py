"""ONNX models written by hand: onnxruntime reads them, and computes what was meant."""

from __future__ import annotations

import numpy as np

from interview_analysis.models.networks.graph import Graph
from interview_analysis.models.networks.session import open_session


def _scaled_and_turned(factor: float) -> bytes:
    graph = Graph({"x": ("float32", (2, "n")), "pick": ("int64", (1,))})
    scaled = graph.add("Mul", "x", np.array(factor, dtype=np.float32))
    leaky = graph.add("LeakyRelu", scaled, alpha=0.5)
    picked = graph.add("Gather", leaky, "pick", axis=-1)
    return graph.model(graph.add("Transpose", picked, perm=[1, 0]), (1, 2))


def test_a_graph_computes_what_it_says() -> None:
    session = open_session(_scaled_and_turned(3.0))
    for count in (2, 200):  # a length may differ from run to run
        x = np.arange(-2, 2 * count - 2, dtype=np.float32).reshape(2, count)
        (found,) = session.run(None, {"x": x, "pick": np.array([-1])})
        expected = np.where(x > 0, 3 * x, 1.5 * x)[:, [-1]].T
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_the_same_graph_is_the_same_bytes() -> None:
    assert _scaled_and_turned(3.0) == _scaled_and_turned(3.0) != _scaled_and_turned(2.0)


def test_large_constants_arrive_whole() -> None:
    values = np.random.default_rng(0).standard_normal((300, 70)).astype(np.float32)
    graph = Graph({"x": ("float32", (1, 70))})
    session = open_session(graph.model(graph.add("MatMul", "x", values.T), (1, 300)))
    x = np.ones((1, 70), dtype=np.float32)
    np.testing.assert_allclose(session.run(None, {"x": x})[0], x @ values.T, rtol=1e-4)
