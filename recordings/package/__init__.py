"""Package: what an authority gets for its demand, and how a court checks it without us (A19).

In: a decided demand, its sealed recordings, proofs, the signing key. Out: a ZIP with sound, letter, manifest
and signature, the same bytes every time, in an age envelope when asked.
`verify_package` travels in it and runs alone, at the receiver's.
"""
