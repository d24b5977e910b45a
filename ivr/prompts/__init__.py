"""Prompts: all that is said on the line, in Kazakh and Russian, and the sound files made of it.

In: the catalogue's words (`catalogue*`), a studio's recordings. Out: WAV files as Asterisk plays them
(`speech_synthesis`, `studio_import`, `hold_music`, laid out by `prompt_files`), the studio's reading list,
and what is missing or wrong (`quality`, `sound_files`). A call itself needs the catalogue's names alone.
"""
