"""`python -m fluxion` is the `fluxion` command."""

from __future__ import annotations

from fluxion.cli import main

if __name__ == "__main__":
    main()
