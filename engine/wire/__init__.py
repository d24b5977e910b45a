"""The process on the wire: raw sockets of the trunk's SIP and of some legs' sound, and no right besides.

In: questions of the engine over a Unix socket (`engine.media.wire_client`), packets passed by kernel filters.
Out: whether a leg answers (OPTIONS within its dialog), sound carried on from a moved source, keys as tones.
Only `main` touches the world; what it decides by is pure.
"""
