"""The types: article, document, stage, record."""
