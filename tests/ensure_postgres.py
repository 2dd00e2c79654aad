"""Makes sure that PostgreSQL with PostGIS, and nginx, are there for the tests: ``python tests/ensure_postgres.py``.

Standard library only, since it runs before the test dependencies are used. Nothing is started: the tests run a
cluster and a proxy of their own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ("postgresql", "postgresql-postgis", "nginx-light")


def find_postgres() -> Path | None:
    """Folder of the newest PostgreSQL's programs that has PostGIS, in Debian's layout; None when there is none."""
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: place.parent.name, reverse=True
    )
    for place in places:
        control = Path("/usr/share/postgresql") / place.parent.name / "extension" / "postgis.control"
        if (place / "initdb").exists() and control.exists():
            return place
    return None


def find_nginx() -> str | None:
    """Path of nginx; it lies outside an ordinary user's PATH."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def skip_allowed() -> bool:
    """Whether ALLOW_SKIP, a comma-separated list, names postgis."""
    return "postgis" in [word.strip() for word in os.environ.get("ALLOW_SKIP", "").split(",")]


def can_install() -> bool:
    """Whether system packages can be installed here: root on a Debian-like system."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install() -> None:
    """Install the packages without their making a cluster or starting a server: tests have their own."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    no_cluster = Path("/etc/postgresql-common/createcluster.d/chengyuan.conf")
    no_cluster.parent.mkdir(parents=True, exist_ok=True)
    no_cluster.write_text("create_main_cluster = false\n")
    policy = Path("/usr/sbin/policy-rc.d")  # answers Debian whether a package may start its server: no
    mine = not policy.exists()
    if mine:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        subprocess.run(["apt-get", "update", "-q"], check=True, env=quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES], check=True, env=quiet
        )
    finally:
        no_cluster.unlink()
        if mine:
            policy.unlink()


def missing() -> list[str]:
    """Names of what is not there."""
    found = {"PostgreSQL/PostGIS": find_postgres(), "nginx": find_nginx()}
    return [name for name, place in found.items() if place is None]


def main() -> int:
    """Find or install the servers; 0 when they are there or may be skipped, else 1 with what to do."""
    if not missing():
        return 0
    if skip_allowed():
        print("没有 PostgreSQL/PostGIS 或 nginx：按 ALLOW_SKIP 的要求跳过数据库服务器的测试。")
        return 0
    if can_install():
        print(f"没有找到 {'、'.join(missing())}，正在安装系统软件包：{' '.join(PACKAGES)}", flush=True)
        try:
            install()
        except subprocess.CalledProcessError as error:
            print(f"安装失败：{' '.join(error.cmd)}（退出码 {error.returncode}）。", file=sys.stderr)
        if not missing():
            return 0
    print(
        f"数据库服务器的测试需要 {'、'.join(missing())}，但没有找到。任选一种办法：\n"
        f"  1. 由管理员安装系统软件包：{' '.join(PACKAGES)}；\n"
        "  2. 跳过这些测试：ALLOW_SKIP=postgis make test",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
