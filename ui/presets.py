"""Presets."""


def show(*args): ...
