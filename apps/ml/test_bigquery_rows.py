"""Which rows of BigQuery are read where there are too many, and what its refusals mean for a retry; the reading itself has a system test."""

import unittest
from unittest import mock

from google.api_core import exceptions as refusals
from google.auth.exceptions import RefreshError
from requests.exceptions import ConnectionError as NoConnection

import rows
from bigquery_rows import error_of
from errors import UserError
from rows import buckets_within, sample_buckets


class SampleTest(unittest.TestCase):
    def test_whole_buckets_from_the_first_on_that_hold_no_more_rows_than_allowed(self) -> None:
        with mock.patch.object(rows, "most_rows", 10):
            self.assertEqual(buckets_within([]), sample_buckets)
            self.assertEqual(buckets_within([(0, 6), (5, 4)]), sample_buckets)
            self.assertEqual(buckets_within([(0, 6), (5, 4), (9, 1)]), 9)
            self.assertEqual(buckets_within([(3, 11)]), 3)


class ErrorTest(unittest.TestCase):
    def test_each_refusal_has_its_exit_code(self) -> None:
        quota = [{"reason": "quotaExceeded"}]
        cases = [
            (2, refusals.Forbidden("Access Denied", errors=[{"reason": "accessDenied"}])),
            (2, RefreshError("no account")),
            (75, RefreshError("no answer", retryable=True)),
            (75, refusals.Forbidden("Quota exceeded", errors=quota)),
            (75, refusals.TooManyRequests("slow down")),
            (75, refusals.ServiceUnavailable("later")),
            (75, refusals.RetryError("Timeout", cause=refusals.BadGateway("x"))),
            (75, NoConnection("reset")),
        ]
        for code, refusal in cases:
            with self.subTest(refusal=refusal):
                error = error_of(refusal, "bigquery://p/")
                self.assertIsInstance(error, UserError)
                self.assertEqual(error.exit_code, code)

    def test_a_query_that_bigquery_does_not_understand_is_a_bug(self) -> None:
        bug = refusals.BadRequest("Syntax error")
        self.assertIs(error_of(bug, "bigquery://p/"), bug)


if __name__ == "__main__":
    unittest.main()
