"""What holds other files: compressions and archives."""
