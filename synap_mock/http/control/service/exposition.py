"""The text format of Prometheus, https://prometheus.io/docs/instrumenting/exposition_formats/."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_IN_HELP: Final = str.maketrans({"\\": r"\\", "\n": r"\n"})
_IN_LABEL: Final = _IN_HELP | str.maketrans({'"': r"\""})


class Sample(NamedTuple):
    """A value of a metric.

    Attributes:
        value: the value.
        labels: names and values.
        suffix: of the metric's name: ``_bucket``, ``_sum`` and ``_count`` of a histogram.
    """

    value: float
    labels: Mapping[str, str] = {}
    suffix: str = ""


class Metric(NamedTuple):
    """A metric.

    Attributes:
        name: with its unit; of a counter, with ``_total``.
        kind: its type.
        text: what it is.
        samples: its values.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    text: str
    samples: Iterable[Sample]


def exposition(metrics: Iterable[Metric]) -> str:
    """Metrics as a scraper reads them."""
    return "".join(_lines(metric) for metric in metrics)


def _lines(metric: Metric) -> str:
    lines = [f"# HELP {metric.name} {metric.text.translate(_IN_HELP)}", f"# TYPE {metric.name} {metric.kind}"]
    lines += [f"{metric.name}{sample.suffix}{_labels(sample.labels)} {sample.value!r}" for sample in metric.samples]
    return "\n".join([*lines, ""])


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{value.translate(_IN_LABEL)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""
