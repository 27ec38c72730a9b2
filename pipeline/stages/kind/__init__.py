"""The stage `kind`: what kind of document a text is, from an interview to a list of questions."""
