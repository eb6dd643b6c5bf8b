"""Reading what a reviewer ticked or wrote."""

import re

from django import forms

from visits.models import FieldComment

APPROVE, RETURN = "approve", "return"
COMMENT_LENGTH = 1000
CHOSEN = re.compile(r"(\d{1,18})-(\d{1,9})")
# Of one page at a time: nobody approves what was not on the screen.
MOST_CHOSEN = 100


def chosen_visits(texts):
    """Version -> ids of the visits ticked in the queue ("12-3" is the visit 12 as its version 3 was shown).

    ``ValueError`` where a text is none that the queue gives, or where there are more than it shows.
    """
    chosen = {}
    matches = [CHOSEN.fullmatch(text) for text in texts]
    if not all(matches) or len(matches) > MOST_CHOSEN:
        raise ValueError("no choice of the queue")
    for match in matches:
        pk, version = map(int, match.groups())
        chosen.setdefault(version, set()).add(pk)
    return chosen


class CommentField(forms.CharField):
    """A comment of at most so many characters; empty where nothing is said."""

    def __init__(self, length):
        super().__init__(max_length=length, required=False, error_messages={"max_length": f"意见最多 {length} 个字。"})


class DecisionForm(forms.Form):
    """Approve, or return with what to change: on the whole, and beside a field of ``fields`` (keys of the content)."""

    decision = forms.ChoiceField(choices=[(APPROVE, "通过"), (RETURN, "退回")])
    version = forms.IntegerField(min_value=1)
    comment = CommentField(COMMENT_LENGTH)

    def __init__(self, data, *, fields):
        super().__init__(data)
        self.asked = fields
        for field in fields:
            self.fields[self.name_of(field)] = CommentField(FieldComment._meta.get_field("text").max_length)

    @staticmethod
    def name_of(field):
        return f"comment-{field}"

    def clean(self):
        data = super().clean()
        has_words = bool(data.get("comment") or self.comments)
        if data.get("decision") == RETURN and not has_words and not self.errors:
            self.add_error("comment", "写上要改什么再退回：可以写在某一项旁边，也可以写总的意见。")
        if data.get("decision") == APPROVE and has_words:
            self.add_error("comment", "写了意见，就点“退回”；要通过，请先删去意见。")
        return data

    @property
    def comments(self):
        """What was written beside a field, by its key."""
        said = {field: self.cleaned_data.get(self.name_of(field), "") for field in self.asked}
        return {field: text for field, text in said.items() if text}

    def typed(self, field):
        """What stands in the box beside a field, as typed."""
        return self.data.get(self.name_of(field), "")
