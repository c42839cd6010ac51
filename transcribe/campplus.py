"""CAM++ speaker embeddings: the network, and the pyannote.audio model that carries it.

Written from the paper (Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification
Using Context-Aware Masking", https://arxiv.org/abs/2303.00332) so that the names of the modules
match the published state dict. This module names torch and pyannote.audio at its head: only
``transcribe.diarize`` imports it, when an engine is built.
"""

from __future__ import annotations

from pathlib import Path

import torch
from pyannote.audio import Model
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.compliance import kaldi

from consultation.audio import SAMPLE_RATE

MELS = 80
"""Filters of the Kaldi filter bank, 25 ms every 10 ms."""
DIMENSION = 192
FEATURES = 512
"""Of each frame, before statistics are taken over time."""
FRAME_SECONDS = 0.02
"""The network halves the rate of the filter bank."""
MINIMUM_FRAMES = 20
"""0.4 s: from less speech than this no voice can be told."""
_CONTEXT_FRAMES = 100
"""Frames of 20 ms over which context-aware masking looks at the neighbourhood."""
_GROWTH = 32
_BOTTLENECK = 128
_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers and dilation of the three densely connected blocks."""


class ResidualBlock(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Two 3x3 convolutions and a shortcut; ``stride`` is in frequency only."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, (stride, 1), padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, channels, 1, (stride, 1), bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class FrontEnd(nn.Module):  # type: ignore[misc]
    """The 2-D convolutional head: (batch, mels, frames) → (batch, 32 · mels / 8, frames)."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.layer1 = nn.Sequential(ResidualBlock(channels, 2), ResidualBlock(channels, 1))
        self.layer2 = nn.Sequential(ResidualBlock(channels, 2), ResidualBlock(channels, 1))
        self.conv2 = nn.Conv2d(channels, channels, 3, (2, 1), padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.bn1(self.conv1(x.unsqueeze(1))))
        y = self.layer2(self.layer1(y))
        y = functional.relu(self.bn2(self.conv2(y)))
        return y.flatten(1, 2)


class Activation(nn.Module):  # type: ignore[misc]
    """Batch normalisation, then ReLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.batchnorm = nn.BatchNorm1d(channels)

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.batchnorm(x))


class ContextAwareMask(nn.Module):  # type: ignore[misc]
    """A local convolution, masked by what the whole recording and the neighbourhood sound like."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(
            _BOTTLENECK, _GROWTH, 3, padding=dilation, dilation=dilation, bias=False
        )
        self.linear1 = nn.Conv1d(_BOTTLENECK, _BOTTLENECK // 2, 1)
        self.linear2 = nn.Conv1d(_BOTTLENECK // 2, _GROWTH, 1)

    def forward(self, x: Tensor) -> Tensor:
        frames = x.shape[-1]
        pooled = functional.avg_pool1d(x, _CONTEXT_FRAMES, _CONTEXT_FRAMES, ceil_mode=True)
        context = x.mean(-1, keepdim=True) + pooled
        # The mask is constant over a neighbourhood: it is computed once there, then spread.
        mask = torch.sigmoid(self.linear2(functional.relu(self.linear1(context))))
        mask = mask.repeat_interleave(_CONTEXT_FRAMES, dim=-1)[..., :frames]
        return self.linear_local(x) * mask


class DenseLayer(nn.Module):  # type: ignore[misc]
    """One D-TDNN layer: (batch, channels, frames) → (batch, growth, frames)."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.nonlinear1 = Activation(channels)
        self.linear1 = nn.Conv1d(channels, _BOTTLENECK, 1, bias=False)
        self.nonlinear2 = Activation(_BOTTLENECK)
        self.cam_layer = ContextAwareMask(dilation)

    def forward(self, x: Tensor) -> Tensor:
        return self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))


class DenseBlock(nn.ModuleDict):  # type: ignore[misc]
    """Layers that each read all that came before."""

    def __init__(self, layers: int, channels: int, dilation: int) -> None:
        super().__init__(
            {f"tdnnd{i + 1}": DenseLayer(channels + i * _GROWTH, dilation) for i in range(layers)}
        )

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.values():
            x = torch.cat([x, layer(x)], dim=1)
        return x


class Stem(nn.Module):  # type: ignore[misc]
    """The first TDNN layer; halves the frame rate."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels_in, channels, 5, stride=2, padding=2, bias=False)
        self.nonlinear = Activation(channels)

    def forward(self, x: Tensor) -> Tensor:
        return self.nonlinear(self.linear(x))


class Transition(nn.Module):  # type: ignore[misc]
    """Halves the channels after a dense block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.nonlinear = Activation(channels)
        self.linear = nn.Conv1d(channels, channels // 2, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(self.nonlinear(x))


class Output(nn.Module):  # type: ignore[misc]
    """Mean and deviation over time to the embedding: (batch, 2 · channels) → (batch, 192)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels, DIMENSION, 1, bias=False)
        self.nonlinear = nn.ModuleDict({"batchnorm": nn.BatchNorm1d(DIMENSION, affine=False)})

    def forward(self, statistics: Tensor) -> Tensor:
        y = self.linear(statistics.unsqueeze(-1)).squeeze(-1)
        return self.nonlinear["batchnorm"](y)


class CAMPPlus(nn.Module):  # type: ignore[misc]
    """The network in two halves: features of every frame, and their statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.head = FrontEnd()
        channels = _BOTTLENECK
        layers: dict[str, nn.Module] = {"tdnn": Stem(32 * MELS // 8, channels)}
        for i, (depth, dilation) in enumerate(_BLOCKS, start=1):
            layers[f"block{i}"] = DenseBlock(depth, channels, dilation)
            channels += depth * _GROWTH
            layers[f"transit{i}"] = Transition(channels)
            channels //= 2
        layers["out_nonlinear"] = Activation(channels)
        layers["dense"] = Output(2 * channels)
        self.xvector = nn.ModuleDict(layers)

    def frames(self, features: Tensor) -> Tensor:
        """(batch, frames, 80) log-mel features → (batch, 512, frames / 2)."""
        x = self.head(features.transpose(1, 2))
        for name, layer in self.xvector.items():
            if name != "dense":
                x = layer(x)
        return x

    def pool(self, frames: Tensor, weights: Tensor) -> Tensor:
        """(512, frames) and (speakers, frames) weights in [0, 1] → (speakers, 192)."""
        total = weights.sum(dim=1, keepdim=True).clamp(min=1)
        mean = weights @ frames.T / total
        square = weights @ frames.T.square() / total
        variance = (square - mean.square()).clamp(min=0) * total / (total - 1).clamp(min=1)
        return self.xvector["dense"](torch.cat([mean, variance.sqrt()], dim=1))


def filter_bank(waveform: Tensor) -> Tensor:
    """(samples,) in [-1, 1] at 16 kHz → (frames, 80) log-mel energies as Kaldi computes them.

    Scaled to 16-bit integers as in Kaldi: quiet recordings stay clear of the floor under the
    logarithm, so that a voice has the same embedding at any recording level.
    """
    return kaldi.fbank(waveform[None] * 32_768, num_mel_bins=MELS, sample_frequency=SAMPLE_RATE)


class CAMPPlusEmbedding(Model):  # type: ignore[misc]
    """The embedding model of pyannote.audio's diarisation pipeline."""

    def __init__(self, weights: Path | None = None) -> None:
        """``weights``: the published state dict. None leaves the network untrained."""
        super().__init__(sample_rate=SAMPLE_RATE, num_channels=1)
        self.network = CAMPPlus()
        if weights is not None:
            state = torch.load(weights, map_location="cpu", weights_only=True)
            self.network.load_state_dict(state, strict=True)
        self.eval()

    @property
    def dimension(self) -> int:
        return DIMENSION

    def frames(self, waveform: Tensor) -> Tensor:
        """(samples,), at least 25 ms, → (512, frames): one column each FRAME_SECONDS."""
        features = filter_bank(waveform)
        return self.network.frames((features - features.mean(dim=0))[None])[0]

    def pool(self, frames: Tensor, weights: Tensor) -> Tensor:
        """(512, frames), (speakers, frames) → (speakers, 192); NaN under MINIMUM_FRAMES."""
        embeddings = self.network.pool(frames, weights)
        short = weights.sum(dim=1) < MINIMUM_FRAMES
        return embeddings.masked_fill(short[:, None], torch.nan)

    def forward(self, waveforms: Tensor, weights: Tensor | None = None) -> Tensor:
        """One embedding for each waveform, from the frames where its mask is on.

        ``waveforms`` (batch, 1, samples); ``weights`` (batch, frames) in [0, 1] at any frame rate.
        Returns (batch, 192); a row is NaN when its mask keeps less than MINIMUM_FRAMES. Raises
        ValueError when unmasked waveforms are that short, which is how pyannote.audio finds out
        what is needed.
        """
        rows = []
        for i, waveform in enumerate(waveforms[:, 0]):
            # The pipeline gives the same window once for each of its speakers.
            if i == 0 or not torch.equal(waveforms[i - 1, 0], waveform):
                frames = self.frames(waveform)
            if weights is None:
                mask = frames.new_ones(1, frames.shape[1])
                if frames.shape[1] < MINIMUM_FRAMES:
                    raise ValueError(f"needs {MINIMUM_FRAMES} frames, got {frames.shape[1]}")
            else:
                mask = functional.interpolate(weights[i][None, None].float(), frames.shape[1])[0]
            rows.append(self.pool(frames, mask))
        return torch.cat(rows)
