"""Groups of verbs: found by name, loaded when called, with the nearest name for one that is misspelt."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from abm.errors import unknown


class Verbs(click.Group):
    """A group that names the nearest verb when it does not know one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise unknown("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)


class Loaded(Verbs):
    """Verbs that each live in a module of ``experiments.commands``, imported when they are asked for.

    A verb's module holds it as ``command`` and imports nothing heavy at its top.
    """

    def __init__(self, *args: Any, modules: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.modules)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.modules:
            return None
        command = import_module(f"experiments.commands.{name}").command
        assert isinstance(command, click.Command)
        return command
