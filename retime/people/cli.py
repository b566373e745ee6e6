"""``retime models``: the pose networks."""

import typer

app = typer.Typer(help="The pose networks.", no_args_is_help=True)


@app.command()
def fetch() -> None:
    """Fetch, verify and convert the pose networks, unless they are in the cache."""
    from retime.people.model_store import fetch_models

    found = fetch_models()
    print(f"pose networks: {found.multipose.parent}")
