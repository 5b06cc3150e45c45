"""`python -m bursar`: the same as the command `bursar`."""

from bursar.cli import main

main()
