"""The search for a household: by name, pinyin, number, phone or ID."""

from django import forms
from django.db.models import Exists, OuterRef, Q

from households import identity
from households.models import Member

ID_PART = 17


class SearchForm(forms.Form):
    """One field for whatever is known of a household. It is posted, so that it stands in no address and no log."""

    q = forms.CharField(
        label="查找一户",
        max_length=60,
        widget=forms.TextInput(
            attrs={"placeholder": "姓名、拼音、户编号、电话或证件号码", "autocomplete": "off", "type": "search"}
        ),
        error_messages={"required": "请写要找的姓名、拼音、户编号、电话或证件号码。"},
    )

    def clean_q(self):
        """Blanks and full-width characters made plain; an ID number is read as one."""
        text = " ".join(self.cleaned_data["q"].split())
        narrow = identity.normalise(text)
        self.is_id_number = (
            len(narrow) in identity.LENGTHS and narrow[:ID_PART].isascii() and narrow[:ID_PART].isdigit()
        )
        return narrow if self.is_id_number or narrow.isdigit() else text

    @property
    def shown(self):
        """What was searched for, as the page may repeat it."""
        text = self.cleaned_data["q"]
        return identity.mask(text) if self.is_id_number else text

    def narrow(self, households):
        """The households that fit. A member's name leads to the household as the head's does, former members too."""
        text = self.cleaned_data["q"]
        if self.is_id_number:
            return households.filter(_has_member(id_key=Member.key_of(text)))
        if text.isdigit():
            return households.filter(Q(number__startswith=text) | Q(number__endswith=text) | Q(phone=text))
        if text.isascii():
            sound = text.lower().replace(" ", "").replace("'", "")
            # A member's pinyin is "lisi ls": the spelling begins with it, or the initials behind the blank do.
            by_sound = Q(pinyin__startswith=sound) | Q(pinyin__contains=f" {sound}")
            return households.filter(
                Q(number__iexact=text)
                | Q(head_pinyin__startswith=sound)
                | Q(head_pinyin__contains=f" {sound}")
                | _has_member(by_sound)
            )
        return households.filter(Q(head_name__contains=text) | _has_member(name__contains=text))


def _has_member(*conditions, **fields):
    """Condition: somebody of the household fits."""
    return Exists(Member.objects.filter(*conditions, household=OuterRef("pk"), **fields))
