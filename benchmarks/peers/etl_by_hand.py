"""The etl step as somebody would write it for DuckDB by hand: the rules once, three statements, no casts, no checks, no counts by rule."""

import sys

import duckdb

file, warehouse = sys.argv[1:]
connection = duckdb.connect(warehouse)
connection.sql("SET preserve_insertion_order = false")
for schema in ("staging", "historical"):
    connection.sql(f"CREATE SCHEMA {schema}")
in_month = "tpep_pickup_datetime >= DATE '2025-01-01' AND tpep_pickup_datetime < DATE '2025-02-01'"
rules = {
    "pickup_before_dropoff": "tpep_pickup_datetime < tpep_dropoff_datetime",
    "passenger_count": "passenger_count BETWEEN 1 AND 8",
    "vendor": "VendorID IN (1, 2, 6, 7)",
    "ratecode": "RatecodeID BETWEEN 1 AND 7",
    "payment_type": "payment_type BETWEEN 1 AND 7",
    "fare_amount": "fare_amount >= 2.5 AND fare_amount < 250",
    "zones": "PULocationID IS NOT NULL AND DOLocationID IS NOT NULL",
    "trip_distance": "trip_distance IS NOT NULL",
    "not_in_future": "tpep_pickup_datetime < TIMESTAMP '2025-03-01' AND tpep_dropoff_datetime < TIMESTAMP '2025-03-01'",
    "in_month": in_month,
}
keeps = " AND ".join(f"({rule})" for rule in rules.values())
broken = ", ".join(f"CASE WHEN ({rule}) IS NOT TRUE THEN '{name}' END" for name, rule in rules.items())
trips = f"(SELECT * REPLACE (CAST(passenger_count AS BIGINT) AS passenger_count, CAST(RatecodeID AS BIGINT) AS RatecodeID) FROM '{file}')"
connection.sql(f"CREATE TABLE staging.yellow_clean AS SELECT * FROM {trips} WHERE {keeps}")
connection.sql(
    f"CREATE TABLE staging.yellow_triage AS SELECT *, list_filter([{broken}], lambda rule: rule IS NOT NULL) AS broken_rules FROM {trips} WHERE ({keeps}) IS NOT TRUE"
)
sums = {
    "fare_amount": "monthly_fare_amount",
    "total_amount": "monthly_total_amount",
    "extra": "monthly_extra_amount",
    "mta_tax": "monthly_mta_tax",
    "tip_amount": "monthly_tip_amount",
    "tolls_amount": "monthly_tolls_amount",
    "improvement_surcharge": "monthly_improvement_surcharge",
    "congestion_surcharge": "monthly_congestion_surcharge",
    "airport_fee": "monthly_airport_fee",
}
connection.sql(
    f"""CREATE TABLE historical.yellow_monthly AS
    SELECT VendorID, payment_type, store_and_fwd_flag, PULocationID AS pickup_zone, DOLocationID AS dropoff_zone, DATE '2025-01-01' AS first_day_of_month,
      {", ".join(f"sum({column}) AS {name}" for column, name in sums.items())},
      avg(passenger_count) AS average_passenger_count, avg(trip_distance) AS average_trip_distance, count(*) AS trip_count,
      avg(date_diff('second', tpep_pickup_datetime, tpep_dropoff_datetime)) / 60 AS avg_duration_minutes,
      sum(date_diff('second', tpep_pickup_datetime, tpep_dropoff_datetime)) / 3600 AS total_duration_hours,
      mode(hour(tpep_pickup_datetime)) AS busiest_hour_of_day
    FROM {trips} WHERE {in_month} GROUP BY ALL"""
)
connection.close()
