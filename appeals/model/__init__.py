"""Model of appeals: values that all rooms share.

In: nothing but settings and times. Out: frozen values (`appeal`, `body`, `hand_over`).
"""
