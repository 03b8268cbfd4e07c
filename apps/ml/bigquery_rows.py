"""Copies feature rows from BigQuery into a DuckDB file of their own, page by page, so that they are split as those of a DuckDB warehouse are."""

import re
from pathlib import Path

import duckdb
from google.api_core import exceptions as refusals
from google.auth.exceptions import GoogleAuthError
from google.cloud import bigquery
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import Timeout

from errors import TemporaryError, UsageError, UserError
from facts import ModelFacts
from rows import buckets_within, check_columns, most_earlier_read, most_rows, quote, sample_buckets

address = re.compile(r"bigquery://([a-z][a-z0-9-]{4,28}[a-z0-9])/?((?:[a-z][a-z0-9_]*_)?)")
rows_a_page = 50_000
largest_float = 3.4028234663852886e38
patience_seconds = 60.0
quotas = ("quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "jobRateLimitExceeded")


class BigQueryFeatures:
    """A category's feature table in BigQuery. `labels` are those of the jobs that read it, by which their cost is found."""

    def __init__(self, uri: str, location: str, facts: ModelFacts, labels: dict[str, str]) -> None:
        """Throws UsageError where the URI or the location is none."""
        found = address.fullmatch(uri)
        if found is None:
            raise UsageError(f'--warehouse "{uri}": expected bigquery://project/ or bigquery://project/prefix_')
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{1,30}", location):
            raise UsageError(f"--location \"{location}\": expected BigQuery's location, such as europe-west1 or EU")
        self.uri, self.location, self.facts = uri, location, facts
        self.project, prefix = found.groups()
        self.dataset = f"{prefix}{facts.dataset}"
        self.labels = {name: to_label_value(value) for name, value in labels.items()}
        self.retry = bigquery.DEFAULT_RETRY.with_timeout(patience_seconds)

    def copy(self, file: Path, month: str | None) -> int:
        """Writes the rows of a month (its first day) or of all, at most `most_rows` of them and the same ones each time.

        Returns how many rows were left out since their target or a feature is missing. Throws UserError.
        """
        try:
            with bigquery.Client(project=self.project, location=self.location) as client:
                table = client.get_table(f"{self.project}.{self.dataset}.{self.facts.table}", retry=self.retry)
                check_columns({field.name for field in table.schema}, self.uri, self.facts)
                return self._copy(client, file, month)
        except UserError:
            raise
        except refusals.NotFound as error:
            raise UsageError(
                f"{self.uri}: no table {self.dataset}.{self.facts.table}; run the dbt step for {self.facts.category} first, "
                f"and check --location: {to_line(error)}"
            ) from None
        except (refusals.GoogleAPICallError, refusals.RetryError, GoogleAuthError, NoConnection, Timeout) as error:
            raise error_of(error, self.uri) from None

    def _copy(self, client: bigquery.Client, file: Path, month: str | None) -> int:
        source = f"`{self.project}`.`{self.dataset}`.`{self.facts.table}`"
        names = (*self.facts.features, self.facts.target)
        # Which rows are left out where they are too many is decided by what they hold, as in DuckDB, though by another hash.
        bucket = f"FARM_FINGERPRINT(TO_JSON_STRING(STRUCT({', '.join(f'`{name}`' for name in names)}))) & {sample_buckets - 1}"
        # False for NaN, infinities and what is beyond 32-bit floats, as in DuckDB.
        usable = " AND ".join(f"IFNULL(ABS(CAST(`{name}` AS FLOAT64)) <= {largest_float}, FALSE)" for name in names)
        values = ", ".join(f"CAST(`{name}` AS FLOAT64) AS `{name}`" for name in names)
        date = f"`{self.facts.date}`"
        of_month = "TRUE" if month is None else f"{date} >= @month AND {date} < DATE_ADD(@month, INTERVAL 1 MONTH)"
        # Earlier months are there to judge by: a model of this month is not to be worse on them.
        scopes = [(of_month, most_rows)] if month is None else [(of_month, most_rows), (f"{date} < @month", most_earlier_read)]
        left_out = 0
        for where, most in scopes:
            counts = f"""
                SELECT {bucket} AS bucket, COUNTIF({usable}) AS usable_rows, COUNTIF(NOT ({usable})) AS left_out
                FROM {source} WHERE {where} GROUP BY bucket ORDER BY bucket"""
            found = [(int(row[0]), int(row[1]), int(row[2])) for row in self._query(client, counts, month)]
            buckets = buckets_within(((bucket, rows) for bucket, rows, _ in found), most)
            query = f"SELECT {date}, {values} FROM {source} WHERE {where} AND {usable} AND {bucket} < {buckets}"
            self._store(self._query(client, query, month), file)
            if where == of_month:
                left_out = sum(count for _, _, count in found)
        return left_out

    def _query(self, client: bigquery.Client, sql: str, month: str | None) -> bigquery.table.RowIterator:
        parameters = [] if month is None else [bigquery.ScalarQueryParameter("month", "DATE", month)]
        config = bigquery.QueryJobConfig(labels=self.labels, query_parameters=parameters)
        job = client.query(sql, job_config=config, retry=self.retry, api_method="INSERT")
        return job.result(page_size=rows_a_page, retry=self.retry)

    def _store(self, rows: bigquery.table.RowIterator, file: Path) -> None:
        """One page in memory at a time."""
        names = ", ".join(f"{quote(name)} DOUBLE" for name in (*self.facts.features, self.facts.target))
        table = f"{quote(self.facts.dataset)}.{quote(self.facts.table)}"
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(self.facts.dataset)}")
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({quote(self.facts.date)} DATE, {names})")
            for page in rows.to_arrow_iterable():
                connection.register("page", page)
                connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM page")
                connection.unregister("page")


def error_of(error: Exception, where: str) -> Exception:
    """BigQuery's or the sign-in's no, as an error of the right kind, in one line; what is neither is the error itself, a bug."""
    said = f"{where}: {to_line(error)}"
    reasons = [one.get("reason") for one in getattr(error, "errors", None) or []]
    if isinstance(error, GoogleAuthError) and not error.retryable:
        return UsageError(f"{said}; run in a pod with Workload Identity, or set GOOGLE_APPLICATION_CREDENTIALS")
    if isinstance(error, refusals.Forbidden) and not set(reasons) & set(quotas):
        return UsageError(f"{said}; the pod's account needs that role, and the project BigQuery's API and billing")
    if isinstance(error, refusals.ClientError) and not isinstance(
        error, (refusals.Forbidden, refusals.TooManyRequests, refusals.Conflict, refusals.PreconditionFailed)
    ):
        return error
    return TemporaryError(f"{said}; try again later")


def to_line(error: Exception) -> str:
    """What went wrong, without the client's request."""
    return re.sub(r"^(\d{3}) [A-Z]+ \S+: ", r"\1 ", " ".join(str(error).split()))


def to_label_value(text: str) -> str:
    """A label's value as BigQuery takes it: at most 63 lower-case letters, digits, `_` and `-`."""
    return re.sub(r"[^a-z0-9_-]", "-", text.lower())[:63]
