"""Raw audio becomes recordings: files found, headers repaired, legs compared and joined, each judged once.

In: intents and calls from the journal, what Asterisk left in the day folders. Out: stereo files,
RecordingChecked entries and alarms. Joining and flushing run in processes of their own, beside the calls.
"""
