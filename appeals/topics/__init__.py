"""Topics: 13 directions, reasons with a guide each, kinds of help, competence, white-lists (A3, A18, A22).

In: `topics.toml`, `reasons/`, `white_lists.toml`, read once at a start against the form, refused whole by any
fault (`loading`). Out: `Topics`, which says who is competent and what may leave to whom; reasons found by
words (`finding`); values in words (`labels`); a document of it all (`document`).
"""
