"""Sealing: a joined recording compressed, encrypted, read back, entered into the chain; then raw files go.

In: recordings that were joined and checked, the keyring. Out: sealed files and their rows, sound for who may
listen, faults for doctor. `container`, `state`, `faults` are pure; `worker` runs `seal_recording` and
`raw_removal` under `lock`; `service` reads what was sealed.
"""
