"""Which findings are open, which come first, and how doubtful a visit is."""

from django.db.models import Case, Count, IntegerField, Max, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from checks.choices import RANKS
from households.querysets import HouseholdPartQuerySet


def _rank():
    whens = [When(severity=severity, then=Value(rank)) for severity, rank in RANKS.items()]
    return Case(*whens, default=Value(0), output_field=IntegerField())


class FindingQuerySet(HouseholdPartQuerySet):
    def open(self):
        return self.filter(state=self.model.State.OPEN)

    def doubtful_first(self):
        """What must be put right first, then by code."""
        return self.annotate(rank=_rank()).order_by("-rank", "code", "field", "pk")


def with_doubts(visits):
    """A queryset of visits with ``worst_doubt`` (rank, 0: none) and ``doubts``, of their open findings.

    The most doubtful first: ``with_doubts(visits).order_by("-worst_doubt", "-doubts", "pk")``.
    """
    finding = visits.model._meta.get_field("household").related_model._meta.get_field("findings").related_model
    same = finding.objects.open().filter(household=OuterRef("household"), month=OuterRef("month")).order_by()
    of_visit = same.values("household")
    return visits.annotate(
        worst_doubt=Coalesce(Subquery(of_visit.annotate(worst=Max(_rank())).values("worst")), 0),
        doubts=Coalesce(Subquery(of_visit.annotate(count=Count("pk")).values("count")), 0),
    )
