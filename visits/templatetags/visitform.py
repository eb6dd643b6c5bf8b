"""The fields of the visit form, filled from ``fields`` (name -> list of texts) of the context.

Each shows what is wrong with it (``errors``), what the reviewer asked about it (``sheet.comments``), and
has its label above and its hint below.
"""

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import mark_safe

register = template.Library()

# Fields of a person's lines -> the key under which the reviewer comments on them.
COMMENTED = {"change-kind": "changes", "work-place": "work"}
YES_NO = (("yes", "是"), ("no", "否"))
HAS_NOT = (("yes", "有"), ("no", "没有"))


def _value(context, name):
    return (context["fields"].get(name) or [""])[0]


def _told(context, name):
    """(attributes of the control, what stands below it) as errors and comments have it."""
    errors = context["errors"].get(name, [])
    below = mark_safe("")
    attributes = mark_safe("")
    if errors:
        attributes = format_html(' aria-invalid="true" aria-describedby="error-{}"', name)
        items = format_html_join("", "<li>{}</li>", ((error,) for error in errors))
        below += format_html('<ul class="errorlist" id="error-{}">{}</ul>', name, items)
    prefix, _, key = name.rpartition("-")
    comment = context["sheet"].comments.get(f"{COMMENTED[prefix]}.{key}" if prefix in COMMENTED else name)
    if comment:
        below += format_html('<p class="comment">{}：{}</p>', comment.by, comment.text)
    return attributes, below


def _field(name, label, control, hint, below):
    """A control with its label above, its hint and what is wrong below."""
    hint = format_html('<span class="hint">{}</span>', hint) if hint else ""
    return format_html('<div class="field"><label for="{}">{}</label>{}{}{}</div>', name, label, control, hint, below)


@register.simple_tag(takes_context=True)
def text(context, name, label, hint="", type="text"):
    """One line of text, or a day with ``type="date"``."""
    attributes, below = _told(context, name)
    control = format_html(
        '<input id="{0}" name="{0}" type="{1}" value="{2}"{3}>', name, type, _value(context, name), attributes
    )
    return _field(name, label, control, hint, below)


@register.simple_tag(takes_context=True)
def textarea(context, name, label, hint=""):
    """Several lines of text."""
    attributes, below = _told(context, name)
    value = _value(context, name)
    control = format_html('<textarea id="{0}" name="{0}" rows="2"{1}>{2}</textarea>', name, attributes, value)
    return _field(name, label, control, hint, below)


@register.simple_tag(takes_context=True)
def select(context, name, label, choices, blank=""):
    """One of ``choices``, or none of them under the words ``blank``."""
    attributes, below = _told(context, name)
    value = _value(context, name)
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((code, mark_safe(" selected") if code == value else "", words) for code, words in choices),
    )
    control = format_html(
        '<select id="{0}" name="{0}"{1}><option value="">{2}</option>{3}</select>', name, attributes, blank, options
    )
    return _field(name, label, control, "", below)


def _group(context, name, label, kind, choices, css):
    """Boxes that are ticked, under one legend."""
    attributes, below = _told(context, name)
    ticked = context["fields"].get(name, [])
    below += doubts(context, name)
    boxes = format_html_join(
        "",
        '<label class="choice"><input type="{}" name="{}" value="{}"{}><span>{}</span></label>',
        ((kind, name, code, mark_safe(" checked") if code in ticked else "", words) for code, words in choices),
    )
    return format_html(
        '<fieldset class="field {0}" id="{1}"{2}><legend>{3}</legend><div class="boxes">{4}</div>{5}</fieldset>',
        *(css, name, attributes, label, boxes, below),
    )


@register.simple_tag(takes_context=True)
def yes_no(context, name, label):
    """Yes, no, or nothing ticked: not asked."""
    choices = HAS_NOT if name.startswith("has_") else YES_NO
    return _group(context, name, label, "radio", choices, "yes-no")


@register.simple_tag(takes_context=True)
def radios(context, name, label, choices):
    return _group(context, name, label, "radio", choices, "radios")


@register.simple_tag(takes_context=True)
def codes(context, name, label, choices):
    """Any number of ``choices``."""
    return _group(context, name, label, "checkbox", choices, "codes")


class PlainEncoder(DjangoJSONEncoder):
    """Chinese as it is: escaped it would take twice the room."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"ensure_ascii": False, "separators": (",", ":")})


@register.filter
def script_data(value, element_id):
    """Data for the page's scripts; as Django's ``json_script``, only smaller."""
    return json_script(value, element_id, PlainEncoder)


@register.simple_tag
def basis_options(bases, chosen):
    """The options of a basis. An option needs no end, and there are hundreds of them."""
    marks = ((mark_safe(" selected") if basis == chosen else "", basis) for basis in bases)
    return format_html_join("", "<option{}>{}", marks)


@register.simple_tag(takes_context=True)
def doubts(context, place, *others):
    """What to look at again at a place of the form: what is known already, and room for what typing brings up."""
    known = context["known_doubts"]
    sentences = [sentence for name in (place, *others) for sentence in known.get(name, ())]
    items = format_html_join("", '<li class="known">{}</li>', ((sentence,) for sentence in sentences))
    return format_html('<ul class="watch" data-field="{}">{}</ul>', place, items)


@register.simple_tag(takes_context=True)
def if_told(context, *names):
    """The attribute that opens a fold in which something stands, is wrong or was asked about."""
    is_told = any(
        any(context["fields"].get(name, ())) or name in context["errors"] or name in context["sheet"].comments
        for name in names
    )
    return mark_safe(" open") if is_told else ""
