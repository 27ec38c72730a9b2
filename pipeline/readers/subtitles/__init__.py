"""Reads subtitles: what is said in the cues of a WebVTT or SubRip file, a paragraph for each speaker's words in a row."""
