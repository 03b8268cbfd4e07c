"""Errors meant for users, with the exit codes that every program of the pipeline shares."""


class UserError(Exception):
    """One line, no stack trace; `result` is still written as the step's result."""

    exit_code = 70

    def __init__(self, message: str, result: dict | None = None) -> None:
        super().__init__(message)
        self.result = result


class OutcomeError(UserError):
    """The data say no."""

    exit_code = 1


class UsageError(UserError):
    """Wrong usage or configuration."""

    exit_code = 2


class TemporaryError(UserError):
    """A lock or a quota: a retry may help."""

    exit_code = 75


class BugError(UserError):
    """What should not happen; a line of the log says more."""

    exit_code = 70
