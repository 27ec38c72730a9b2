"""Tables as text: separated values."""
