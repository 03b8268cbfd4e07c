"""Tables that share a scan: who takes which rows, what they are counted as, and when a scan can't be shared."""

import unittest
from typing import Any

from counts import count_rows
from scans import scans_of_source
from session import start_session, stop_session

everything = "SELECT `day`, `n`, array_remove(array(CASE WHEN `n` > 1 THEN 'large' ELSE '' END), '') AS `why`"
small = "SELECT `day`, `n`\nFROM source\nWHERE `n` <= 1"
others = f"{everything}\nFROM source\nWHERE (`n` <= 1) IS NOT TRUE"


def a_sink(name: str, query: str, reasons: bool = False) -> dict[str, Any]:
    """A table of days and numbers."""
    columns = [{"name": "day", "type": "date"}, {"name": "n", "type": "int"}]
    return {
        "table": {"dataset": "staging", "table": name},
        "query": query,
        "schema": [*columns, {"name": "why", "type": "strings"}] if reasons else columns,
        "partitionField": "day",
        "retained": True,
        **({"reasonsField": "why"} if reasons else {}),
    }


class ScansTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.session = start_session({"spark.sql.session.timeZone": "UTC"})
        rows = [("2024-01-05", 1), ("2024-01-06", 2), ("2024-02-05", 3), ("2024-02-06", None)]
        cls.session.createDataFrame(rows, "day string, n long").selectExpr("CAST(day AS DATE) AS day", "n").createOrReplaceTempView("source")

    @classmethod
    def tearDownClass(cls) -> None:
        stop_session()

    def scans(self, sinks: dict[str, dict[str, Any]]) -> list[Any]:
        return scans_of_source(self.session, self.session.table("source"), sinks)

    def counts(self, sinks: dict[str, dict[str, Any]]) -> dict[str, Any]:
        """Counts of the one scan that all tables share."""
        (scan,) = self.scans(sinks)
        return count_rows(sinks, scan.rows)

    def test_tables_share_a_scan(self) -> None:
        sinks = {"small": a_sink("s", small), "others": a_sink("o", others, reasons=True)}
        (scan,) = self.scans(sinks)
        rows = [(row["n"], row["of_table"], str(row["month"]), row["why"]) for row in scan.rows.orderBy("day").collect()]
        self.assertEqual(
            rows,
            [
                (1, "small", "2024-01-01", None),
                (2, "others", "2024-01-01", ["large"]),
                (3, "others", "2024-02-01", ["large"]),
                (None, "others", "2024-02-01", []),
            ],
        )
        self.assertEqual(
            count_rows(sinks, scan.rows),
            {
                "small": {"2024-01-01": {"rows": 1, "reasons": {}}},
                "others": {
                    "2024-01-01": {"rows": 1, "reasons": {"large": 1}},
                    "2024-02-01": {"rows": 2, "reasons": {"large": 1}},
                },
            },
        )

    def test_a_row_that_no_table_takes_or_two_is_in_none(self) -> None:
        lossy = others.replace("(`n` <= 1) IS NOT TRUE", "NOT (`n` <= 1)")
        greedy = others.replace("(`n` <= 1) IS NOT TRUE", "TRUE")
        for query in (lossy, greedy):
            counts = self.counts({"small": a_sink("s", small), "others": a_sink("o", query, reasons=True)})
            self.assertEqual(sum(month["rows"] for table in counts.values() for month in table.values()), 3)

    def test_a_query_of_another_form_and_a_column_that_differs_have_a_scan_of_their_own(self) -> None:
        grouped = "SELECT `day`, sum(`n`) AS `n`\nFROM source\nGROUP BY 1"
        other = small.replace("`n`\n", "`n` + 1 AS `n`\n")
        for query in (grouped, other):
            scans = self.scans({"small": a_sink("s", small), "others": a_sink("o", query)})
            self.assertEqual([list(scan.tables) for scan in scans], [["small"], ["others"]])


if __name__ == "__main__":
    unittest.main()
