"""Print the schema: `python -m schema.export > frontend_contracts/schema.graphql`."""

import sys

from schema.root import build_schema


def sdl() -> str:
    """The schema's text. Types are sorted by name, so that two builds print the same."""
    return build_schema().as_str() + "\n"


if __name__ == "__main__":
    sys.stdout.write(sdl())
