"""Board of the line as values: what engine, console and command line all mean by it.

In: nothing; the engine's `wallboard` room makes the values, seconds and epoch seconds throughout.
Out: frozen values (`values`, `figures`), their one way into JSON and back (`as_json`), with a version
(docs/decisions/0108-the-board-is-a-value.md), the kinds of alerts (`alert_kinds`). Masked numbers only (A5).
"""
