"""Model files: read and checked without the ONNX package, and sealed when written.

An ONNX file is a protocol-buffer message. What Fluxion knows of a model stands in its metadata as
one JSON text with a SHA-256 over everything else in the file, so that a damaged weight is refused
instead of served.

Source: ONNX specification, onnx.proto3 (field numbers); Protocol Buffers encoding.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fluxion.errors import InputError
from fluxion.signatures import Signature

#: Of the metadata.
FORMAT = 1
KEY = "fluxion"
KINDS = ("single", "ensemble", "dropout")
_GRAPH, _METADATA, _TRAINING, _FUNCTIONS = 7, 14, 20, 25
#: Fields that lead from a graph to tensors: by message, field number to the message inside.
_INSIDE = {
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_EXTERNAL = (13, 14)  # of a tensor: where its numbers lie outside the file


@dataclass(frozen=True)
class ModelFile:
    """A model file that was read and whose hash is right.

    Attributes:
        path: Where it was read from.
        content: Its bytes.
        metadata: What Fluxion wrote into it.
        signature: What goes in and comes out.
    """

    path: Path
    content: bytes = field(repr=False)
    metadata: Mapping[str, Any] = field(repr=False)
    signature: Signature = field(repr=False)

    @property
    def kind(self) -> str:
        """ "single", "ensemble" or "dropout"."""
        return self.metadata["kind"]

    @property
    def precision(self) -> str:
        """Of the weights: "float32", "float16" or "int8"."""
        return self.metadata["precision"]

    @property
    def sha256(self) -> str:
        """Of all that is in the file but this hash."""
        return self.metadata["sha256"]

    @property
    def climates(self) -> dict[str, np.ndarray]:
        """Climates that the file carries, in physical units, `(row, feature)` by name."""
        return {
            name: np.asarray(rows, np.float64) for name, rows in self.metadata["climates"].items()
        }


def read_model_file(path: str | os.PathLike[str]) -> ModelFile:
    """Read a model file and check it.

    Args:
        path: Of an ONNX file that `fluxion.export` wrote.

    Raises:
        InputError: There is no such file; it is damaged, no ONNX, not Fluxion's, of a format that
            is not known, refers to data outside itself, or is not what was once written.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the model {str(path)!r} cannot be read ({error.strerror or error}); "
            "give an ONNX file that 'fluxion export' wrote"
        ) from None
    try:
        fields = list(_fields(content))
        told = dict(_text_pair(value) for number, value, _ in fields if number == _METADATA)
        if not any(number == _GRAPH for number, _, _ in fields):
            raise ValueError("it holds no graph")
        outside = _refers_outside(fields)
    except ValueError as error:
        raise InputError(
            f"the model {str(path)!r} is no ONNX file, or is damaged ({error}); export it anew"
        ) from None
    if KEY not in told:
        raise InputError(
            f"the ONNX file {str(path)!r} was not written by Fluxion: it does not say what goes in "
            "and out; give one that 'fluxion export' wrote"
        )
    if outside:
        raise InputError(
            f"the model {str(path)!r} {outside}, which Fluxion never writes; export it anew"
        )
    metadata = _metadata(told[KEY], path)
    if metadata.get("sha256") != _digest(content, metadata):
        raise InputError(
            f"the model {str(path)!r} is not what was once written: its hash differs; "
            "copy it again from where it came, or export it anew"
        )
    try:
        signature = Signature.from_json(metadata["signature"])
    except InputError as error:
        raise InputError(f"the model {str(path)!r}: {error}") from None
    return ModelFile(path, content, metadata, signature)


def seal(content: bytes, metadata: Mapping[str, Any]) -> bytes:
    """An ONNX model with metadata, and with the hash of both.

    Args:
        content: A serialised ONNX model; metadata that it had are dropped.
        metadata: What Fluxion is to say of it; "format" and "sha256" are set here.
    """
    bare = b"".join(raw for number, _, raw in _fields(content) if number != _METADATA)
    told = {**metadata, "format": FORMAT}
    told["sha256"] = _digest(bare, told)
    text = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    pair = b"".join(_message(i + 1, part) for i, part in enumerate((KEY.encode(), text)))
    return bare + _message(_METADATA, pair)


def _metadata(text: str, path: Path) -> dict[str, Any]:
    try:
        told = json.loads(text)
        kind, needed = told["format"], ("kind", "precision", "signature", "climates", "sha256")
        if kind == FORMAT and (missing := [name for name in needed if name not in told]):
            raise KeyError(missing[0])
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f"what the model {str(path)!r} says of itself is damaged; export it anew"
        ) from None
    if kind != FORMAT:
        raise InputError(
            f"the model {str(path)!r} has format {kind!r}, this version reads {FORMAT}; "
            "export it anew, or update Fluxion"
        )
    return told


def _digest(content: bytes, metadata: Mapping[str, Any]) -> str:
    """SHA-256 of a model without its metadata, and of the metadata without the hash."""
    found = hashlib.sha256(b"fluxion model\0")
    for number, _, raw in _fields(content):
        if number != _METADATA:
            found.update(raw)
    rest = {name: value for name, value in metadata.items() if name != "sha256"}
    found.update(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode())
    return found.hexdigest()


def _refers_outside(fields: list[tuple[int, Any, bytes]]) -> str:
    """What of a model lies outside its graph; empty if nothing does."""
    if any(number in (_TRAINING, _FUNCTIONS) for number, _, _ in fields):
        return "holds functions or a training graph"
    waiting = [("graph", value) for number, value, _ in fields if number == _GRAPH]
    while waiting:
        message, content = waiting.pop()
        for number, value, _ in _fields(content):
            if message == "tensor" and number in _EXTERNAL and value:
                return "keeps numbers in another file"
            if number in _INSIDE[message] and isinstance(value, bytes):
                waiting.append((_INSIDE[message][number], value))
    return ""


def _text_pair(content: bytes) -> tuple[str, str]:
    parts = {number: value for number, value, _ in _fields(content)}
    return parts.get(1, b"").decode(), parts.get(2, b"").decode()


def _fields(content: bytes) -> Iterator[tuple[int, Any, bytes]]:
    """Number, value (bytes or a whole number) and raw bytes of each field of a message.

    Raises:
        ValueError: It is no message.
    """
    place = 0
    while place < len(content):
        start = place
        tag, place = _varint(content, place)
        number, wire = tag >> 3, tag & 7
        if wire == 0:
            value, place = _varint(content, place)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
            value, place = content[place : place + length], place + length
        elif wire == 2:
            length, place = _varint(content, place)
            value, place = content[place : place + length], place + length
        else:
            raise ValueError(f"byte {start} begins no field")
        if place > len(content) or not number:
            raise ValueError(f"it breaks off in the field at byte {start}")
        yield number, value, content[start:place]


def _varint(content: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while place < len(content) and shift < 64:
        byte = content[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
    raise ValueError(f"it breaks off at byte {place}")


def _message(number: int, content: bytes) -> bytes:
    return _to_varint(number << 3 | 2) + _to_varint(len(content)) + content


def _to_varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))
