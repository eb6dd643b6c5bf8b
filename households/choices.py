"""Code values of the national person export (domain §1.3), with its own words as labels."""

from django.db import models


class Kind(models.TextChoices):
    LIFTED = "lifted", "脱贫户"
    ORDINARY = "ordinary", "普通农户"


class MonitorKind(models.TextChoices):
    NONE = "none", "非监测对象"
    UNSTABLE = "unstable", "脱贫不稳定户"
    MARGINAL = "marginal", "边缘易致贫户"
    SUDDEN = "sudden", "突发严重困难户"


class Cause(models.TextChoices):
    ILLNESS = "illness", "因病"
    DISABILITY = "disability", "因残"
    SCHOOLING = "schooling", "因学"
    DISASTER = "disaster", "因自然灾害"
    ACCIDENT = "accident", "因意外事故"
    BUSINESS_FAILED = "business_failed", "因产业项目失败"
    UNSTABLE_WORK = "unstable_work", "因务工就业不稳"
    NO_LABOUR = "no_labour", "缺劳动力"
    HOUSING = "housing", "因安全住房"
    WATER = "water", "因安全饮水"
    OTHER = "other", "其他"


class Labour(models.TextChoices):
    SKILLED = "skilled", "技能劳动力"
    ORDINARY = "ordinary", "普通劳动力"
    WEAK = "weak", "弱劳动力或半劳动力"
    LOST = "lost", "丧失劳动力"
    NONE = "none", "无劳动力"


class Health(models.TextChoices):
    HEALTHY = "healthy", "健康"
    CHRONIC = "chronic", "长期慢性病"
    SERIOUS = "serious", "患有大病"
    DISABLED = "disabled", "残疾"


class Sex(models.TextChoices):
    MALE = "男", "男"
    FEMALE = "女", "女"


HEAD = "户主"
# Relation, schooling and school status are kept in the export's own words: nothing computes
# with them but these.
RELATIONS = [
    "户主",
    "配偶",
    "之子",
    "之女",
    "之儿媳",
    "之女婿",
    "之孙子",
    "之孙女",
    "之外孙子",
    "之外孙女",
    "之父",
    "之母",
    "之岳父",
    "之岳母",
    "之公公",
    "之婆婆",
    "之祖父",
    "之祖母",
    "之外祖父",
    "之外祖母",
    "之兄弟姐妹",
    "之曾孙子",
    "之曾孙女",
    "之侄儿",
    "之侄女",
    "之兄弟媳妇",
    "之叔伯",
    "其他",
]
SCHOOLING = ["文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上"]
STUDENT_STATUS = [
    "学龄前儿童",
    "学前教育",
    "小学",
    "七年级",
    "八年级",
    "九年级",
    "普通高中一年级",
    "普通高中二年级",
    "普通高中三年级",
    "中职一年级",
    "中职二年级",
    "中职三年级",
    "高职高专一年级",
    "高职高专二年级",
    "高职高专三年级",
    "技师学院一年级",
    "技师学院二年级",
    "技师学院三年级",
    "技师学院四年级",
    "本科一年级",
    "本科二年级",
    "本科三年级",
    "本科四年级",
    "本科五年级",
    "硕士研究生及以上",
]
