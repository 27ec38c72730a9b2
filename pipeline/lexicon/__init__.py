"""What is known about words: English words, Chinese names and places, roles, and the vocabulary of the user."""
