"""The output of a run: a folder on this machine or in a bucket, with a file per article or shards."""
