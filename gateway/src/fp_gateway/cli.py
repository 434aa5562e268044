"""The `fp` command: everything that is done to a registry from a shell."""

import typer

app = typer.Typer(name="fp", no_args_is_help=True, pretty_exceptions_show_locals=False, help=__doc__)


@app.callback()
def _fp() -> None:
    """An open registry of poor households."""


@app.command()
def plugins() -> None:
    """List the installed plugins and what each adds."""
    from fp_core.plugins import Host

    host = Host.load()
    for name in host.plugins:
        typer.echo(name)


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
