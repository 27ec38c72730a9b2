"""The built-in stages: one package each, with `stage.py` and its `rules.py`."""
