"""Pronouns that show who speaks to whom, in English and Chinese."""

import regex

SECOND_PERSON = regex.compile(r"\b(?:you|your|yours|yourself)\b|[你您]", regex.IGNORECASE)
FIRST_PERSON = regex.compile(r"\b(?:I|I[’']\p{L}+|my|me|myself|we|our|us)\b|[我咱]")
FIRST_PERSON_SINGULAR = regex.compile(r"\b(?:I|I[’']\p{L}+|my|me|myself)\b|我")
CONVERSATION = regex.compile(r"\b(?:I|you|your|we|our|us|my|me|You|We)\b|[我你您咱]")
"""First and second person together: words of people who talk to each other."""
ANY_PERSON = regex.compile(r"\b(?:I|my|me|myself|we|our|us|you|your|yours|yourself)\b|[我咱你您]", regex.IGNORECASE)
"""Where this is not found, none of the others is: one search instead of three in most texts."""
