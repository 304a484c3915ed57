"""CTranslate2's Whisper files as an openai-whisper model: the same weights for the second engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.asr.ct2_file import read_ct2


def state_dict(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
    """openai-whisper's parameters, float32, from CTranslate2's tensors.

    Self-attention's fused rows (query, key, value) and cross-attention's (key, value) are split. Whisper's key
    projection has no bias; CTranslate2 stores zeros for it, which are dropped.
    """
    out: dict[str, NDArray[np.float32]] = {}

    def put(name: str, source: str) -> None:
        for kind in ("weight", "bias"):
            if f"{source}/{kind}" in tensors:
                out[f"{name}.{kind}"] = tensors[f"{source}/{kind}"].astype(np.float32)

    def norm(name: str, source: str) -> None:
        out[f"{name}.weight"] = tensors[f"{source}/gamma"].astype(np.float32)
        out[f"{name}.bias"] = tensors[f"{source}/beta"].astype(np.float32)

    def split(name: str, source: str, parts: tuple[str, ...]) -> None:
        weights = np.split(tensors[f"{source}/weight"].astype(np.float32), len(parts))
        biases = np.split(tensors[f"{source}/bias"].astype(np.float32), len(parts))
        for part, weight, bias in zip(parts, weights, biases, strict=True):
            out[f"{name}.{part}.weight"] = weight
            if part != "key":
                out[f"{name}.{part}.bias"] = bias

    for index in (1, 2):
        put(f"encoder.conv{index}", f"encoder/conv{index}")
    for side, final_norm in (("encoder", "ln_post"), ("decoder", "ln")):
        out[f"{side}.positional_embedding"] = tensors[f"{side}/position_encodings/encodings"].astype(
            np.float32
        )
        norm(f"{side}.{final_norm}", f"{side}/layer_norm")
        for index in range(layer_count(tensors, side)):
            block, layer = f"{side}.blocks.{index}", f"{side}/layer_{index}"
            norm(f"{block}.attn_ln", f"{layer}/self_attention/layer_norm")
            split(f"{block}.attn", f"{layer}/self_attention/linear_0", ("query", "key", "value"))
            put(f"{block}.attn.out", f"{layer}/self_attention/linear_1")
            if side == "decoder":
                norm(f"{block}.cross_attn_ln", f"{layer}/attention/layer_norm")
                put(f"{block}.cross_attn.query", f"{layer}/attention/linear_0")
                split(f"{block}.cross_attn", f"{layer}/attention/linear_1", ("key", "value"))
                put(f"{block}.cross_attn.out", f"{layer}/attention/linear_2")
            norm(f"{block}.mlp_ln", f"{layer}/ffn/layer_norm")
            put(f"{block}.mlp.0", f"{layer}/ffn/linear_0")
            put(f"{block}.mlp.2", f"{layer}/ffn/linear_1")
    out["decoder.token_embedding.weight"] = tensors["decoder/embeddings/weight"].astype(np.float32)
    return out


def layer_count(tensors: Mapping[str, NDArray[Any]], side: str) -> int:
    """Transformer blocks of the encoder or the decoder."""
    return len({name.split("/")[1] for name in tensors if name.startswith(f"{side}/layer_")} - {"layer_norm"})


def load_openai_model(folder: Path) -> Any:
    """A ``whisper.model.Whisper`` on the CPU in float32 from a CTranslate2 folder (model.bin, config.json)."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    tensors = read_ct2(folder / "model.bin").named()
    embedding = tensors["decoder/embeddings/weight"]
    dims = ModelDimensions(
        n_mels=tensors["encoder/conv1/weight"].shape[1],
        n_audio_ctx=tensors["encoder/position_encodings/encodings"].shape[0],
        n_audio_state=embedding.shape[1],
        n_audio_head=embedding.shape[1] // 64,
        n_audio_layer=layer_count(tensors, "encoder"),
        n_vocab=embedding.shape[0],
        n_text_ctx=tensors["decoder/position_encodings/encodings"].shape[0],
        n_text_state=embedding.shape[1],
        n_text_head=embedding.shape[1] // 64,
        n_text_layer=layer_count(tensors, "decoder"),
    )
    model = Whisper(dims)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in state_dict(tensors).items()})
    heads = torch.zeros(dims.n_text_layer, dims.n_text_head, dtype=torch.bool)
    for layer, head in json.loads((folder / "config.json").read_text(encoding="utf-8"))["alignment_heads"]:
        heads[layer, head] = True
    model.register_buffer("alignment_heads", heads.to_sparse(), persistent=False)
    return model.eval()
