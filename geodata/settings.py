"""Settings: environment over `config.toml` over defaults, as one typed object."""

from __future__ import annotations

import os
import re
import secrets
from datetime import date, time
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from geodata.errors import BadFile
from geodata.vocabulary import Classification, Datum


class Basemap(BaseModel):
    """A basemap that the administrator adds: local tiles or a tile service on the intranet.

    `kind` mbtiles and pmtiles read a local file with raster tiles; xyz and wmts take a URL template with
    `{z}`, `{x}`, `{y}`. `datum` is the declared datum of the tiles: our layers are shifted to it when drawn.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str
    kind: Literal["mbtiles", "pmtiles", "xyz", "wmts"]
    location: str
    datum: Datum = Datum.CGCS2000
    attribution: str = ""
    max_zoom: int = 18

    @property
    def is_local(self) -> bool:
        """Whether tiles come from a file that this server reads."""
        return self.kind in ("mbtiles", "pmtiles")


class BackupPlan(BaseModel):
    """When the app makes backups by itself (Asia/Shanghai), where, and how many of these stay.

    `every_hours` takes the place of `daily_at`. With `enabled` false the app makes none (cron does, or nobody).
    """

    model_config = ConfigDict(extra="forbid")

    enabled: bool = True
    daily_at: time = time(12, 30)
    every_hours: float | None = Field(default=None, ge=0.25)
    keep_last: int = Field(default=3, ge=1)
    keep_daily: int = Field(default=7, ge=0)
    keep_weekly: int = Field(default=4, ge=0)
    keep_monthly: int = Field(default=6, ge=0)
    folder: Path | None = None
    warn_after_hours: float | None = Field(default=None, gt=0)

    @property
    def oldest_hours(self) -> float:
        """Age at which the last backup is too old: as set, else two intervals and two hours."""
        return self.warn_after_hours or 2 * (self.every_hours or 24) + 2


class Printing(BaseModel):
    """What sheets take from the office, and what printing may cost.

    `unit` and `contact` (of an office, never of a person) stand on sheets that name none of their own; `public_url`
    is the address of the app as readers of a QR code reach it; `classification` is that of new internal sheets;
    `templates` is the folder of the office's own templates (see `Settings.template_folder`). A print worker that nobody used for
    `worker_idle_minutes` ends; a sheet that takes longer than `patience_s` is stopped. Files made in the background
    stay for `keep_days` and up to `keep_mb` together.
    """

    model_config = ConfigDict(extra="forbid")

    unit: str = Field(default="", max_length=120)
    contact: str = Field(default="", max_length=120)
    public_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    classification: Classification = Classification.INTERNAL
    templates: Path | None = None
    worker_idle_minutes: float = Field(default=15, gt=0)
    patience_s: float = Field(default=60, ge=1)
    keep_days: float = Field(default=7, gt=0)
    keep_mb: int = Field(default=2000, ge=1)


class Importing(BaseModel):
    """Files that people bring in: how large one may be, and how long and how many MB wait for a decision."""

    model_config = ConfigDict(extra="forbid")

    most_mb: int = Field(default=200, ge=1)
    keep_days: float = Field(default=7, gt=0)
    keep_mb: int = Field(default=2000, ge=1)


class Settings(BaseSettings):
    """What an administrator may set; see README, section 配置."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str = "sqlite:///data/renewal.gpkg"
    business_date: date | None = None
    district_name: str = "管城回族区"
    data_dir: Path = Path("data")
    basemaps: list[Basemap] = []
    counting: dict[str, float | str] = {}
    log_level: str = "INFO"
    log_max_bytes: int = Field(default=5_000_000, ge=1000)
    log_files: int = Field(default=5, ge=1)
    low_space_mb: int = Field(default=200, ge=0)
    backup: BackupPlan = BackupPlan()
    print: Printing = Printing()
    imports: Importing = Importing()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then `config.toml` (or the file that CHENGYUAN_CONFIG names)."""
        file = os.environ.get("CHENGYUAN_CONFIG", "config.toml")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)

    @property
    def template_folder(self) -> Path:
        """Where the office keeps its own templates of sheets: as set, else `templates` in the data directory."""
        return self.print.templates or self.data_dir / "templates"

    def secret_key(self) -> bytes:
        """Key that signs layer URLs; made once in the data directory, mode 600, shared by processes.

        Raises BadFile when the stored key was cut off or changed.
        """
        path = self.data_dir / "layer.key"
        if not path.exists():
            _make_key(path)
        text = path.read_text(encoding="utf-8", errors="replace")
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            raise BadFile(f"签名密钥文件 {path} 已损坏；请删除它，程序会生成新的密钥。")
        return bytes.fromhex(text)


def _make_key(path: Path) -> None:
    """Write a key beside its place and name it when whole; the key of a faster process stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    except OSError:  # this file system has no hard links
        os.rename(fresh, path)
    fresh.unlink(missing_ok=True)
