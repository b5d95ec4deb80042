"""Verifies an export of the audit trail by itself: python3 verify_proof.py trail.json [--root SIZE:ROOT]

Needs nothing but Python; with the package `cryptography` the signature of the head is verified as well.
What it proves: every text hashes to its entry, entries of one record follow one another, and those with a leaf stand
under the signed head. `--root` compares the head with the one printed on a certificate.
"""

import base64
import json
import sys
from hashlib import sha256

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
except ImportError:  # then everything but the signature is verified
    serialization = None


def fold(node, index, size, path):
    """RFC 9162 §2.1.3.2: from a leaf along its path to the root; None when the path has the wrong length."""
    last = size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = sha256(b"\x01" + sibling + node).digest()
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + sibling).digest()
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def faults(export):
    """Everything that is wrong, in words."""
    before = (0, export["record"]["genesis"]) if "record" in export else None
    for entry in export["entries"]:
        yield from entry_faults(entry, before, export["checkpoint"])
        before = (entry["n"], entry["hash"]) if before else None
    if export["checkpoint"] is None:
        yield "nothing of it is under a signed head yet"
    else:
        yield from head_faults(export["checkpoint"], export["public_keys"])


def entry_faults(entry, before, head):
    """Whether the text belongs to the hash, the entry to its place, and the place under the head."""
    place, body = f"{entry['record']}#{entry['n']}", json.loads(entry["text"])
    text = sha256(entry["text"].encode()).hexdigest()
    if sha256((entry["previous"] + text).encode()).hexdigest() != entry["hash"]:
        yield f"{place}: the text does not belong to the hash"
    if (body["record"], body["n"]) != (entry["record"], entry["n"]):
        yield f"{place}: the text is that of {body['record']}#{body['n']}"
    if before and before != (entry["n"] - 1, entry["previous"]):
        yield f"{place}: it does not follow the entry before it"
    if entry["leaf"] is not None:
        leaf = sha256(b"\x00" + bytes.fromhex(entry["hash"])).digest()
        path = [bytes.fromhex(step) for step in entry["leaf"]["path"]]
        root = fold(leaf, entry["leaf"]["index"], head["size"], path)
        if root is None or root.hex() != head["root"]:
            yield f"{place}: it does not stand under the head over {head['size']} leaves"


def head_faults(head, keys):
    """Whether the head says what was signed, and whether the signature is good."""
    signed = json.loads(head["signed_text"])
    if (signed["size"], signed["root"]) != (head["size"], head["root"]):
        yield "the head is not the one that was signed"
    if serialization is None:
        print("The signature was not verified: the package cryptography is not here.", file=sys.stderr)
        return
    if head["key_id"] not in keys:
        yield f"the key {head['key_id'][:16]}… is not in the export"
        return
    key = serialization.load_pem_public_key(keys[head["key_id"]].encode())
    signature, text = base64.b64decode(head["signature"]), head["signed_text"].encode()
    how = [ec.ECDSA(hashes.SHA256())] if isinstance(key, ec.EllipticCurvePublicKey) else []
    try:
        key.verify(signature, text, *how)
    except InvalidSignature:
        yield "the signature of the head is not good"


def main(arguments):
    """Exit status 0 only when nothing is wrong."""
    with open(arguments[0], encoding="utf-8") as file:
        export = json.load(file)
    found = list(faults(export))
    if "--root" in arguments:
        known, head = arguments[arguments.index("--root") + 1], export["checkpoint"] or {}
        if known.lower() != f"{head.get('size')}:{head.get('root')}":
            found.append(f"the head is not the known one, {known}")
    for fault in found:
        print(fault)
    if not found:
        print(f"{len(export['entries'])} entries are as they were written.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
