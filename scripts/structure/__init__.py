"""Training data for the structure of articles: real talks, and the same talks printed in other layouts."""
