"""Opening and changing accounts."""

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError

from accounts.models import Area, User

Role = User.Role

# Whose areas are of which level; an auditor may be given any. Roles not named here see no areas.
LEVELS = {
    Role.VILLAGE: {Area.Level.VILLAGE},
    Role.TOWNSHIP: {Area.Level.TOWNSHIP},
    Role.COUNTY: {Area.Level.COUNTY},
    Role.AUDITOR: {Area.Level.COUNTY, Area.Level.TOWNSHIP, Area.Level.VILLAGE},
}
WRONG_LEVEL = {
    Role.VILLAGE: "村级账号的“所管区划”只能选村。",
    Role.TOWNSHIP: "乡镇账号的“所管区划”只能选乡镇。",
    Role.COUNTY: "县级账号的“所管区划”只能选县。",
}


class ScopeForm(forms.ModelForm):
    """Role, areas and department have to fit each other: a wrong pair would show too much or nothing."""

    def clean(self):
        cleaned = super().clean()
        role, areas = cleaned.get("role"), cleaned.get("areas")
        if role is None or areas is None:
            return cleaned
        levels = LEVELS.get(role, set())
        if not levels and areas:
            self.add_error("areas", "这个角色不按区划看数据，请把“所管区划”清空。")
        elif any(area.level not in levels for area in areas):
            self.add_error("areas", WRONG_LEVEL[role])
        if role != Role.DEPARTMENT and cleaned.get("department"):
            self.add_error("department", "只有部门账号才选部门，请清空。")
        return cleaned


class AccountCreationForm(ScopeForm, BaseUserCreationForm):
    class Meta:
        model = User
        fields = ("username", "name", "phone", "role", "areas", "department")


class AccountForm(ScopeForm, UserChangeForm):
    class Meta:
        model = User
        fields = ("username", "password", "name", "phone", "role", "areas", "department", "is_active")

    # Set by the page: who is changing the account.
    editor = None

    def clean(self):
        cleaned = super().clean()
        if self.editor == self.instance and not (cleaned.get("is_active") and cleaned.get("role") == Role.SYSTEM):
            raise ValidationError("不能停用自己的账号或改自己的角色，请另一位系统管理员来办。")
        return cleaned


class AreaForm(forms.ModelForm):
    """Code and name; level and parent follow from the code."""

    class Meta:
        model = Area
        fields = ("code", "name")

    def clean(self):
        cleaned = super().clean()
        if self.instance._state.adding and "code" in cleaned:
            self._place(cleaned["code"])
        return cleaned

    def _place(self, code):
        level = Area.CODE_LENGTHS.get(len(code)) if code.isascii() and code.isdigit() else None
        if level is None:
            raise ValidationError({"code": "区划代码应为 6 位（县）、9 位（乡镇）或 12 位（村）数字。"})
        self.instance.level = level
        if level != Area.Level.COUNTY:
            self.instance.parent = Area.objects.filter(code=code[:-3]).first()
            if self.instance.parent is None:
                raise ValidationError({"code": f"上级区划 {code[:-3]} 还没有，请先建上级。"})
