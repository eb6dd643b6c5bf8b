"""The rules of the house that a machine can watch."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ORDER = ["accounts", "jobs", "households", "visits", "ledger", "measures", "checks", "reports"]
# What serves a request, a shell or a worker may call any app; everything else imports leftwards.
ENTRY_POINTS = {"views", "forms", "filters", "admin", "tasks", "urls", "management", "desk", "migrations", "tests"}
OWN_APPS = [name for name in ORDER if apps.is_installed(name)]


def python_files(app):
    return sorted((settings.BASE_DIR / app).rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def is_entry_point(path):
    parts = Path(path).relative_to(settings.BASE_DIR).with_suffix("").parts[1:]
    return bool(ENTRY_POINTS.intersection(parts))


@pytest.mark.parametrize("app", OWN_APPS)
def test_apps_import_leftwards(app):
    rightwards = set(ORDER[ORDER.index(app) + 1 :])
    wrong = [
        f"{path.relative_to(settings.BASE_DIR)} imports {module}"
        for path in python_files(app)
        if not is_entry_point(path)
        for module in imported(path)
        if module.split(".")[0] in rightwards
    ]
    assert wrong == []


def test_the_calculation_imports_the_standard_library_only():
    wrong = {
        module
        for path in python_files("ledger/calc")
        for module in imported(path)
        if module.split(".")[0] not in ("enum", "typing") and not module.startswith("ledger.calc")
    }
    assert wrong == set()


@pytest.mark.parametrize("app", OWN_APPS)
def test_no_signals_and_no_logic_in_save(app):
    for path in python_files(app):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not any(module.startswith("django.db.models.signals") for module in imported(path)), path
        assert not any(module == "django.dispatch" for module in imported(path)), path
        if path.name == "models.py" or path.parent.name == "models":
            methods = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert "save" not in methods, path


def own_models():
    # The head of the audit chain is one row of bookkeeping that no page shows.
    return [model for app in OWN_APPS for model in apps.get_app_config(app).get_models() if _is_shown(model)]


def _is_shown(model):
    return model.__name__ != "AuditHead" and not model.__name__.startswith("Historical")


@pytest.mark.parametrize("model", own_models(), ids=lambda model: model.__name__)
def test_every_model_says_who_may_see_it_and_speaks_chinese(model):
    assert hasattr(model.objects.all(), "visible_to")
    assert model.__doc__
    assert any("一" <= character <= "鿿" for character in str(model._meta.verbose_name))
    for field in model._meta.get_fields():
        if field.concrete and field.name not in ("id", "password", "username", "is_superuser", "groups"):
            label = str(getattr(field, "verbose_name", ""))
            assert any("一" <= character <= "鿿" for character in label), f"{model.__name__}.{field.name}: {label}"
