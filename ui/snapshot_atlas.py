"""Atlas."""


def show(*args): ...
