"""Who processes documents: worker processes of this machine, or a cluster. `crew.py` says what each must be."""
