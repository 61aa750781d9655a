"""The command ``tongchou``: results on stdout, progress on stderr, a user's mistake in one line.

Only click is imported here; the verbs are the modules of ``experiments.commands`` and import what they need
when they are called, so that help comes at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from abm.errors import UserError, nearest
from experiments.commands.verbs import Loaded

TRACEBACK = "TONGCHOU_TRACEBACK"
VERBS = (
    "run",
    "compare",
    "sweep",
    "sensitivity",
    "decompose",
    "explain",
    "calibrate",
    "validate",
    "figures",
    "findings",
    "paper",
    "verify",
    "store",
    "scenarios",
    "parameters",
    "data",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0: done; 1: our fault, or a check that failed; 2: the user's mistake; 130: interrupted.
    """
    try:
        status = cli.main(args=arguments, prog_name="tongchou", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # the reader, such as head, has seen enough; click makes it an exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, click.Abort):
        return _say("interrupted", 130)
    except UserError as error:
        return _say(str(error), 2)
    except click.ClickException as error:
        return _say(_sentence(error), 2)
    except MemoryError:
        return _say("out of memory; use a larger --scale (fewer agents) or a machine with more memory", 2)
    except OSError as error:
        if os.environ.get(TRACEBACK):
            raise
        place = f" '{error.filename}'" if error.filename else ""
        return _say(f"the system refused to read or write{place}: {error.strerror or error}", 2)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        what = f"{type(error).__name__}: {error}"
        return _say(f"internal error, the fault is ours ({what}); set {TRACEBACK}=1 to see the traceback", 1)
    return status if isinstance(status, int) else 0


def _sentence(error: click.ClickException) -> str:
    """A complaint about arguments in the form of our own errors."""
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        known = [name for param in error.ctx.command.params for name in param.opts if name.startswith("-")]
        return f"unknown option '{error.option_name}'{nearest(error.option_name, [*known, '--help'])}"
    message = error.format_message().rstrip(".")
    if isinstance(error, click.MissingParameter) and error.ctx is not None:
        message += f"; see {error.ctx.command_path} --help"
    return message[:1].lower() + message[1:]


def _say(message: str, status: int) -> int:
    click.echo(f"tongchou: {' '.join(message.split())}", err=True)
    return status


@click.group(
    cls=Loaded,
    modules=VERBS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="tongchou", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Simulate how China's employee pension is pooled, and what that does to those it concerns."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
