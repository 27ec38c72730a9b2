"""Where articles lie: a folder of this machine or of a bucket, a file for each or shards; held by one run alone."""
