"""What is kept of a call: the journal's row, the recording, the access log; and what becomes of it.

In: calls that are over, files of audio in the spool, acts of people who ask for either. Out: rows and
sealed files that a court may ask for, bound into chains (`chain`, `rows`), found again (`finding`),
demanded (`demands`), packed (`package`) and destroyed in time (`retention`). Values and tables that the
rooms share lie in `model`. Nothing here knows the line or a page.
"""
