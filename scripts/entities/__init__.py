"""Training data for the stage `entities`: clean text with its entities damaged, and text whose lookalikes are right."""
