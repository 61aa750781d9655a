"""A compiled function run in plain Python, with every decision and draw it asks for written down.

An explanation must be of what the model does. So there is no second account of the rules here: the pass
itself is run for one row, and recorders stand in the place of the compiled functions it calls.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Call:
    """One call of a compiled function: its name, arguments by name, result, and the calls it made itself."""

    name: str
    given: dict[str, Any]
    result: Any = None
    calls: list[Call] = field(default_factory=list)

    def walk(self) -> Iterator[Call]:
        """This call and all calls inside it."""
        yield self
        for call in self.calls:
            yield from call.walk()

    def inner(self, name: str) -> list[Call]:
        """The calls of ``name`` that this one made, in order."""
        return [call for call in self.calls if call.name == name]


class _Module:
    """A module whose compiled functions are recorded ones."""

    def __init__(self, recorder: Recorder, module: types.ModuleType) -> None:
        self._recorder = recorder
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return self._recorder.stand_in(getattr(self._module, name))


class Recorder:
    """Runs compiled functions in plain Python; ``calls`` is the tree of what was called."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._made: dict[int, Callable[..., Any]] = {}

    def run(self, compiled: Any, *arguments: Any) -> Call:
        """Call a compiled function with recorders in place of what it calls; returns the call."""
        with np.errstate(over="ignore"):  # the hash of a keyed draw wraps around, as it should
            self.stand_in(compiled)(*arguments)
        return self.calls[-1]

    def stand_in(self, value: Any) -> Any:
        """What replaces a global of a compiled function: compiled functions and our modules are recorded."""
        if hasattr(value, "py_func"):
            if id(value) not in self._made:
                self._made[id(value)] = self._recorded(value.py_func)
            return self._made[id(value)]
        if isinstance(value, types.ModuleType) and value.__name__.startswith("abm."):
            return _Module(self, value)
        return value

    def _recorded(self, plain: types.FunctionType) -> Callable[..., Any]:
        own = plain.__globals__
        used = {name: self.stand_in(own[name]) for name in plain.__code__.co_names if name in own}
        copy = types.FunctionType(plain.__code__, own | used, plain.__name__, plain.__defaults__)
        signature = inspect.signature(plain)

        def recorded(*arguments: Any) -> Any:
            call = Call(plain.__name__, dict(signature.bind(*arguments).arguments))
            self.calls.append(call)
            outer, self.calls = self.calls, call.calls
            try:
                call.result = copy(*arguments)
            finally:
                self.calls = outer
            return call.result

        return recorded
