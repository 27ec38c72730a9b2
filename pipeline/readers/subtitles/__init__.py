"""Reads subtitles: the words in the cues of a WebVTT or SubRip file, a paragraph for each speaker's in a row."""
