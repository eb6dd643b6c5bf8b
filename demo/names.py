"""Invented names and numbers: townships, villages, persons, certificates and phones.

Township names are the county's own; villages, persons and numbers are made up so that nobody
can take them for somebody. Village codes lie in the 9xx range, which no real village uses. ID
numbers are valid but carry region 130699, which was never given out, and phones start with
154, a range no operator sells.
"""

from collections import defaultdict

from households import identity

TOWNSHIPS = [
    ("100", "涞源镇"),
    ("101", "银坊镇"),
    ("102", "走马驿镇"),
    ("103", "水堡镇"),
    ("104", "王安镇"),
    ("105", "杨家庄镇"),
    ("106", "白石山镇"),
    ("107", "南屯镇"),
    ("108", "泉坊镇"),
    ("109", "北石佛镇"),
    ("201", "南马庄乡"),
    ("203", "金家井乡"),
]
VILLAGES_EACH = 5
# Twelve townships of five, in order.
VILLAGE_NAMES = [
    *("柳沟", "石坡", "上河湾", "梨树台", "东岭"),
    *("松树坪", "前峪", "后峪", "水磨湾", "青石口"),
    *("槐树庄", "核桃沟", "河滩", "西岭底", "马鞍台"),
    *("杏花坡", "黑石崖", "大水峪", "小水峪", "鹰嘴沟"),
    *("榆林铺", "三道湾", "花椒坪", "北寨", "南寨"),
    *("石门", "桑树沟", "白草坪", "卧牛台", "二道沟"),
    *("枣林", "云盘", "龙泉", "滴水崖", "香炉石"),
    *("杨树湾", "驼峰岭", "石碾", "黄土梁", "泉子沟"),
    *("柏树峪", "酸枣坡", "冷水", "磨盘山", "上碾"),
    *("芦苇滩", "红石峡", "桃园", "桦木沟", "铁岭"),
    *("葡萄架", "羊圈坪", "三岔口", "月亮湾", "谷堆"),
    *("土门", "石窑", "莲花池", "椿树庄", "长坡"),
]

# Natural villages (自然村) within a village.
HAMLET_NAMES = [
    *("上街", "下街", "东台", "西台", "南坡", "北坡", "前街", "后街", "老庄", "新庄", "沟门", "沟里"),
    *("河东", "河西", "庙台", "窑坡", "石桥", "柳树下", "大场", "小场"),
]
FEWEST_HAMLETS, MOST_HAMLETS = 3, 6

SURNAMES = "王王王李李李张张张刘刘陈陈杨杨赵赵孙马高郭崔田宋韩贾安梁许段任白史石靳薛董冯曹魏于姚吴胡周范杜康侯孟程"
# Two-character given names are put together of a first and a second character of the generation.
GIVEN = {
    ("男", "elder"): ("德福永振万金玉增连春正存", "山海禄堂林全有才贵成祥义"),
    ("男", "middle"): ("建志国文海俊永宝红卫小庆", "军民平强华生明刚忠利东峰"),
    ("男", "young"): ("浩子宇嘉晨俊思博泽明佳一", "然轩航阳辰宇杰鑫涛鹏凡博"),
    ("女", "elder"): ("桂秀玉淑凤兰素瑞银彩春翠", "兰英珍芝莲荣花梅香琴芬娥"),
    ("女", "middle"): ("丽艳海晓雪红小春秀冬亚文", "霞丽萍芳玲敏娟燕红静芹平"),
    ("女", "young"): ("欣雨梓佳思诗可子梦雅若静", "怡涵彤琪萱雯妍悦瑶洁月晨"),
}
ELDER_BEFORE, MIDDLE_BEFORE = 1957, 1990

ID_REGION = "130699"
PHONE_PREFIX = "154"


def pick(rng, values):
    """One of ``values``; several times faster than ``rng.choice``."""
    return values[int(rng.random() * len(values))]


def surname(rng):
    return pick(rng, SURNAMES)


def given_name(rng, sex, birth_year):
    """A given name that fits the sex and the generation; every fifth has one character."""
    generation = "elder" if birth_year < ELDER_BEFORE else "middle" if birth_year < MIDDLE_BEFORE else "young"
    first, second = GIVEN[sex, generation]
    if rng.random() < 0.2:
        return pick(rng, second)
    one, two = pick(rng, first), pick(rng, second)
    return one + two if one != two else two


class Certificates:
    """Hands out ID numbers, each once: the serial counts up by birth date and sex."""

    def __init__(self):
        self._taken = defaultdict(int)

    def resident_id(self, born, sex):
        """A valid 18-character number."""
        key = (born.toordinal(), sex)
        serial = 901 + 2 * self._taken[key] - (sex == "女")
        self._taken[key] += 1
        first_17 = f"{ID_REGION}{born:%Y%m%d}{serial % 1000:03d}"
        return first_17 + identity.check_character(first_17)


def phone(serial):
    """The made-up phone number of that serial, 0 to 99,999,999."""
    # An odd factor coprime to 10^8 scatters neighbours and keeps numbers apart.
    return f"{PHONE_PREFIX}{serial * 61_803_399 % 100_000_000:08d}"
