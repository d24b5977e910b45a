#!/usr/bin/env python3
"""Checks an evidence package of the contact centre 111; needs Python 3.8 or newer, and nothing else; edge.

Қолдану / применение / usage:

    python3 -I verify.py --key PUBLIC_KEY PACKAGE.zip      (or a folder with the unpacked package)

PUBLIC_KEY: 64 hexadecimal digits, or a file that holds them. It comes from the centre by another way than
the package: who alters a package could put a key of their own into it, and a program of their own, so that
this program's SHA-256 comes with the key. Beside PACKAGE.zip its detached signature PACKAGE.zip.sig must lie.

One long file on purpose: it travels in the package and runs alone at the receiver's, where no module of ours
is and nothing may be installed; a court's expert reads it from top to bottom, with one sum to compare.
"""

# Nothing is imported before this: a file beside this program (argparse.py, hashlib.py, ...) would be taken
# for Python's own and could answer in our place. `sys`, `posix` and `nt` are built in: no file is asked.
import sys

if __name__ == "__main__" and not sys.flags.isolated:
    sys.path[:] = []
    if not sys.executable:
        sys.exit("python3 -I verify.py ...")
    system = __import__("posix" if "posix" in sys.builtin_module_names else "nt")
    system.execv(sys.executable, [sys.executable, "-I", "-B", __file__] + sys.argv[1:])

import argparse
import hashlib
import io
import json
import os
import stat
import struct
import unicodedata
import wave
import zlib
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
SIG = ".sig"  # of the whole ZIP, beside it

# --- Ed25519, RFC 8032, verifying only ---

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def _add(a: Point, b: Point) -> Point:
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def _times(number: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _point(data: bytes) -> Optional[Point]:
    """Decoding of RFC 8032, 5.1.3; None for what is no point."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def _base() -> Point:
    point = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert point is not None
    return point


def ed25519_verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of `key` (32 bytes) signed `message` with `signature` (64 bytes)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    public, commitment = _point(key), _point(signature[:32])
    response = int.from_bytes(signature[32:], "little")
    if public is None or commitment is None or response >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = _times(response, _base()), _add(commitment, _times(challenge, public))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


# --- the container: every byte of the ZIP is accounted for ---

Reading = Dict[str, bytes]


def _local(data: bytes) -> Tuple[Reading, List[Tuple[Any, ...]], bool, int]:
    """Members as the local headers tell them: contents, headers, whether all was whole, where they end."""
    members: Reading = {}
    headers: List[Tuple[Any, ...]] = []
    at = 0
    while data[at : at + 4] == b"PK\3\4" and at + 30 <= len(data):
        head = struct.unpack_from("<5H3I2H", data, at + 4)
        version, flags, method, time, day, crc, packed, size, name_length, extra = head
        start = at + 30 + name_length + extra
        name = data[at + 30 : at + 30 + name_length].decode("ascii", "replace")
        whole = method == 0 and packed == size and extra == 0 and start + size <= len(data)
        if not whole or name in members:
            return members, headers, False, at
        headers.append((version, flags, method, time, day, crc, packed, size, name, at))
        members[name] = data[start : start + size]
        at = start + size
    return members, headers, data[at : at + 4] == b"PK\1\2", at


def _central(data: bytes) -> Tuple[Reading, List[Tuple[Any, ...]], bool, int]:
    """The same as the central directory tells it, and where that begins."""
    members: Reading = {}
    headers: List[Tuple[Any, ...]] = []
    end = data.rfind(b"PK\5\6")
    if end < 0 or end + 22 != len(data):
        return members, headers, False, 0
    disk, other, here, count, length, start, comment = struct.unpack_from("<4H2IH", data, end + 4)
    ok = (disk, other, comment) == (0, 0, 0) and here == count and start + length == end
    at = start
    for _ in range(count):
        if data[at : at + 4] != b"PK\1\2" or at + 46 > len(data):
            return members, headers, False, start
        head = struct.unpack_from("<6H3I5H2I", data, at + 4)
        made, version, flags, method, time, day, crc, packed, size, name_length, extra, note = head[:12]
        number, inner, outer, offset = head[12:]
        name = data[at + 46 : at + 46 + name_length].decode("ascii", "replace")
        ok = ok and (extra, note, number, inner, made >> 8) == (0, 0, 0, 0, 3) and outer == 0o100644 << 16
        ok = ok and made & 255 == version
        body = offset + 30 + name_length
        if name in members or body + size > len(data):
            return members, headers, False, start
        headers.append((version, flags, method, time, day, crc, packed, size, name, offset))
        members[name] = data[body : body + size]
        at += 46 + name_length
    return members, headers, ok and at == end, start


def read_zip(data: bytes) -> Tuple[List[Reading], bool]:
    """What may be the members (two ways to read), and whether each byte of the container is in order."""
    local, local_headers, local_whole, end = _local(data)
    central, central_headers, central_whole, start = _central(data)
    orderly = local_whole and central_whole and local_headers == central_headers and end == start
    for head in local_headers:
        stated = (head[0], head[1], head[2]) == (20, 0, 0) and head[3:5] == local_headers[0][3:5]
        orderly = orderly and stated
    # A wrong checksum beside a right content is the container's fault; a wrong content is its member's.
    return [local, central], orderly


def _sums_fit(data: bytes) -> bool:
    members, headers, _, _ = _local(data)
    return all(zlib.crc32(members[head[8]]) == head[5] for head in headers if head[8] in members)


# --- the contents ---


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest(fields: List[Any]) -> str:
    return _sha256(json.dumps(fields, separators=(",", ":")).encode())


def root_from(leaf: bytes, index: int, size: int, path: List[bytes]) -> Optional[bytes]:
    """RFC 6962: where the path from this leaf leads."""
    if not 0 <= index < size:
        return None
    at, rest = leaf, list(path)
    while size > 1:
        if index % 2 or index + 1 < size:
            if not rest:
                return None
            other = rest.pop(0)
            pair = other + at if index % 2 else at + other
            at = hashlib.sha256(b"\1" + pair).digest()
        index, size = index // 2, (size + 1) // 2
    return None if rest else at


def _signed(key: bytes, body: bytes, signature: Optional[bytes]) -> bool:
    """`signature`: 128 small hexadecimal digits and a line feed, written in no other way."""
    try:
        raw = bytes.fromhex((signature or b"").decode("ascii").strip())
    except ValueError:
        return False
    return signature == raw.hex().encode() + b"\n" and ed25519_verify(key, body, raw)


def content_faults(members: Reading, key: bytes) -> List[str]:
    """What is wrong, a member a line; empty when nothing is."""
    if MANIFEST not in members:
        return [MANIFEST + ": missing"]
    fault = _manifest_fault(members[MANIFEST], members.get(SIGNATURE), key)
    if fault:
        return [fault]
    manifest = json.loads(members[MANIFEST])
    faults = []
    for name, stated in sorted(manifest["members"].items()):
        if name not in members:
            faults.append(name + ": missing")
        elif (_sha256(members[name]), len(members[name])) != (stated["sha256"], stated["size"]):
            faults.append(name + ": altered")
    known = {MANIFEST, SIGNATURE, *manifest["members"]}
    faults += [_stray(name, known) for name in sorted(set(members) - known)]
    if not faults:
        if manifest["public_key_sha256"] != _sha256(key):
            faults.append(MANIFEST + ": states another key")
        faults += _recordings(manifest, members, key) + _access_log(members)
    return faults


def _stray(name: str, known: "set[str]") -> str:
    for other in sorted(known):
        if _folded(other) == _folded(name):
            return "%s: does not belong here, and looks like %s" % (shown(name), other)
    return shown(name) + ": does not belong here"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def shown(name: str) -> str:
    """A name that can be printed without harm: what is not plain ASCII stands as its code."""
    return ascii(name)[1:-1]


def _manifest_fault(manifest: bytes, signature: Optional[bytes], key: bytes) -> str:
    """The signature's file holds the manifest's digest too: so one altered bit accuses one of the two."""
    if signature is None:
        return SIGNATURE + ": missing"
    signed, _, digest = signature.partition(b"\n")
    fits = digest == _sha256(manifest).encode() + b"\n"
    if _signed(key, manifest, signed + b"\n"):
        return "" if fits else SIGNATURE + ": altered"
    return SIGNATURE + ": altered, or made with another key" if fits else MANIFEST + ": altered"


def _recordings(manifest: Any, members: Reading, key: bytes) -> List[str]:
    faults = []
    for one in manifest["recordings"]:
        entry, proof = one["chain"], one["proof"]
        facts = json.loads(entry["facts"])
        fields = [entry[name] for name in ("seq", "previous", "kind", "subject", "at", "facts")]
        statement = "statements/%06d.json" % proof["statement"]
        body = members.get(statement, b"")
        if not _signed(key, body, members.get(statement + ".sig")):
            faults.append(statement + ": not signed with this key")
            continue
        stated = json.loads(body)["chain"]
        leaf = hashlib.sha256(b"\0" + bytes.fromhex(entry["hash"])).digest()
        root = root_from(leaf, proof["index"], proof["size"], [bytes.fromhex(part) for part in proof["path"]])
        place = (stated["first"] + proof["index"], stated["last"] - stated["first"] + 1)
        if _digest(fields) != entry["hash"] or entry["subject"] != one["id"]:
            faults.append("%s: its entry in the chain is not what was hashed" % one["id"])
        elif root is None or root.hex() != stated["root"] or place != (entry["seq"], proof["size"]):
            faults.append("%s: not proved by statement %s" % (one["id"], proof["statement"]))
        with wave.open(io.BytesIO(members[one["wav"]]), "rb") as sound:
            form = (sound.getnchannels(), sound.getsampwidth(), sound.getframerate())
            audio = _sha256(sound.readframes(sound.getnframes()))
        if form != (2, 2, 8000) or audio != facts["audio_sha256"]:
            faults.append("%s: not the sound that was sealed" % one["wav"])
    return faults


def _access_log(members: Reading) -> List[str]:
    names = ("entry_id", "at", "person", "role", "system_user", "action", "subject", "reason")
    faults, before = [], 0
    for row in json.loads(members["access-log.json"]):
        if _digest([row["seq"], row["previous"], *(row[name] for name in names)]) != row["hash"]:
            faults.append("access-log.json: entry %s is not what was hashed" % row["seq"])
        if row["seq"] <= before:
            faults.append("access-log.json: entry %s is out of order" % row["seq"])
        before = row["seq"]
    return faults


def verify_zip(data: bytes, key: bytes, signature: Optional[bytes] = None) -> List[str]:
    """What is wrong with a package: members by name, "container", or its detached signature."""
    readings, orderly = read_zip(data)
    if readings[0] == readings[1]:
        readings.pop()
    if not any(MANIFEST in members for members in readings):
        return ["container: altered, or no package of ours"]
    faults = min((content_faults(members, key) for members in readings), key=len)
    if faults:
        return faults
    if not (orderly and _sums_fit(data)):
        return ["container: altered"]
    if signature is not None and not _signed(key, hashlib.sha256(data).digest(), signature):
        return ["container: the detached signature does not fit"]
    return []


def verify_folder(folder: Path, key: bytes) -> List[str]:
    """The same for an unpacked package; whatever lies in the folder is named, links are not followed."""
    files: List[str] = []
    folders: List[str] = []
    others: List[str] = []
    _walk(str(folder), "", files, folders, others)
    manifest = _read(folder, MANIFEST) if MANIFEST in files else b""
    signature = _read(folder, SIGNATURE) if SIGNATURE in files else None
    known = {MANIFEST, SIGNATURE}
    if not _manifest_fault(manifest, signature, key):
        known.update(json.loads(manifest)["members"])
    # What does not belong here is named, not read: it may be of any size.
    members = {name: _read(folder, name) if name in known else b"" for name in files}
    faults = content_faults(members, key)
    belonging = {name[:at] for name in known for at, sign in enumerate(name) if sign == "/"}
    faults += [_stray(name, belonging) + " (a folder)" for name in folders if name not in belonging]
    return faults + [shown(name) + ": a link, or no file: does not belong here" for name in others]


def _walk(top: str, inside: str, files: List[str], folders: List[str], others: List[str]) -> None:
    with os.scandir(top + "/" + inside) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            name = inside + "/" + entry.name if inside else entry.name
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISREG(mode):
                files.append(name)
            elif stat.S_ISDIR(mode):
                folders.append(name)
                _walk(top, name, files, folders, others)
            else:
                others.append(name)


def _read(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


class Answer(NamedTuple):
    """`faults`: what was altered; `missing`: what was not there, so that not all was checked."""

    faults: List[str]
    missing: List[str]
    about: List[str]
    demand: str


def check(package: Path, key: bytes) -> Answer:
    """A package, or a folder with it unpacked. Raises OSError, ValueError."""
    if package.is_dir():
        faults, missing = verify_folder(package, key), []  # type: List[str], List[str]
        manifest = b"" if faults else _read(package, MANIFEST)
    else:
        beside = package.with_name(package.name + SIG)
        data = package.read_bytes()
        signature = beside.read_bytes() if beside.is_file() else None
        faults = verify_zip(data, key, signature)
        missing = (
            [] if signature is not None else [shown(beside.name) + ": missing, the whole ZIP's signature"]
        )
        manifest = b"" if faults else read_zip(data)[0][0][MANIFEST]
    if faults:
        return Answer(faults, missing, [], "")
    return Answer(faults, missing, _about(manifest), json.loads(manifest)["demand"]["name"])


def _about(manifest: bytes) -> List[str]:
    """Whose demand this answers: a whole package of another one is unaltered too."""
    said = json.loads(manifest)
    demand = said["demand"]
    return [
        "%s: %s" % (name, _plain(value))
        for name, value in (
            ("талап / требование / demand", demand["name"]),
            ("кімнен / от кого / from", demand["authority"]["ru"]),
            ("хат / письмо / letter", "%s, %s" % (demand["letter_number"], demand["letter_date"])),
            ("жазбалар / записей / recordings", len(said["recordings"])),
        )
    ]


def _plain(value: Any) -> str:
    return "".join(sign if sign.isprintable() else shown(sign) for sign in str(value))


def read_key(text: str) -> bytes:
    """Hexadecimal digits, or a file of them. Raises ValueError."""
    try:
        if len(text) != 64 and Path(text).is_file():
            text = Path(text).read_text().split()[0]
        key = bytes.fromhex(text.strip())
    except (OSError, ValueError, IndexError):
        raise ValueError("the key is 64 hexadecimal digits, or a file that holds them") from None
    if len(key) != 32:
        raise ValueError("the key is 64 hexadecimal digits, or a file that holds them")
    return key


def main() -> int:
    """0: nothing altered, 1: altered (which member is said), 2: could not be checked, or not all of it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a console without Kazakh letters is no reason to end
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--key", required=True, help="the centre's public key, got by another way")
    parser.add_argument("--demand", help="the demand's name, as you know it: another one is refused")
    parser.add_argument("package", nargs="?", default=str(Path(__file__).resolve().parent))
    asked = parser.parse_args()
    try:
        key = read_key(asked.key)
        answer = check(Path(asked.package), key)
        own = _sha256(Path(__file__).read_bytes())
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, struct.error, wave.Error) as why:
        print("%s: %s" % (type(why).__name__, _plain(why)), file=sys.stderr)
        return 2
    print("SHA-256 verify.py: %s" % own)
    print("SHA-256 кілт / ключ / key: %s" % _sha256(key))
    for line in answer.faults + answer.about + answer.missing:
        print(line)
    if not answer.faults and asked.demand not in (None, answer.demand):
        print("%s: басқа талап / другое требование / another demand" % shown(asked.demand))
        return 1
    if answer.faults:
        print("ӨЗГЕРТІЛГЕН / ИЗМЕНЕНО / ALTERED")
        return 1
    if answer.missing:
        print("ТОЛЫҚ ТЕКСЕРІЛМЕДІ / ПРОВЕРЕНО НЕ ВСЁ / NOT FULLY CHECKED")
        return 2
    print("ӨЗГЕРІССІЗ / БЕЗ ИЗМЕНЕНИЙ / UNALTERED")
    return 0


if __name__ == "__main__":
    sys.exit(main())
