"""Files written so that a kill at any moment leaves the old file or the new one, never half of one. Links are followed, and only plain files replaced."""

import contextlib
import errno
import os
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path

from errors import UsageError

kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket"}


def write_bytes(path: Path, content: bytes) -> None:
    """Writes bytes; the file appears whole or not at all."""
    with temporary_name(path) as temporary, temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def temporary_name(path: Path) -> Iterator[Path]:
    """A temporary name beside the file that `path` leads to; it is renamed to that file in the end. Makes the folder."""
    target = find_target(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A name has at most 255 bytes.
    temporary = target.parent / f".{target.name[:50]}.{uuid.uuid4()}.tmp"
    try:
        yield temporary
        find_target(target)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def find_target(path: Path) -> Path:
    """The path that links lead to, where a plain file is or nothing yet. Throws UsageError where anything else is there."""
    try:
        target = Path(os.path.realpath(path))
        if target.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return target
    if not stat.S_ISREG(mode):
        kind = kinds.get(stat.S_IFMT(mode), "a device")
        raise UsageError(f"{path}: {kind} is there, expected a plain file or nothing; it was left as it is; give another path")
    return target
