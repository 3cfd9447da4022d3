"""A path -> the bytes of the regular file at its end. A pipe, a socket or a device is refused: to read it may never end."""

import errno
import os
import stat
from pathlib import Path

_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def read_regular(path: Path, most: int = -1) -> bytes:
    """All bytes, or the first `most`. Raises OSError, whose `strerror` says what is there instead of a file."""
    _refuse(path, os.stat(path).st_mode)
    with open(os.open(path, os.O_RDONLY | _WITHOUT_WAITING), "rb") as file:
        _refuse(path, os.fstat(file.fileno()).st_mode)  # another may stand there by now
        return file.read(most)


def _refuse(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, f"it is {_KINDS.get(stat.S_IFMT(mode), 'something else')}, not a file", str(path))
