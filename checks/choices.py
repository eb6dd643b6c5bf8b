"""How much a doubt asks for."""

from django.db import models


class Severity(models.TextChoices):
    """The worst first. None of them blocks saving."""

    MUST = "must", "必须改"
    LOOK = "look", "再看看"
    NOTE = "note", "提示"


# The worse the larger, to order by; 0 is no doubt at all.
RANKS = {Severity.MUST: 3, Severity.LOOK: 2, Severity.NOTE: 1}
