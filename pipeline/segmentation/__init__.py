"""Which spaces are missing in a text: what the stages `punctuation` and `words` both ask.

A token that is a word as it stands is passed over at the speed of a look-up (`tokens`). Of the others every place where
a space may be missing is described (`gaps`) by what a lattice of words says of it (`lattice`), by its neighbours and by
the document (`evidence`); two forests of decision trees (`forest`) say how sure it is (`judgement`).
"""
