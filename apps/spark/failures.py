"""What Spark, Hadoop and Cloud Storage throw, as an error with the exit code that every program shares, or as a bug."""

import re

from pyspark.errors import AnalysisException, ParseException

from errors import OutcomeError, TemporaryError, UsageError, UserError, of_system
from plan import planned_again, shorten

# In this order: the first that matches decides. Texts of Spark 3.5, Hadoop 3.3 and the GCS connector.
kinds: list[tuple[str, type[UserError], str]] = [
    (r"quotaExceeded|rateLimitExceeded|Quota exceeded|Exceeded rate limits|429 Too Many|jobRateLimitExceeded", TemporaryError, "a quota"),
    (r"No FileSystem for scheme|GoogleHadoopFileSystem not found", UsageError, "the image lacks the Cloud Storage connector of jars.txt; build it again"),
    (r"cannot find the metadata server|Error getting access token from metadata server|default credentials were not found|credentials are not available", TemporaryError, "the pod has no sign-in to Google Cloud yet; if it stays so, see the account spark-driver"),
    (r"No space left on device|OutOfMemoryError|Java heap space|Cannot allocate memory", TemporaryError, "more memory or disk is needed"),
    (r"\b403 Forbidden|code\W{1,4}403|[Aa]ccess ?[Dd]enied|AccessControlException|[Pp]ermission.{0,40}denied|does not have .{0,60}(access|permission)", UsageError, "a permission is lacking"),
    (r"notFound|\b404 Not Found", UsageError, "there is no such bucket or file"),
    (r"PATH_NOT_FOUND|FileNotFoundException|NoSuchFileException|No such file or directory", UsageError, "there is no such file"),
    (r"is not a Parquet file|ParquetDecodingException|CorruptedFooter|CANNOT_READ_FILE_FOOTER|Could not read footer|could not read page|ParquetCrypto|FAILED_READ_FILE|Encountered error while reading file|PARQUET_COLUMN_DATA_TYPE_MISMATCH|Parquet column cannot be converted", OutcomeError, "a file can't be read; fetch it again"),
    (r"UnknownHostException|ConnectException|Connection refused|Connection reset|SocketTimeout|SocketException|Read timed out|SSLException|\b50[0234]\b (Bad|Internal|Service|Gateway)|backendError|Service Unavailable|ExecutorLostFailure|FetchFailed", TemporaryError, "a retry may help"),
]


def to_user_error(error: BaseException) -> UserError | None:
    """The user's version of what was thrown, or None where it is a bug."""
    if isinstance(error, UserError):
        return error
    told = of_system(error)
    if told is not None:
        return told
    # Stack traces hold numbers and names of their own.
    whole = f"{type(error).__name__}: {error}"
    text = re.sub(r"\n\s+(at |\.\.\. )[^\n]*", "", whole)
    for pattern, kind, what in kinds:
        found = re.search(pattern, text)
        if found:
            return kind(f"{shorten(line_of(text, found.start()))} ({what})")
    # The plan is a file: its queries may be another release's, or damaged.
    if isinstance(error, (AnalysisException, ParseException)):
        return UsageError(f"{shorten(line_of(text, 0))} (the plan's queries do not fit its files; {planned_again})")
    # A damaged file makes Parquet's reader throw whatever it stumbles over.
    if re.search(r"\n\s+at org\.apache\.parquet\.(format|column|bytes|hadoop\.Parquet\w*Reader)", whole):
        return OutcomeError(f"{shorten(line_of(text, text.rfind('Caused by: ')))} (a file can't be read; fetch it again)")
    return None


def line_of(text: str, at: int) -> str:
    """The line around a position, without the names of Java's packages."""
    start = text.rfind("\n", 0, max(at, 0)) + 1
    end = text.find("\n", max(at, 0))
    return re.sub(r"\b(?:[a-z_]\w*\.)+(?=[A-Z])", "", text[start : end if end >= 0 else len(text)].strip())
