"""``python -m synap_mock`` is the command ``synap-mock``."""

from synap_mock.cli.main import main

main(prog_name="synap-mock")
