"""Opening and changing accounts."""

from django import forms
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    BaseUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.contrib.auth.hashers import is_password_usable
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


USERNAME_HINT = "登录时写的，用字母和数字，如 liugou01。不能和别的账号一样。"
PASSWORD_HINT = "至少 10 位，不能全是数字，不要用账号名、姓名、手机号或常见密码。"
AREAS_HINT = "打村名、乡镇名或区划代码来找；同名的村看前面的乡镇和后面的代码。"
ACTIVE_HINT = "离岗、换人时去掉勾，这个账号就不能再登录；做过的事都留着，不要删除。"


class AccountCreationForm(ScopeForm, BaseUserCreationForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = USERNAME_HINT
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password2"].label = "密码，再写一遍"
        self.fields["password2"].help_text = ""
        self.fields["areas"].help_text = AREAS_HINT

    class Meta:
        model = User
        fields = ("username", "name", "phone", "role", "areas", "department")
        labels = {"username": "账号"}


class PasswordState(ReadOnlyPasswordHashWidget):
    """Whether there is a password, and the way to a new one; not how it is kept."""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        is_set = is_password_usable(value)
        context["summary"] = [{"label": "已设，谁也查不到。" if is_set else "还没有密码，不能登录。"}]
        context["button_label"] = "重置密码" if is_set else "设密码"
        return context


class AccountForm(ScopeForm, UserChangeForm):
    password = ReadOnlyPasswordHashField(label="密码", widget=PasswordState)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = USERNAME_HINT
        self.fields["password"].help_text = "本人忘了，先核实是本人，再重置，请他登录后马上改。"
        self.fields["areas"].help_text = AREAS_HINT
        self.fields["is_active"].help_text = ACTIVE_HINT

    class Meta:
        model = User
        fields = ("username", "password", "name", "phone", "role", "areas", "department", "is_active")
        labels = {"username": "账号"}

    # Set by the page: who is changing the account.
    editor = None

    def clean(self):
        cleaned = super().clean()
        if self.editor == self.instance and not (cleaned.get("is_active") and cleaned.get("role") == Role.SYSTEM):
            raise ValidationError("不能停用自己的账号或改自己的角色，请另一位系统管理员来办。")
        return cleaned


class NewPasswordForm(AdminPasswordChangeForm):
    """A new password for somebody else. An account that is to be closed is switched off, not left without one."""

    def __init__(self, user, *args, **kwargs):
        super().__init__(user, *args, **kwargs)
        self.fields.pop("usable_password", None)
        for name, label in (("password1", "新密码"), ("password2", "新密码，再写一遍")):
            self.fields[name].label = label
            self.fields[name].required = True
            self.fields[name].help_text = ""
        self.fields["password1"].help_text = PASSWORD_HINT


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
