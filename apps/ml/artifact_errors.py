"""What keeps MLflow's own client of a bucket from the files of runs, as errors for the user."""

import re

from errors import TemporaryError, UsageError, UserError
from objects import explain

# How MLflow and boto3 begin, where they keep no more than the text of what the bucket said.
wrapped = r"Failed to (list artifacts|upload)|The following failures occurred while downloading"
# In this order: the first that matches decides.
kinds: list[tuple[str, type[UserError], str]] = [
    (r"NoSuchBucket|bucket does not exist", UsageError, "there is no such bucket"),
    (r"(?i)unable to locate credentials|credentials were not found", UsageError, "no sign-in was found"),
    (r"(?i)\b40[13]\b|forbidden|access ?denied|InvalidAccessKeyId|SignatureDoesNotMatch", UsageError, "not allowed; the account needs to read and write them"),
]


def of_artifacts(error: Exception, tracking: object) -> UserError | None:
    """The user's version of an error of MLflow's files; None for other errors."""
    what = f"{tracking}: MLflow's artifacts"
    if isinstance(error, ModuleNotFoundError) and str(error.name).startswith(("boto", "google")):
        return UsageError(f"{what}: this Python lacks the client of their bucket ({error.name}); run the app's image")
    # boto3 wraps what the bucket said.
    for one in (error, error.__context__):
        told = explain(what, one) if isinstance(one, Exception) else None
        if told is not None:
            return told
    text = " ".join(str(error).split())
    if not re.match(wrapped, text):
        return None
    kind, why = next(((kind, why) for pattern, kind, why in kinds if re.search(pattern, text)), (TemporaryError, "they can't be reached; try again later"))
    return kind(f"{what}: {why}: {text[:300]}")
