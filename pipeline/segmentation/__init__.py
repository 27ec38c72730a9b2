"""Which spaces are missing in a text. The stages `punctuation` and `words` both build on it.

1. `tokens` skips every token that is plainly a word; that is most of a text.
2. `candidates` finds each offset where a space may be missing, and its features: how a lattice of words reads the
   letters (`lattice`), the words on both sides, and what the document shows (`counts`).
3. `score` lets two sets of decision trees (`trees`) say how sure a missing space is.
"""
