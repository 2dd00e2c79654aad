"""Makes sure that a Chromium is there for the browser tests: ``python tests/ensure_chromium.py``.

Standard library only, since it runs before the test dependencies are used.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The Chinese system font and the PDF tools belong to what the browser and print tests look at.
PACKAGES = ("chromium", "fonts-noto-cjk", "poppler-utils")


def find_chromium() -> str | None:
    """Path of the browser: the environment variable CHROMIUM first, else the first known name on PATH."""
    named = os.environ.get("CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None)


def skip_allowed() -> bool:
    """Whether ALLOW_SKIP, a comma-separated list, names chromium."""
    return "chromium" in [word.strip() for word in os.environ.get("ALLOW_SKIP", "").split(",")]


def can_install() -> bool:
    """Whether system packages can be installed here: root on a Debian-like system."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install() -> None:
    """Install the browser, a Chinese font and the PDF tools from the system's package mirror."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], check=True, env=quiet)
    subprocess.run(["apt-get", "install", "-y", "-q", *PACKAGES], check=True, env=quiet)


def main() -> int:
    """Find or install the browser; 0 when it is there or may be skipped, else 1 with what to do."""
    if find_chromium():
        return 0
    if skip_allowed():
        print("没有 Chromium：按 ALLOW_SKIP 的要求跳过浏览器测试。")
        return 0
    if can_install() and not os.environ.get("CHROMIUM"):
        print("没有找到 Chromium，正在安装系统软件包：" + " ".join(PACKAGES), flush=True)
        try:
            install()
        except subprocess.CalledProcessError as error:
            print(f"安装失败：{' '.join(error.cmd)}（退出码 {error.returncode}）。", file=sys.stderr)
        if find_chromium():
            return 0
    print(
        "浏览器测试需要 Chromium，但没有找到。任选一种办法：\n"
        f"  1. 由管理员安装系统软件包：{' '.join(PACKAGES)}；\n"
        "  2. 用环境变量 CHROMIUM 指定浏览器的完整路径；\n"
        "  3. 跳过浏览器测试：ALLOW_SKIP=chromium make test",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
