"""The journal: what the line tells of calls, recordings, consultants and alarms, kept in the database.

In: entries as values (recordings/model), one writer in the engine; while the database is away they wait in
the spool. Out: Reader's answers as values, the day's figures. Writing binds each row into the chain of rows.
"""
