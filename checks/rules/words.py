"""How a doubt says its figures."""


def yuan(fen):
    """``1,200 元``, ``1,200.50 元``."""
    return f"{fen // 100:,}{f'.{fen % 100:02d}' if fen % 100 else ''} 元"
