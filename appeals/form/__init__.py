"""Form of an appeal as data: sections, fields, choices, what is needed when, what contradicts (A2-A8).

In: `form.toml`, read once at a start and refused whole by any fault (`loading`). Out: a `Form`, which says of
values what is shown, what is missing at a moment and what contradicts, and of one text why it is unfit
(`checks`). Nothing here blocks: a draft keeps what was typed.
"""
