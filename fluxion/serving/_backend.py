"""Where a model runs: the devices that ONNX Runtime may have, asked for and then verified."""

from __future__ import annotations

import importlib.metadata
import warnings
from collections.abc import Sequence
from enum import Enum
from typing import Any

from fluxion.errors import InputError, MissingExtraError, require

#: Distributions that all install the module `onnxruntime` and break each other.
_DISTRIBUTIONS = {
    "onnxruntime": "the CPU (and CoreML on macOS)",
    "onnxruntime-gpu": "CUDA",
    "onnxruntime-directml": "DirectML",
    "onnxruntime-openvino": "OpenVINO",
}


class InferenceBackend(Enum):
    """Devices by the name of their provider in ONNX Runtime."""

    CPU = "CPUExecutionProvider"
    CUDA = "CUDAExecutionProvider"
    COREML = "CoreMLExecutionProvider"
    DIRECTML = "DmlExecutionProvider"
    OPENVINO = "OpenVINOExecutionProvider"

    @property
    def distribution(self) -> str:
        """The package that brings it."""
        return {
            "CUDA": "onnxruntime-gpu[cuda,cudnn]",
            "DIRECTML": "onnxruntime-directml",
            "OPENVINO": "onnxruntime-openvino",
        }.get(self.name, "onnxruntime")


class FallbackWarning(UserWarning):
    """A model runs on the CPU because the device asked for is not there."""


def parse_backend(given: InferenceBackend | str) -> tuple[InferenceBackend, int | None]:
    """A backend and the number of its device, from itself or from a text such as "cuda:1".

    Raises:
        InputError: There is no such backend.
    """
    if isinstance(given, InferenceBackend):
        return given, None
    name, _, number = str(given).partition(":")
    names = {each.name: each for each in InferenceBackend}
    if name.strip().upper() not in names or (number and not number.isdigit()):
        known = ", ".join(each.lower() for each in names)
        raise InputError(
            f"{given!r} is no backend; take one of {known}, with a device such as cuda:1"
        )
    return names[name.strip().upper()], int(number) if number else None


def runtime() -> Any:
    """The module `onnxruntime`, if exactly one distribution brings it.

    Raises:
        MissingExtraError: None is installed.
        InputError: Several are; the last one installed hides the others, and removing one breaks
            all.
    """
    found = [name for name in _DISTRIBUTIONS if _installed(name)]
    if len(found) > 1:
        raise InputError(
            f"{' and '.join(found)} are both installed and overwrite each other's files; "
            f"run: pip uninstall -y {' '.join(found)}, then install the one you need"
        )
    module = require("onnxruntime", "onnx")
    if not hasattr(module, "InferenceSession"):
        raise MissingExtraError(
            "'onnxruntime' is installed in part only; run: pip install --force-reinstall "
            "'fluxion-bem[onnx]'"
        )
    return module


def open_session(
    content: bytes,
    backend: InferenceBackend | str = InferenceBackend.CPU,
    *,
    strict: bool = False,
    threads: int | None = None,
    arena: bool = True,
) -> tuple[Any, InferenceBackend]:
    """A session for a model, and where it really runs.

    Args:
        content: The model.
        backend: Asked for.
        strict: Whether to raise if it is not there, or cannot run all of the model.
        threads: For one call; None takes one, which is best for small nets (run several sessions
            instead).
        arena: Whether to keep memory between calls.

    Raises:
        InputError: Strict, and the device is not there; or the runtime refuses the model.
    """
    if threads is not None and threads < 1:
        raise InputError(f"{threads} threads were asked for; take 1 or more")
    ort = runtime()
    wanted, device = parse_backend(backend)
    options = ort.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1 if threads is None else threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = arena
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    there = wanted.value in ort.get_available_providers()
    providers: Sequence[Any] = [InferenceBackend.CPU.value]
    if wanted is not InferenceBackend.CPU and there:
        own = wanted.value if device is None else (wanted.value, {"device_id": str(device)})
        providers = [own] if strict else [own, *providers]
        if strict:
            options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    try:
        if strict and not there:
            raise RuntimeError(f"{wanted.value} is not in this onnxruntime")
        with warnings.catch_warnings():  # the runtime's own remarks; what counts is said below
            warnings.simplefilter("ignore")
            session = ort.InferenceSession(content, options, providers=providers)
    except Exception as error:
        if wanted is InferenceBackend.CPU:
            raise InputError(f"onnxruntime refuses the model ({_line(error)})") from None
        raise InputError(
            f"the model does not run on {wanted.name} ({_line(error)}); "
            f"run: pip install '{wanted.distribution}', or leave out strict to take the CPU"
        ) from None
    real = _provider(session)
    if real is wanted:
        return session, real
    why = f"run: pip install '{wanted.distribution}'" if not there else "see that its driver works"
    told = f"the model runs on {real.name} because {wanted.name} is not there; {why}"
    if strict:
        raise InputError(told)
    warnings.warn(told, FallbackWarning, stacklevel=3)
    return session, real


def _provider(session: Any) -> InferenceBackend:
    name = session.get_providers()[0]
    return next((each for each in InferenceBackend if each.value == name), InferenceBackend.CPU)


def _installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
