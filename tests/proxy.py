"""nginx in front of app processes, with the configuration of `docs/nginx.conf`, in a folder of its own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.browser.running import ROOT, free_port
from tests.ensure_postgres import find_nginx, skip_allowed

_FRAME = """
pid {folder}/nginx.pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {site}
}}
"""


@contextmanager
def proxy(folder: Path, ports: tuple[int, int]) -> Iterator[str]:
    """Address of a proxy before two processes; its answers name the process in `X-Process`."""
    nginx = find_nginx()
    if nginx is None:
        (pytest.skip if skip_allowed() else pytest.fail)("没有找到 nginx：请运行 make setup-dev")
    port = free_port()
    (folder / "nginx.conf").write_text(_FRAME.format(folder=folder, site=_site(port, ports)))
    process = subprocess.Popen(
        [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"),
         "-g", "daemon off; master_process off;"]
    )  # fmt: skip
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as client:
            assert client.get(f"http://localhost:{port}/healthz").status_code == 200
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _site(port: int, ports: tuple[int, int]) -> str:
    """The documented configuration with other ports and a header for the tests."""
    text = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
    for documented, real in (("127.0.0.1:8501", ports[0]), ("127.0.0.1:8502", ports[1])):
        assert documented in text
        text = text.replace(documented, f"127.0.0.1:{real}")
    text = re.sub(r"listen 80;", f"listen 127.0.0.1:{port};", text)
    mark = "add_header Set-Cookie"
    return text.replace(mark, f"add_header X-Process $upstream_addr always; {mark}")


def cookie_of(address: str, port: int) -> str:
    """A value of the route cookie that leads to the process at this port."""
    for _ in range(60):
        with httpx.Client(timeout=60) as client:
            answer = client.get(f"{address}/healthz")
        if answer.headers["x-process"].endswith(f":{port}"):
            return answer.cookies["chengyuan_route"]
    raise AssertionError(f"the proxy never chose the process at {port}")
