"""One document to one article: recipe, stages, assembly."""
