"""What every process needs before it does anything: settings, rights, logging, the database's session.

In: the environment, settings.toml, the home. Out: `Settings` (`home_paths` has where each file lies), roles
and rights as data, log lines without personal data, a database by URL whose file is the journal and no other
(`database`, `database_file`, `journal_identity`, `journal_file`), files that outlive a power cut (`durable`).
"""
