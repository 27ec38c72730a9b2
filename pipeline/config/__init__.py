"""Settings, options and plugins."""
