"""BigQuery's refusals, as dbt and its client word them, and what they mean for a retry."""

import unittest

from bigquery_warehouse import BigQueryWarehouse, to_label_value
from errors import UsageError

denied = "Access Denied: Project p: User does not have bigquery.jobs.create permission in project p."
cases = [
    (2, f"Database Error in model m\n  {denied}"),
    (2, "403 GET https://host/datasets: Access Denied: quota exceeded is no excuse"),
    (2, "404 Not found: Dataset p:trial_staging was not found in location EU"),
    (2, "Runtime Error\n  Failed to authenticate with supplied credentials\nerror:\n..."),
    (2, "BigQuery API has not been used in project 7 before or it is disabled."),
    (75, "Database Error in model m\n  Quota exceeded: Your project exceeded quota for free query bytes scanned."),
    (75, "Exceeded rate limits: too many table update operations for this table."),
    (75, "503 POST https://host/jobs: Service Unavailable"),
    (75, "429 GET https://host/queries/x: slow down"),
    (75, "An internal error occurred and the request could not be completed. Retrying the job may solve the problem."),
    (75, "Could not serialize access to table p:d.t due to concurrent update"),
    (75, "HTTPSConnectionPool(host='x', port=443): Max retries exceeded with url: /"),
    (75, "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))"),
    (75, "Timeout of 300.0s exceeded, last exception: 500 x"),
    (75, "Operation did not complete within the designated timeout of 3600 seconds."),
    (70, "Syntax error: Unexpected identifier at [503:1]"),
    (70, "Unrecognized name: fare_amont at [3:9]"),
]


class ErrorTest(unittest.TestCase):
    def test_each_refusal_has_its_exit_code(self) -> None:
        warehouse = BigQueryWarehouse("bigquery://taxiway-test/trial_", "EU", {})
        for code, message in cases:
            with self.subTest(message=message):
                error = warehouse.error_of(message, "model")
                self.assertEqual(error.exit_code, code, error)
                self.assertRegex(str(error), r"\Amodel: [^\n]+\Z")
                self.assertNotIn("https://host", str(error))


class PlaceTest(unittest.TestCase):
    def test_a_uri_that_names_no_place_is_refused(self) -> None:
        for uri in ("bigquery:", "bigquery://p/", "bigquery://taxiway-test/Trial_", "bigquery://taxiway-test/trial", "bigquery://a`b-c-d/"):
            with self.subTest(uri=uri), self.assertRaisesRegex(UsageError, "expected bigquery://project/"):
                BigQueryWarehouse(uri, "EU", {})

    def test_a_label_is_what_bigquery_takes(self) -> None:
        self.assertEqual(to_label_value("Batch.x/2024 ü"), "batch-x-2024--")
        self.assertEqual(len(to_label_value("a" * 99)), 63)


if __name__ == "__main__":
    unittest.main()
