"""What the disk tells: how much room a folder has for this process, and which file lies at a path."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

NEEDED_BYTES = 4 * 2**20  # the largest ordinary save, and what SQLite needs to open the file once more


def free_bytes(folder: Path) -> int | None:
    """Bytes free for this process; None where the folder does not tell (it was taken away)."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def has_room(folder: Path) -> bool:
    """Whether as much is free as a save needs; an unknown amount counts as enough."""
    free = free_bytes(folder)
    return free is None or free >= NEEDED_BYTES


def takes_bytes(folder: Path) -> bool:
    """Whether a file of the needed size can be written (quotas and limits do not show as free space)."""
    trial = folder / f".room-{uuid.uuid4().hex[:8]}"
    try:
        trial.write_bytes(bytes(NEEDED_BYTES))
    except OSError:
        return False
    finally:
        trial.unlink(missing_ok=True)
    return True


def identity(path: Path | None) -> tuple[int, int] | None:
    """Which file this is (device and inode); None when there is none."""
    try:
        found = path.stat() if path else None
    except FileNotFoundError:
        return None
    return (found.st_dev, found.st_ino) if found else None
