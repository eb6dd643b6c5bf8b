"""Counts that open exactly the households they count."""

from django import template
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
def count(number, address, query):
    """The count as a link to ``address?query``; nothing counted, nothing to open."""
    if not number:
        return format_html('<span class="zero">{}</span>', 0)
    return format_html('<a class="opens" href="{}?{}">{}</a>', address, query, f"{number:,}")
