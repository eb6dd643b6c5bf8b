"""Rounding half up, ties away from zero, on integers."""


def divide_half_up(numerator, denominator):
    """``numerator / denominator`` as the nearest integer, ties away from zero.

    ``denominator`` is positive, else ``ValueError``. Exact for any size.
    """
    if denominator <= 0:
        raise ValueError("the denominator must be positive")
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)
