"""A Vega-Lite chart drawn as a file: JSON comes in, the picture goes out. Run by `picture` as a process of its own.

The converter holds Python's global lock for as long as it draws: within the server nobody would get an answer.
"""

import json
import os
import sys

SCALE = 2.0  # pixels of a PNG per px
_YIELDING = 5  # niceness, so that pages come before pictures


def draw(kind: str, spec: dict[str, object]) -> bytes:
    """Return the chart as `png` or `svg`.

    Raises:
        ValueError: it is not a chart that the converter can draw.
    """
    import vl_convert

    if kind == "svg":
        return vl_convert.vegalite_to_svg(spec).encode()
    return vl_convert.vegalite_to_png(spec, scale=SCALE)


def main() -> None:
    """Draw what standard input has as the kind that the first argument names, onto standard output."""
    os.nice(_YIELDING)
    sys.stdout.buffer.write(draw(sys.argv[1], json.load(sys.stdin)))


if __name__ == "__main__":
    main()
