"""Areas, departments, accounts and the audit trail in the back office."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.admin_base import EVERYONE, NOBODY, SYSTEM, ReferenceAdmin, Role, ScopedModelAdmin
from accounts.forms import AccountCreationForm, AccountForm, AreaForm, NewPasswordForm
from accounts.models import Area, AuditEvent, Department, User
from accounts.resources import DepartmentResource


@admin.register(Area)
class AreaAdmin(ScopedModelAdmin):
    """One by one; whole lists come in on the import page."""

    viewers, adders, changers = EVERYONE, SYSTEM, SYSTEM
    form = AreaForm
    columns = (("区划代码", "code"), ("名称", "name"), ("层级", "level"), ("上级", "parent__name"))
    list_display = ("code", "name", "level", "parent")
    list_filter = ("level",)
    list_select_related = ("parent",)
    search_fields = ("code", "name", "parent__name")
    search_help_text = "按代码、名称或上级查；“银坊镇 柳沟村”这样中间空一格也行"

    def get_readonly_fields(self, request, obj=None):
        return ("code", "level", "parent") if obj else ()


@admin.register(Department)
class DepartmentAdmin(ReferenceAdmin):
    viewers, adders, changers = EVERYONE, SYSTEM, SYSTEM
    import_resource = DepartmentResource
    columns = (("部门", "name"), ("排序", "order"))
    list_display = ("name", "order")
    search_fields = ("name",)


@admin.register(User)
class AccountAdmin(ScopedModelAdmin, UserAdmin):
    """Accounts are opened, changed and closed here; a closed one stays, with everything it did."""

    viewers, adders, changers = SYSTEM, SYSTEM, SYSTEM
    form = AccountForm
    add_form = AccountCreationForm
    add_form_template = "admin/accounts/user/add_form.html"
    change_password_form = NewPasswordForm
    change_user_password_template = "admin/accounts/user/new_password.html"
    columns = (
        ("账号", "username"),
        ("姓名", "name"),
        ("角色", "role"),
        ("部门", "department__name"),
        ("启用", "is_active"),
        ("上次登录", "last_login"),
    )
    list_display = ("account", "name", "role", "scope", "is_active", "last_login")
    list_filter = ("role", "is_active", "department")
    list_select_related = ("department",)
    search_fields = ("username",)
    search_help_text = "按账号查"
    ordering = ("username",)
    filter_horizontal = ()
    autocomplete_fields = ("areas",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "phone")}),
        ("看哪些数据", {"fields": ("role", "areas", "department")}),
        ("状态", {"fields": ("is_active", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "password1", "password2", "name", "phone")}),
        ("看哪些数据", {"fields": ("role", "areas", "department")}),
    )

    @admin.display(description="账号", ordering="username")
    def account(self, user):
        return user.username

    @admin.display(description="范围")
    def scope(self, user):
        if user.role == Role.DEPARTMENT:
            return user.department
        return "、".join(area.full_name for area in user.areas.all()) or "–"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("areas__parent")

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.editor = request.user
        return form

    def subject(self, obj):
        return f"账号 {obj.username}"


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedModelAdmin):
    viewers, adders, changers = frozenset({Role.SYSTEM, Role.AUDITOR}), NOBODY, NOBODY
    columns = (
        ("时间", "at"),
        ("账号", "user__username"),
        ("动作", "action"),
        ("对象", "subject"),
        ("摘要", "hash"),
    )
    list_display = ("at", "user", "action", "subject")
    list_filter = ("at", "action")
    list_select_related = ("user",)
    fields = ("at", "user", "action", "subject", "detail", "previous_hash", "hash")
    search_fields = ("subject", "user__username")
    search_help_text = "按对象或账号查"
