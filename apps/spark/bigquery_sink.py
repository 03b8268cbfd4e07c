"""BigQuery tables through the spark-bigquery-connector: a partition or a whole table is overwritten by one load job each."""

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as f
from pyspark.sql.types import TimestampNTZType

from plan import Sink


def bigquery_options(sink: Sink, destination: dict[str, Any]) -> dict[str, str]:
    """The connector's options for a table. Pure. Load jobs replace a partition or table as a whole, so a failed one leaves the old."""
    partition = {} if sink["datePartition"] is None else {"datePartition": sink["datePartition"]}
    clustered = {"clusteredFields": ",".join(sink["clusteredFields"])} if sink["clusteredFields"] else {}
    return {
        "table": f"{destination['project']}.{sink['table']['dataset']}.{sink['table']['table']}",
        "parentProject": destination["project"],
        "writeMethod": "indirect",
        "temporaryGcsBucket": destination["temporaryGcsBucket"],
        "intermediateFormat": "parquet",
        "enableListInference": "true",
        # The tables step makes tables as the contract says; a load job that makes one would leave out descriptions and expiry.
        "createDisposition": "CREATE_NEVER",
        **partition,
        "partitionField": sink["partitionField"],
        "partitionType": sink["partitionType"],
        **clustered,
        **{f"bigQueryJobLabel.{key}": value for key, value in sink["bigQueryJobLabels"].items()},
    }


def write_to_bigquery(sink: Sink, rows: DataFrame, destination: dict[str, Any]) -> None:
    """Overwrites the table's partition, or the table. The connector tells no job's id: jobs are found by their labels."""
    # The connector makes DATETIME of times without a zone, by which it can't partition.
    times = [field.name for field in rows.schema if isinstance(field.dataType, TimestampNTZType)]
    moved = rows.withColumns({name: f.col(name).cast("timestamp") for name in times})
    moved.write.format("bigquery").options(**bigquery_options(sink, destination)).mode("overwrite").save()
