"""What every page of the back office keeps to: rows in scope, rights by role, deeds on record."""

from datetime import datetime
from operator import attrgetter

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import cached_property
from import_export.admin import ExportMixin, ImportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm
from import_export.resources import ModelResource

from accounts.models import Area, User
from accounts.services import record_event

Role = User.Role
NOBODY = frozenset()
SYSTEM = frozenset({Role.SYSTEM})
COUNTY = frozenset({Role.COUNTY})
READERS = frozenset({Role.COUNTY, Role.AUDITOR})
EVERYONE = SYSTEM | READERS

# Beyond this an export belongs into a job, not into a request.
EXPORT_LIMIT = 50_000
COUNT_LIMIT = 10_000
HISTORY_LENGTH = 100


class RoleRights:
    """Rights by role, declared on the class. Rows with a past are never deleted."""

    viewers = NOBODY
    adders = NOBODY
    changers = NOBODY

    def has_view_permission(self, request, obj=None):
        return request.user.has_role(*self.viewers, *self.changers)

    def has_add_permission(self, request, obj=None):
        return request.user.has_role(*self.adders)

    def has_change_permission(self, request, obj=None):
        return request.user.has_role(*self.changers)

    def has_delete_permission(self, request, obj=None):
        return False

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs.setdefault("queryset", db_field.remote_field.model.objects.visible_to(request.user))
        return area_choices(super().formfield_for_foreignkey(db_field, request, **kwargs))

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        kwargs.setdefault("queryset", db_field.remote_field.model.objects.visible_to(request.user))
        return area_choices(super().formfield_for_manytomany(db_field, request, **kwargs))


def area_choices(field):
    """A form field of areas, whose choices say township and code as well: many villages share a name."""
    if field is not None and getattr(field, "queryset", None) is not None and field.queryset.model is Area:
        field.queryset = field.queryset.select_related("parent")
        field.label_from_instance = attrgetter("full_name")
    return field


class CappedPaginator(Paginator):
    """Counts no further than ``COUNT_LIMIT``: nobody leafs through a million rows."""

    @cached_property
    def count(self):
        return self.object_list[: COUNT_LIMIT + 1].count()


class ScopedModelAdmin(RoleRights, ExportMixin, admin.ModelAdmin):
    """A model in the back office: only visible rows, out of sight is 404, exports in scope and on record.

    ``columns`` are the (header, attribute path) pairs of an export; those in ``personal`` hold
    personal numbers and are left out for the auditor. ``secrets`` never show in a
    history, ``personal`` only to those who may change the row.
    """

    columns = ()
    personal = frozenset()
    secrets = frozenset()
    list_per_page = 50
    show_full_result_count = False
    paginator = CappedPaginator
    export_form_class = ExportForm
    formats = (XLSX, CSV)
    # With a byte order mark: without it Excel takes Chinese text for another encoding.
    to_encoding = "utf-8-sig"

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def get_view_on_site_url(self, obj=None):
        return obj.get_absolute_url() if obj is not None and hasattr(obj, "get_absolute_url") else None

    def log_addition(self, request, obj, message):
        record_event(user=request.user, action="后台新增", subject=self.subject(obj))
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        changed = [name for step in message if "changed" in step for name in step["changed"].get("fields", [])]
        record_event(user=request.user, action="后台修改", subject=self.subject(obj), detail={"fields": changed})
        return super().log_change(request, obj, message)

    def subject(self, obj):
        """How the audit trail names a row: by kind and key, not by a person's name."""
        return f"{self.opts.verbose_name} {obj.pk}"

    def has_export_permission(self, request):
        return bool(self.columns) and self.has_view_permission(request)

    def get_export_resource_classes(self, request):
        hidden = self.personal if request.user.role == Role.AUDITOR else NOBODY
        return [export_resource(self.model, [column for column in self.columns if column[1] not in hidden])]

    def export_action(self, request):
        if request.method == "POST" and self.get_export_queryset(request)[EXPORT_LIMIT:].exists():
            self.message_user(
                request, f"一次最多导出 {EXPORT_LIMIT:,} 行。请先用右侧条件缩小范围，再导出。", messages.WARNING
            )
            return redirect("..")
        return super().export_action(request)

    def get_export_data(self, file_format, request, queryset, **kwargs):
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        subject = str(self.opts.verbose_name_plural)
        record_event(user=request.user, action="后台导出", subject=subject, detail={"rows": queryset.count()})
        return data

    def history_view(self, request, object_id, extra_context=None):
        """What was changed, by whom and when, from the row's own history where it keeps one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not hasattr(self.model, "history"):
            return super().history_view(request, object_id, extra_context)
        records = list(obj.history.select_related("history_user")[: HISTORY_LENGTH + 1])
        context = {
            **self.admin_site.each_context(request),
            "title": f"修改记录：{obj}",
            "object": obj,
            "opts": self.opts,
            "steps": self._steps(records, self._hidden(request, obj)),
            "is_cut": len(records) > HISTORY_LENGTH,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/row_history.html", context)

    def _hidden(self, request, obj):
        """Fields whose values the history names but does not tell this reader."""
        return self.secrets if self.has_change_permission(request, obj) else self.secrets | self.personal

    def _steps(self, records, hidden):
        """Each record with what it changed against the one before it in time."""
        for record, before in zip(records, [*records[1:], None], strict=False):
            changes = record.diff_against(before, foreign_keys_are_objs=True).changes if before else []
            yield {
                "record": record,
                "kind": {"+": "新增", "~": "修改", "-": "删除"}[record.history_type],
                "changes": [self._change(change, hidden) for change in changes],
            }

    def _change(self, change, hidden):
        field = self.model._meta.get_field(change.field)
        if field.name in hidden:
            return {"label": field.verbose_name, "old": "（不显示）", "new": "（不显示）"}
        return {"label": field.verbose_name, "old": in_words(field, change.old), "new": in_words(field, change.new)}


class ReferenceAdmin(ImportMixin, ScopedModelAdmin):
    """A short table that its keeper may also fill from a spreadsheet, with the preview of import-export."""

    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    import_resource = None
    from_encoding = "utf-8-sig"

    def has_import_permission(self, request):
        return self.has_change_permission(request)

    def get_import_resource_classes(self, request):
        return [self.import_resource]

    def generate_log_entries(self, result, request):
        subject, totals = str(self.opts.verbose_name_plural), result.totals
        detail = {kind: totals[kind] for kind in ("new", "update", "skip")}
        record_event(user=request.user, action="后台导入", subject=subject, detail=detail)
        super().generate_log_entries(result, request)


class TownshipFilter(admin.SimpleListFilter):
    """By township of the user's scope; the model's queryset knows ``within``."""

    title = "乡镇"
    parameter_name = "township"

    def lookups(self, request, model_admin):
        townships = Area.objects.visible_to(request.user).filter(level=Area.Level.TOWNSHIP)
        return list(townships.values_list("code", "name"))

    def queryset(self, request, queryset):
        offered = {code for code, _ in self.lookup_choices}
        return queryset.within(self.value()) if self.value() in offered else queryset


class Column(Field):
    """One column of an export, as people read it: words for codes, 是 and 否, nothing for nothing."""

    def export(self, instance, **kwargs):
        *path, last = self.attribute.split("__")
        for step in path:
            instance = getattr(instance, step, None)
        words = getattr(instance, f"get_{last}_display", None)
        value = words() if words else getattr(instance, last, None)
        if callable(value):
            value = value()
        if isinstance(value, bool):
            return "是" if value else "否"
        if value is None:
            return ""
        if isinstance(value, datetime):
            # A spreadsheet knows no time zones.
            return timezone.localtime(value).replace(tzinfo=None)
        # Numbers and days stay what they are: a spreadsheet calculates with them.
        return str(value) if isinstance(value, Model) else value


def export_resource(model, columns):
    """The resource class that writes these (header, path) columns of a model."""
    fields = {path: Column(attribute=path, column_name=header, readonly=True) for header, path in columns}
    options = {"model": model, "fields": tuple(fields), "export_order": tuple(fields)}
    return type(f"{model.__name__}Export", (ModelResource,), {**fields, "Meta": type("Meta", (), options)})


def in_words(field, value):
    """A stored value in a history as people read it."""
    if value is None or value == "":
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(str(list(row.values())[-1]) for row in value) or "空"
    return str(dict(field.flatchoices).get(value, value))
