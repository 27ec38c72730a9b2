"""Web pages of any length, made of one kind of piece."""

import random

from patterns import PIECES

PARAGRAPHS = ("words", "sentences", "han-sentences", "QA", "labels-new", "questions")
PAGES: dict[str, tuple[str, str]] = {
    "paragraphs": ("<p>{text}</p>\n", ""),
    "divisions": ("<div>{text}</div>", ""),
    "nested": ("<div>", ""),
    "nested with text": ("<div>{text}", ""),
    "nested spans": ("<span>a", ""),
    "bold": ("<b>{text}</b>", ""),
    "unclosed bold": ("<b>{text}", ""),
    "unclosed paragraphs": ("<p>{text}", ""),
    "unclosed lists": ("<ul><li>{text}", ""),
    "closed but not opened": ("</div></p>", ""),
    "attributes": (' a{n}="{text}"', "<p"),
    "one long attribute": ("{text}", '<p title="'),
    "classes": ("{text} ", '<p class="'),
    "classes of each": ('<p class="{text}">a</p>', ""),
    "tables": ("<table><tr><td>{text}</td></tr></table>", ""),
    "nested tables": ("<table><tr><td>{text}", ""),
    "rows": ("<tr><td>{text}</td><td>b</td></tr>", "<table>"),
    "cells": ("<td>{text}</td>", "<table><tr>"),
    "links": ('<a href="/{n}">{text}</a> ', ""),
    "unclosed links": ('<a href="/{n}">{text}', ""),
    "breaks": ("{text}<br>", ""),
    "one line": ("{text}", "<p>"),
    "preformatted": ("{text}\n", "<pre>"),
    "headings": ("<h2>{text}</h2>", ""),
    "lists": ("<li>{text}</li>", "<ul>"),
    "definitions": ("<dt>{text}</dt><dd>{text}</dd>", "<dl>"),
    "comments": ("<!-- {text} -->", ""),
    "open comments": ("<!-- {text}", ""),
    "scripts": ("<script>{text}</script>", ""),
    "open scripts": ("<script>{text}", ""),
    "JSON of a page": ('{{"@type": "Article", "n": {n}}},', '<script type="application/ld+json">['),
    "statements": ('<meta name="{n}" content="{text}">', ""),
    "entities": ("&amp;&#{n};&nbsp;", "<p>"),
    "less-than": ("<", "<p>"),
    "greater-than": (">", "<p>"),
    "styles": ('<p style="display: none">{text}</p>', ""),
    "forms": ("<form><input><select><option>{text}", ""),
    "frames": ("<iframe>{text}</iframe>", ""),
    "unknown elements": ("<x-{n}>{text}</x-{n}>", ""),
    "declarations": ("<![CDATA[{text}]]>", ""),
    "drawings": ("<svg><path d='M{n}'/>{text}</svg>", ""),
    "the same twice": ("<p>The river was low in the autumn of that year.</p>", ""),
}
"""A piece with a place for a text and a number, and what comes before all pieces."""


def page_of(name: str, size: int, seed: int = 1) -> str:
    """A page of about `size` characters of the kind `name`; the same arguments give the same page."""
    chance = random.Random(f"{seed} {name}")
    piece, before = PAGES[name]
    found = [f"<!DOCTYPE html><html><head><title>The weir</title></head><body>{before}"]
    length, n = len(found[0]), 0
    while length < size:
        n += 1
        made = PIECES[chance.choice(PARAGRAPHS)]
        text = (made if isinstance(made, str) else made(chance)).strip().replace('"', "")
        found.append(piece.format(text=text, n=n))
        length += len(found[-1])
    return "".join(found)
