"""The Celery application: used when ``REDIS_URL`` is set, idle otherwise."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sumyuan.settings")

app = Celery("sumyuan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
