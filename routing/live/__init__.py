"""What is happening on the line now: a pure function of the event stream.

In: events, from AMI, CEL or Asterisk's lists at a (re)connect. Out: live calls and consultants' times as
values (`live_view`, `phases`), each call that is over (`call_summary`), disagreements with dispatch.
"""
