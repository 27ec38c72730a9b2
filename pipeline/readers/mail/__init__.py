"""Reads mail: single messages (`.eml`), saved pages (`.mhtml`) and mailboxes (`.mbox`)."""
