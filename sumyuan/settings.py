"""Settings, read from the environment (``.env`` in the project folder is read too).

Every variable is listed in ``.env.example``. Nothing set means: SQLite, jobs in this
process, debug on, served on localhost only.
"""

from datetime import date, timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# On by default so that a clone just runs. It cannot be served by mistake: with debug on,
# only loopback names are answered (see ALLOWED_HOSTS below).
DEBUG = env.bool("DEBUG", default=True)

LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
if DEBUG and set(ALLOWED_HOSTS) - LOOPBACK:
    raise ImproperlyConfigured("DEBUG 打开时只能在本机访问：请设 DEBUG=0，或清空 ALLOWED_HOSTS。")
if not DEBUG and not ALLOWED_HOSTS:
    ALLOWED_HOSTS = sorted(LOOPBACK)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])


def _secret(name, development_value):
    """The secret of that name; in debug a fixed development value stands in for a missing one."""
    value = env.str(name, default="")
    # A list of nothing but commas is missing too.
    if value.replace(",", "").strip():
        return value
    if DEBUG:
        return development_value
    raise ImproperlyConfigured(f"缺少环境变量 {name}：DEBUG 关闭时必须设置。写法见 .env.example。")


SECRET_KEY = _secret("SECRET_KEY", "development-only-secret-key-never-in-a-county")
# Keys of the encrypted columns, comma separated. The first encrypts, all decrypt; the last
# (oldest) one also keys the look-up hash, so it stays when new keys are put in front.
FIELD_KEYS = [key.strip() for key in _secret("FIELD_KEYS", "development-only-field-key").split(",") if key.strip()]

COUNTY_NAME = env.str("COUNTY_NAME", default="涞源县")
COUNTY_CODE = env.str("COUNTY_CODE", default="130630")
# The business day; unset means the real one. Read it through accounts.clock.today().
TODAY = date.fromisoformat(env.str("TODAY")) if env.str("TODAY", default="") else None

INSTALLED_APPS = [
    "accounts",
    "jobs",
    "households",
    "visits",
    "ledger",
    "measures",
    "checks",
    "reports",
    "demo",
    "sumyuan.apps.CountyAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "import_export",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sumyuan.middleware.ReadableAddressMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # In a valley every kilobyte counts. Of what it packs, tokens are masked anew each time, and so is the length.
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "sumyuan.urls"
WSGI_APPLICATION = "sumyuan.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.site",
            ]
        },
    }
]

VAR_DIR = BASE_DIR / "var"
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'sumyuan.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    # One process serves the embedded system, so a cache in its memory is shared by all requests.
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = REDIS_URL or None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
# A message whose worker died with it comes again after so many seconds; a job that is still at work is left alone.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "unacked_restore_throttle": 1}
# A running job gives a sign of life every second or so; one silent for this long has lost its worker.
JOB_SILENT_AFTER = timedelta(minutes=3)

# What each kind of job runs: the dotted name of a function ``run(job, progress)`` in the app that owns the work.
JOB_KINDS = {
    "import_check": "visits.tasks.check_import",
    "import_write": "visits.tasks.write_import",
    "export_households": "households.tasks.export_list",
    "rebuild_ledger": "ledger.tasks.rebuild",
    "assign_measures": "measures.tasks.assign",
    "export_measures": "measures.tasks.export",
    "run_checks": "checks.tasks.check",
    "export_ledger": "reports.tasks.run_export",
}
# Run a job at once in the caller, after its commit, in place of queueing it. For tests.
JOBS_EAGER = False

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "accounts.passwords.NotOnlyDigits"},
    {"NAME": "accounts.passwords.NotOwnData"},
    {"NAME": "accounts.passwords.NotCommon"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
ACCOUNT_ADAPTER = "accounts.adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_SECURE = not DEBUG
# Only a proxy that ends TLS makes https reachable at all, so only behind one is it demanded: plain requests are sent
# there, and browsers keep to it for a year. The watcher asks this process directly.
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
SECURE_SSL_REDIRECT = BEHIND_TLS_PROXY and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SECURE_SSL_REDIRECT else 0
# Names below this one, and the browsers' built-in list, are for the owner of the county's domain to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Uploaded and made files. Never served as they are: each goes through a view that asks who may have it.
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
