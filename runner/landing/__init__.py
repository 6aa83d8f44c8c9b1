"""Landing: a folder of files in; typed, checked and accounted-for Parquet out."""
