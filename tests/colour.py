"""Measuring colours: CIE Lab, contrast, and how a colour looks to people who see red and green alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.float64]

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISIONS: dict[str, Rgb] = {
    "usual": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Rgb:
    """`#rrggbb` as linear light, 0..1."""
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour: str, vision: str = "usual") -> Rgb:
    """CIE Lab (D65) of a colour as somebody with that vision sees it."""
    light = np.clip(VISIONS[vision] @ linear(colour), 0, 1)
    ratio = _TO_XYZ @ light / _WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, vision: str = "usual") -> float:
    """ΔE (CIE 1976): about 2 can just be told apart side by side, 10 at a glance."""
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def chroma(colour: str) -> float:
    """How far a colour is from grey."""
    return float(np.hypot(*lab(colour)[1:]))


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, 1 to 21."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    dark, light = sorted(float(weights @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)
