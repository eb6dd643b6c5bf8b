"""Model fields of the whole project: money in fen, and text encrypted at rest."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from decimal import Decimal, InvalidOperation
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import models

CENT = Decimal("0.01")


def to_fen(yuan):
    """Integer fen of an amount in yuan; ``ValueError`` where it has more than two decimals."""
    fen = Decimal(yuan) * 100
    if fen != fen.to_integral_value():
        raise ValueError("金额最多两位小数")
    return int(fen)


def to_yuan(fen):
    """``Decimal`` yuan with two decimals of integer fen."""
    return Decimal(fen).scaleb(-2).quantize(CENT)


class MoneyField(models.BigIntegerField):
    """An amount: ``Decimal`` yuan with two decimals in Python, integer fen in the database.

    Sums over it come back in yuan too. An amount with more than two decimals is refused,
    never rounded.
    """

    description = "金额（元）"

    def from_db_value(self, value, expression, connection):
        return None if value is None else to_yuan(value)

    def to_python(self, value):
        if value is None or value == "":
            return None
        if isinstance(value, float):
            raise ValidationError("金额不能是浮点数。")
        try:
            return to_yuan(to_fen(value))
        except (InvalidOperation, TypeError, ValueError, OverflowError) as error:
            raise ValidationError("金额要写数字，最多两位小数，如 1200 或 1200.50。") from error

    def get_prep_value(self, value):
        value = self.to_python(value)
        return None if value is None else to_fen(value)

    def value_to_string(self, obj):
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    @property
    def validators(self):
        return []

    def formfield(self, **kwargs):
        return models.Field.formfield(self, **{"form_class": forms.DecimalField, "decimal_places": 2, **kwargs})


@cache
def _cipher(keys):
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS 为空。")
    # Any long random text serves as a key; Fernet wants 32 bytes.
    return MultiFernet([Fernet(urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])


def _keys():
    return tuple(settings.FIELD_KEYS)


def keyed_hash(value):
    """Hex HMAC-SHA256 by which an encrypted value is looked up.

    Keyed by the last of ``FIELD_KEYS``, which therefore stays when new keys are put in front.
    """
    return hmac.new(b"look-up:" + _keys()[-1].encode(), value.encode(), hashlib.sha256).hexdigest()


def encrypt(text):
    """Ciphertext (url-safe text) of a string under the first of ``FIELD_KEYS``."""
    return _cipher(_keys()).encrypt(text.encode()).decode()


def decrypt(token):
    """The string of a ciphertext; ``ImproperlyConfigured`` where no key of ``FIELD_KEYS`` fits."""
    try:
        return _cipher(_keys()).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ImproperlyConfigured("FIELD_KEYS 中没有能解开这条记录的密钥。") from error


class EncryptedTextField(models.TextField):
    """Text encrypted at rest. It cannot be searched; keep a ``keyed_hash`` column beside it."""

    def from_db_value(self, value, expression, connection):
        return decrypt(value) if value else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return encrypt(value) if value else value
