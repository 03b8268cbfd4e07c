"""Errors meant for users, with the exit codes that every program of the pipeline shares."""

from typing import Any


class UserError(Exception):
    """One line, no stack trace. `result` is still written as the step's result."""

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
    """The remote, the network, a quota, a lack of memory or disk: a retry may help."""

    exit_code = 75
