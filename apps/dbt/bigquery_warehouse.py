"""BigQuery as the place where dbt builds, with the sign-in that the pod has. Its Python client, which only the image has, is loaded only where it is used."""

import re
from collections.abc import Iterable
from importlib.util import find_spec

from errors import BugError, TemporaryError, UsageError, UserError
from warehouse import of_project, to_line

address = re.compile(r"bigquery://([a-z][a-z0-9-]{4,28}[a-z0-9])/?((?:[a-z][a-z0-9_]*_)?)")
patience_seconds = 60.0
sign_in = "run in a pod with Workload Identity, or set GOOGLE_APPLICATION_CREDENTIALS"

# BigQuery's texts, for dbt keeps no more of an error: https://cloud.google.com/bigquery/docs/error-messages
refused = r"access denied|permission .*denied|does not have .*permission|has not been used in project|billing has not been enabled"
not_found = r"not found: (project|dataset|table)\b"
no_sign_in = r"failed to authenticate|default credentials were not found|unable to generate access token|invalid credentials"
passing = (
    r"^(408|409|412|429|5\d\d) |quota exceeded|exceeded quota|rate limits?\b|internal error|backend ?error|retrying (the job|may)"
    r"|could not serialize access|due to concurrent update|job execution was cancelled|table unavailable|please try again"
    r"|designated timeout|timed out|timeout of .*exceeded|max retries exceeded|connection (aborted|reset|refused)"
)


class BigQueryWarehouse:
    """The datasets of a project whose names begin with a prefix. Labels of every job say which run, category and step it is of."""

    def __init__(self, uri: str, location: str, labels: dict[str, str]) -> None:
        """Throws UsageError where the URI or the location is none."""
        found = address.fullmatch(uri)
        if found is None:
            raise UsageError(f'--warehouse "{uri}": expected bigquery://project/ or bigquery://project/prefix_')
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{1,30}", location):
            raise UsageError(f"--location \"{location}\": expected BigQuery's location, such as europe-west1 or EU")
        self.uri, self.location = uri, location
        self.project, self.prefix = found.groups()
        self.labels = {name: to_label_value(value) for name, value in labels.items()}

    def __str__(self) -> str:
        return self.uri

    def check(self) -> None:
        if find_spec("dbt.adapters.bigquery") is None:
            raise UsageError(
                f"{self.uri}: this Python lacks dbt-bigquery; run the image of apps/dbt, or install apps/dbt/image-requirements.txt"
            )

    def enter(self) -> dict[str, str]:
        return {
            "TAXIWAY_DBT_TARGET": "bigquery",
            "TAXIWAY_PROJECT": self.project,
            "TAXIWAY_LOCATION": self.location,
            "TAXIWAY_DATASET_PREFIX": self.prefix,
            **{f"TAXIWAY_JOB_{name.upper()}": value for name, value in self.labels.items()},
        }

    def find_tables(self, schemas: Iterable[str]) -> set[str]:
        from google.api_core.exceptions import NotFound
        from google.auth.exceptions import GoogleAuthError
        from google.cloud import bigquery

        found: set[str] = set()
        retry = bigquery.DEFAULT_RETRY.with_timeout(patience_seconds)
        try:
            with bigquery.Client(project=self.project, location=self.location) as client:
                for schema in sorted(schemas):
                    try:
                        tables = client.list_tables(f"{self.project}.{schema}", retry=retry, timeout=patience_seconds)
                        found |= {f"{schema}.{table.table_id}" for table in tables}
                    except NotFound as error:
                        if "Not found: Dataset" not in str(error):
                            raise
        except GoogleAuthError as error:
            said = f"{self.uri}: no sign-in to Google Cloud: {to_line(str(error))}"
            if error.retryable:
                raise TemporaryError(f"{said}; try again later") from None
            raise UsageError(f"{said}; {sign_in}") from None
        except Exception as error:
            raise self.error_of(str(error), f"{self.uri}: looking for tables") from None
        return found

    def error_of(self, message: str, where: str) -> UserError:
        # The client begins with the status and the request, as in "403 GET https://…: Access Denied: …".
        line = re.sub(r"^(\d{3}) [A-Z]+ \S+: ", r"\1 ", to_line(message))
        said = f"{where}: {line}"
        if re.search(no_sign_in, line, re.IGNORECASE):
            return UsageError(f"{said}; {sign_in}")
        if re.search(refused, line, re.IGNORECASE):
            return UsageError(f"{said}; the pod's account needs that role, and the project BigQuery's API and billing")
        if re.search(not_found, line, re.IGNORECASE):
            return UsageError(f"{said}; check --warehouse and --location, and run the tables and etl steps first")
        if re.search(passing, line, re.IGNORECASE):
            return TemporaryError(f"{said}; try again later")
        return of_project(message, where) or BugError(said)


def to_label_value(text: str) -> str:
    """A label's value as BigQuery takes it: at most 63 lower-case letters, digits, `_` and `-`."""
    return re.sub(r"[^a-z0-9_-]", "-", text.lower())[:63]
