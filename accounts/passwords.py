"""What a password has to be, said in words a new cadre understands, and the one that everybody knows."""

from django.conf import settings
from django.contrib.auth import password_validation as rules
from django.core.exceptions import ValidationError

# Stands in this code, therefore only good where DEBUG is on: a demo on the machine that it was made on.
DEMO_PASSWORD = "yanshi-sumyuan-2022"


def is_given_away(password):
    """Whether this password is the published one and the system is served to others."""
    return password == DEMO_PASSWORD and not settings.DEBUG


class LongEnough(rules.MinimumLengthValidator):
    def get_error_message(self):
        return f"密码太短，至少要 {self.min_length} 位。"

    def get_help_text(self):
        return f"至少 {self.min_length} 位。"


class NotOwnData(rules.UserAttributeSimilarityValidator):
    """Not the account's own name or number, which others know."""

    def __init__(self):
        super().__init__(user_attributes=("username", "name", "phone"))

    def get_error_message(self):
        return "密码和%(verbose_name)s太像，请换一个。"

    def get_help_text(self):
        return "不要用账号名、姓名或手机号。"


class NotCommon(rules.CommonPasswordValidator):
    """Neither one of the common passwords nor the demo's."""

    def validate(self, password, user=None):
        if is_given_away(password):
            raise ValidationError(self.get_error_message(), code="password_given_away")
        super().validate(password, user)

    def get_error_message(self):
        return "这个密码太常见，容易被猜到，请换一个。"

    def get_help_text(self):
        return "不要用常见的密码。"


class NotOnlyDigits(rules.NumericPasswordValidator):
    def get_error_message(self):
        return "密码不能全是数字，请加上字母。"

    def get_help_text(self):
        return "不能全是数字。"
