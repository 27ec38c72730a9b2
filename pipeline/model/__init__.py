"""The types that everything works on: record, document, stage, article; and back from an article to its source."""
