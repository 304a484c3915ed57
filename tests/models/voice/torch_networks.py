"""The two networks of models/voice as PyTorch computes them, which the ONNX models are held against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from interview_analysis.models.torch_threads import inference
from interview_analysis.models.voice.segmentation import _band_passes
from interview_analysis.models.voice.speaker import _BLOCKS, _MASKED_FRAMES, _mel_bands


def torch_embedding(weights: Path, samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """What `SpeakerEncoder.embed` gives, but for its length."""
    import torch

    with inference(1):
        framed = (torch.from_numpy(samples) * 32768.0).unfold(0, 400, 160)
        framed = framed - framed.mean(dim=1, keepdim=True)
        before = torch.cat([framed[:, :1], framed[:, :-1]], dim=1)
        window = torch.from_numpy((np.hanning(400) ** 0.85).astype(np.float32))
        spectrum = torch.fft.rfft((framed - 0.97 * before) * window, 512)
        power = spectrum.abs().square() @ torch.from_numpy(_mel_bands())
        mel = power.clamp(min=float(np.finfo(np.float32).eps)).log()
        state = torch.load(weights, map_location="cpu", weights_only=True)
        made: NDArray[np.float32] = SpeakerNetwork(state)((mel - mel.mean(dim=0)).T[None]).numpy()
        return made / np.linalg.norm(made)


def torch_classes(weights: Path, samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """What `SpeakerSegmenter.classes` gives."""
    import torch
    from torch import nn
    from torch.nn.functional import conv1d, instance_norm, leaky_relu, linear, max_pool1d

    state = torch.load(weights, map_location="cpu", weights_only=True)["state_dict"]
    lstm = nn.LSTM(60, 128, num_layers=4, bidirectional=True, batch_first=True)
    lstm.load_state_dict({k.removeprefix("lstm."): v for k, v in state.items() if k.startswith("lstm.")})

    def both(name: str) -> tuple[Any, Any]:
        return state[f"{name}.weight"], state[f"{name}.bias"]

    def normal(x: Any, name: str) -> Any:
        weight, bias = both(name)
        return instance_norm(x, weight=weight, bias=bias)

    with inference(1):
        x = normal(torch.from_numpy(samples)[None, None], "sincnet.wav_norm1d")
        for layer in range(3):
            if layer == 0:
                bands = _band_passes({name: value.numpy() for name, value in state.items()})
                x = conv1d(x, torch.from_numpy(bands), stride=10).abs()
            else:
                x = conv1d(x, *both(f"sincnet.conv1d.{layer}"))
            x = leaky_relu(normal(max_pool1d(x, 3), f"sincnet.norm1d.{layer}"))
        x, _ = lstm.eval()(x.transpose(1, 2))
        for name in ("linear.0", "linear.1"):
            x = leaky_relu(linear(x, *both(name)))
        found: NDArray[np.float32] = linear(x, *both("classifier")).softmax(dim=-1)[0].numpy()
        return found


class SpeakerNetwork:
    """CAM++ by the names of its weights: mel bands, shape (1, 80, frames) -> the voice, shape (192,)."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state

    def __call__(self, mel: Any) -> Any:
        import torch
        from torch.nn.functional import conv1d, relu

        x = self._head(mel[:, None])
        x = conv1d(x, self._state["xvector.tdnn.linear.weight"], stride=2, padding=2)
        x = relu(self._normal(x, "xvector.tdnn.nonlinear.batchnorm"))
        for number, (layers, dilation) in enumerate(_BLOCKS, start=1):
            for layer in range(1, layers + 1):
                name = f"xvector.block{number}.tdnnd{layer}."
                x = torch.cat([x, self._dense(x, name, dilation)], dim=1)
            name = f"xvector.transit{number}."
            x = relu(self._normal(x, name + "nonlinear.batchnorm"))
            x = conv1d(x, self._state[name + "linear.weight"])
        x = relu(self._normal(x, "xvector.out_nonlinear.batchnorm"))
        spread = x.std(dim=-1) if x.shape[-1] > 1 else torch.zeros_like(x[..., 0])
        x = conv1d(
            torch.cat([x.mean(dim=-1), spread], dim=1)[..., None], self._state["xvector.dense.linear.weight"]
        )
        return self._normal(x, "xvector.dense.nonlinear.batchnorm")[0, :, 0]

    def _head(self, x: Any) -> Any:
        """Residual convolutions over bands and time, which leave an eighth of the bands; (1, 1, 80, t) -> (1, 320, t)."""
        from torch.nn.functional import conv2d, relu

        x = relu(self._normal(conv2d(x, self._state["head.conv1.weight"], padding=1), "head.bn1"))
        for name, stride in (("1.0", 2), ("1.1", 1), ("2.0", 2), ("2.1", 1)):
            name = f"head.layer{name}."
            y = conv2d(x, self._state[name + "conv1.weight"], stride=(stride, 1), padding=1)
            y = conv2d(relu(self._normal(y, name + "bn1")), self._state[name + "conv2.weight"], padding=1)
            if stride > 1:
                x = conv2d(x, self._state[name + "shortcut.0.weight"], stride=(stride, 1))
                x = self._normal(x, name + "shortcut.1")
            x = relu(self._normal(y, name + "bn2") + x)
        x = conv2d(x, self._state["head.conv2.weight"], stride=(2, 1), padding=1)
        return relu(self._normal(x, "head.bn2")).flatten(1, 2)

    def _dense(self, x: Any, name: str, dilation: int) -> Any:
        """What a layer adds, masked by the mean of its surroundings and of all."""
        from torch.nn.functional import avg_pool1d, conv1d, relu

        x = conv1d(relu(self._normal(x, name + "nonlinear1.batchnorm")), self._state[name + "linear1.weight"])
        x = relu(self._normal(x, name + "nonlinear2.batchnorm"))
        name += "cam_layer."
        local = conv1d(x, self._state[name + "linear_local.weight"], padding=dilation, dilation=dilation)
        near = avg_pool1d(x, _MASKED_FRAMES, _MASKED_FRAMES, ceil_mode=True)
        around = (
            x.mean(dim=-1, keepdim=True) + near.repeat_interleave(_MASKED_FRAMES, dim=-1)[..., : x.shape[-1]]
        )
        around = relu(
            conv1d(around, self._state[name + "linear1.weight"], self._state[name + "linear1.bias"])
        )
        mask = conv1d(around, self._state[name + "linear2.weight"], self._state[name + "linear2.bias"])
        return local * mask.sigmoid()

    def _normal(self, x: Any, name: str) -> Any:
        from torch.nn.functional import batch_norm

        mean, variance, weight, bias = (
            self._state.get(f"{name}.{part}") for part in ("running_mean", "running_var", "weight", "bias")
        )
        return batch_norm(x, mean, variance, weight, bias)
