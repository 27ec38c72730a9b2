"""What is there to process: one Record per document, whatever it lay in."""
