"""Invented names: common surnames, and given-name characters by sex and time of birth. Any real bearer is chance."""

from random import Random

SURNAMES = (  # the commonest first
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢"
    "姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛段郝顾龚邵覃武钱戴严莫孔向常"
)
SURNAMES_BY_ETHNICITY = {
    "MIAO": "杨龙吴石麻张李王熊陶古马罗项侯",
    "BUYI": "韦罗王黄陆岑班卢莫梁覃伍",
    "YI": "安李罗杨陈王禄陇张苏",
    "ZHUANG": "韦黄覃梁农陆莫蓝罗蒙潘卢零岑",
    "YAO": "蓝韦罗盘邓赵蒙袁黄李冯唐",
}
CLANS = ("吉克", "沙马", "阿侯", "勒伍", "曲木", "俄木", "海来", "尔古", "马海", "吉木")
CLAN_GIVEN = {
    "MALE": ("木呷", "尔布", "日古", "拉且", "伍合", "木乃", "阿以", "史古", "子呷", "你布"),
    "FEMALE": ("阿支", "阿呷", "尔扎", "日洛", "伍牛", "阿果", "阿依", "史洛", "么支", "伍呷"),
}
GIVEN = {  # first year of the period: characters by sex
    1900: {
        "MALE": "德明光友国正文安福贵兴发荣富有才忠义仁银昌顺成全清云华永长",
        "FEMALE": "秀英珍兰芝凤仙素芬贞桂莲玉香翠琼淑菊金花云碧群芳",
    },
    1955: {
        "MALE": "建国军卫东平志强红兵永胜新民爱华庆明学忠勇刚林海江云贵才文祥",
        "FEMALE": "红梅英秀兰玉珍桂芳丽萍琴琼菊芬霞翠群敏莲先会素美连",
    },
    1980: {
        "MALE": "伟勇强军涛磊波超鹏飞杰斌林龙江云海峰亮辉刚兵松华洪明进友",
        "FEMALE": "丽艳娟敏静燕芳霞玲琴梅婷莉萍倩雪飞云英红春香莎群慧",
    },
    2000: {
        "MALE": "浩宇轩杰俊豪子涵博文天佑嘉鑫睿航志鹏佳乐泽阳晨皓思源",
        "FEMALE": "欣怡雨婷佳梦琪思涵诗语馨蕊可心依雅静萱颖紫嫣露瑶洁晶",
    },
}


def surname(rng: Random, ethnicity: str) -> str:
    """A surname of this people. Some Yi carry the name of a clan, written before a middle dot."""
    if ethnicity == "YI" and rng.random() < 0.3:
        return f"{rng.choice(CLANS)}·"
    if ethnicity in SURNAMES_BY_ETHNICITY and rng.random() < 0.85:
        return rng.choice(SURNAMES_BY_ETHNICITY[ethnicity])
    return SURNAMES[int(len(SURNAMES) * rng.random() ** 2)]


def given_name(rng: Random, family_name: str, sex: str, birth_year: int) -> str:
    """A given name in the fashion of the year of birth: mostly two characters, one for a fifth of those born from 1980."""
    if family_name.endswith("·"):
        return rng.choice(CLAN_GIVEN[sex])
    characters = GIVEN[max(first for first in GIVEN if first <= birth_year)][sex]
    first, second = rng.choice(characters), rng.choice(characters)
    return first if birth_year >= 1980 and rng.random() < 0.2 else first + second
