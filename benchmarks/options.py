"""Command-line options, and their values."""

from __future__ import annotations

import argparse
import math
from pathlib import Path


def whole(text: str) -> int:
    """A whole number from 1."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def positive(text: str) -> float:
    """A number of seconds over 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds over 0")
    return number


def parser_of(description: str | None) -> argparse.ArgumentParser:
    """A parser that shows defaults, with the option `--output`."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("RESULTS.md"), help="file to write")
    return parser


def parsed(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The options of the command line. It is an error if the folder of the output does not exist."""
    options = parser.parse_args()
    if not options.output.parent.is_dir():
        parser.error(f"--output {options.output}: the folder does not exist")
    return options
