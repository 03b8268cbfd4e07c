"""Errors meant for users, with the exit codes that every program of the pipeline shares."""


class UserError(Exception):
    """One line, no stack trace."""

    exit_code = 70


class UsageError(UserError):
    """Wrong usage or configuration."""

    exit_code = 2


class TemporaryError(UserError):
    """A lock or a quota: a retry may help."""

    exit_code = 75
