"""Tables of databases, each one dataset; what is read and written passes through Parquet files of ours."""
