"""The box in which a reviewer writes beside a field."""

from django import template

register = template.Library()


@register.inclusion_tag("visits/_comment_box.html")
def comment_box(decision, fact):
    """The box of one field, with what was typed there and what was wrong with it."""
    name = decision.name_of(fact.field)
    return {
        "name": name,
        "label": fact.label,
        "typed": decision.typed(fact.field),
        "errors": decision.errors.get(name, ""),
    }
