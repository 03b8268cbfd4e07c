"""Errors meant for users, with the exit codes that every program of the pipeline shares."""

import errno
import tempfile
from typing import Any


class UserError(Exception):
    """One line, no stack trace; `result` is still written as the step's result."""

    exit_code = 70

    def __init__(self, message: str, result: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.result = result


class OutcomeError(UserError):
    """The data say no: a file that can't be read, rows that got lost."""

    exit_code = 1


class UsageError(UserError):
    """Wrong usage or configuration: another version, a missing file or table, a lacking permission."""

    exit_code = 2


class TemporaryError(UserError):
    """The remote, the network, a lock, a quota, a lack of memory or disk: a retry may help."""

    exit_code = 75


class BugError(UserError):
    """What should not happen; a line of the log says more."""

    exit_code = 70


# What the user can change, then what may be better later.
wrong = {
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "a part of this path is a file, not a folder",
    errno.EISDIR: "this is a folder, expected a file",
    errno.EEXIST: "something else has this name already",
    errno.ENOTEMPTY: "this folder is not empty",
    errno.EACCES: "this program may not read or write it",
    errno.EPERM: "this program may not read or write it",
    errno.EROFS: "this is read-only",
    errno.ENAMETOOLONG: "a part of it is longer than a file name can be",
    errno.ELOOP: "its symbolic links lead in a circle",
    errno.EFBIG: "the file would be larger than its file system allows",
    errno.ENXIO: "nothing is behind this device or pipe",
    errno.EXDEV: "its parts are on two file systems",
}
passing = {
    errno.ENOSPC: "no space is left",
    errno.EDQUOT: "the quota is used up",
    errno.EIO: "it could not be read or written",
    errno.ESTALE: "its file system was mounted again meanwhile",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open on this machine",
    errno.ENOMEM: "no memory is left",
    errno.EAGAIN: "this machine has no process or thread left",
    errno.EBUSY: "it is busy",
    errno.ETIMEDOUT: "it does not answer",
}


def of_system(error: BaseException) -> UserError | None:
    """What the operating system refuses, as an error with the exit code that every program shares; None for other errors."""
    if isinstance(error, MemoryError):
        return TemporaryError("no memory is left; give the step more, or try again later")
    if isinstance(error, ValueError) and "null byte" in str(error):
        return UsageError("a path or a value holds the NUL character; correct it")
    if not isinstance(error, OSError) or error.errno is None:
        return None
    code = errno.errorcode.get(error.errno, "")
    place = " ".join(str(error.filename or "a file").split())
    if error.errno in wrong:
        return UsageError(f"{place}: {wrong[error.errno]} ({code}); check the path and its permissions")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        # A write that fails names no file.
        where = place if error.filename else f"the folder that is written to, or the temporary folder {tempfile.gettempdir()}"
        return TemporaryError(f"{where}: {passing[error.errno]} ({code}); give its disk more room, or name a larger temporary folder by TMPDIR")
    if error.errno in passing:
        return TemporaryError(f"{place}: {passing[error.errno]} ({code}); try again later")
    return None
