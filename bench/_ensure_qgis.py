"""Makes sure that QGIS is there to compare with: ``python bench/_ensure_qgis.py``. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

PACKAGES = ("qgis", "python3-qgis")
SYSTEM_PYTHON = "/usr/bin/python3"


def has_qgis() -> bool:
    """Whether the system's Python knows QGIS."""
    probe = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    return (
        shutil.which(SYSTEM_PYTHON) is not None and not subprocess.run(probe, capture_output=True).returncode
    )


def main() -> None:
    """Install it where that is possible; without it the bench leaves its rows out and says so."""
    if has_qgis() or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("没有找到 QGIS，正在安装系统软件包：" + " ".join(PACKAGES), flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], check=False, env=quiet)
    subprocess.run(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES], check=False, env=quiet
    )


if __name__ == "__main__":
    sys.exit(main())
