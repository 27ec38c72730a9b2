"""Where articles go."""
