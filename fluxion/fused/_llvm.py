"""Functions in LLVM's language, compiled for this processor and called by XLA.

XLA calls a function of ours with one argument, a frame that says where inputs and outputs lie
(XLA's foreign function interface, ``xla/ffi/api/c_api.h``). The entry below reads these addresses
and hands them to the kernel; it is written in the same language, so that nothing else is needed.
"""

from __future__ import annotations

import ctypes
import hashlib
import sys
from importlib.util import find_spec
from threading import Lock
from typing import Any

import jax

from fluxion.errors import require

#: Where things lie in a frame, in bytes: the extension and the interface that XLA hands on, the
#: addresses of the inputs' and outputs' descriptions; and in a description, the address of data.
_EXTENSION, _API, _INPUTS, _OUTPUTS, _DATA = 8, 16, 72, 112, 24
#: Where the version lies, two whole numbers: that which XLA speaks in its interface, and that of
#: a function where XLA asks what it is. The function speaks whatever XLA does.
_SPOKEN, _ANSWER = 32, 24
_ENTRY = """
define ptr @entry(ptr %frame) {{
start:
  %ext.at = getelementptr i8, ptr %frame, i64 {extension}
  %ext = load ptr, ptr %ext.at
  %asked = icmp ne ptr %ext, null
  br i1 %asked, label %look, label %run
look:
  %kind.at = getelementptr i8, ptr %ext, i64 8
  %kind = load i32, ptr %kind.at
  %version = icmp eq i32 %kind, 1
  br i1 %version, label %answer, label %run
answer:
  %api.at = getelementptr i8, ptr %frame, i64 {api}
  %api = load ptr, ptr %api.at
  %spoken.at = getelementptr i8, ptr %api, i64 {spoken}
  %spoken = load i64, ptr %spoken.at
  %meta.at = getelementptr i8, ptr %ext, i64 24
  %meta = load ptr, ptr %meta.at
  %answer.at = getelementptr i8, ptr %meta, i64 {answer}
  store i64 %spoken, ptr %answer.at
  ret ptr null
run:
{loads}
  call void @kernel({arguments})
  ret ptr null
}}
"""
#: Compiled functions by their name. XLA keeps their addresses, so they are never let go.
_COMPILED: dict[str, Any] = {}
_LOCK = Lock()


def available() -> bool:
    """Whether the compiler is installed, on a system where its code was tried."""
    return sys.platform in ("linux", "darwin") and find_spec("llvmlite") is not None


def register(text: str, inputs: int, outputs: int) -> str:
    """Compile a kernel and make it known to XLA.

    Args:
        text: A module with ``void @kernel(ptr, ...)``, first inputs, then outputs.
        inputs: Number of inputs.
        outputs: Number of outputs.

    Returns:
        The name by which `jax.ffi.ffi_call` finds it; the same for the same text.

    Raises:
        MissingExtraError: llvmlite is not installed.
    """
    whole = text + _entry(inputs, outputs)
    name = "fluxion_" + hashlib.sha256(whole.encode()).hexdigest()[:32]
    with _LOCK:
        if name not in _COMPILED:
            engine = _compiled(whole)
            address = ctypes.c_void_p(engine.get_function_address("entry"))
            pointer = ctypes.cast(address, ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p))
            jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(pointer), platform="cpu")
            _COMPILED[name] = engine
    return name


def _entry(inputs: int, outputs: int) -> str:
    lines, names = [], []
    for base, count, what in ((_INPUTS, inputs, "in"), (_OUTPUTS, outputs, "out")):
        lines.append(f"  %{what}.at = getelementptr i8, ptr %frame, i64 {base}")
        lines.append(f"  %{what} = load ptr, ptr %{what}.at")
        for k in range(count):
            lines += [
                f"  %{what}{k}.at = getelementptr ptr, ptr %{what}, i64 {k}",
                f"  %{what}{k}.about = load ptr, ptr %{what}{k}.at",
                f"  %{what}{k}.data = getelementptr i8, ptr %{what}{k}.about, i64 {_DATA}",
                f"  %{what}{k} = load ptr, ptr %{what}{k}.data",
            ]
            names.append(f"ptr %{what}{k}")
    return _ENTRY.format(
        extension=_EXTENSION, api=_API, spoken=_SPOKEN, answer=_ANSWER,
        loads="\n".join(lines), arguments=", ".join(names),
    )  # fmt: skip


def _compiled(text: str) -> Any:
    llvm = require("llvmlite.binding", "native")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features().flatten()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=2
    )
    module = llvm.parse_assembly(text)
    module.verify()
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    return engine
