"""A county in a year: schooling, health, culture, networks. Department funds are in 万元."""

from decimal import Decimal
from functools import partial

from sqlmodel import SQLModel

from fp_core.indicators import indicator

count = partial(indicator, least=0, form="FC", required=True)
pieces = partial(count, unit="个")
persons = partial(count, unit="人")
money = partial(count, unit="万元", places=4)
percent = partial(count, unit="%", places=2, most=100)
growth = partial(indicator, unit="%", places=2, form="FC", required=True)


class CountyEducationFields(SQLModel):
    """Schooling, and the funds of the education department."""

    preschool_pct: Decimal | None = percent(
        "学前三年毛入园率", "gross enrolment in preschool", most=None, legacy="AAE366"
    )
    senior_pct: Decimal | None = percent(
        "高中阶段毛入学率", "gross enrolment in senior middle school", most=None, legacy="AAE367"
    )
    compulsory_retention_pct: Decimal | None = percent(
        "义务教育巩固率", "pupils who finish compulsory schooling", legacy="AAE368"
    )
    education_funds_total: Decimal | None = money("教育资金合计", "education funds, total", legacy="AAE369")
    education_funds_central: Decimal | None = money("教育中央资金", "education funds of the centre", legacy="AAE370")
    education_funds_province: Decimal | None = money("教育省级资金", "education funds of the province", legacy="AAE371")
    education_funds_city_county: Decimal | None = money(
        "教育市县资金", "education funds of city and county", legacy="AAE372"
    )


class CountyHealthFields(SQLModel):
    """Clinics, births, insurance and staff, and the funds of the health department."""

    clinic_towns: int | None = pieces("有卫生院的乡镇数", "towns with a health centre", legacy="AAE374")
    clinic_villages: int | None = pieces("有卫生室的行政村数", "villages with a clinic", legacy="AAE375")
    natural_growth_permille: Decimal | None = growth(
        "人口自然增长率", "natural growth of the population", unit="‰", legacy="AAE376"
    )
    fertility: Decimal | None = count("总和生育率", "children per woman", unit="个", places=2, legacy="AAE377")
    resident_medical_count: int | None = persons(
        "参加新农合人数", "people with resident medical insurance", legacy="AAE378"
    )
    employee_medical_count: int | None = persons(
        "参加城镇职工基本医疗保险人数", "people with employee medical insurance", legacy="AAE379"
    )
    urban_medical_count: int | None = persons(
        "参加城镇居民基本医疗保险人数", "people with urban resident medical insurance", legacy="AAE380"
    )
    policy_birth_pct: Decimal | None = percent("政策生育率", "births within policy", legacy="AAE381")
    referral_out_pct: Decimal | None = percent("县外转诊率", "patients referred outside the county", legacy="AAE382")
    beds_per_1000: Decimal | None = count(
        "每千人口床位数", "beds per 1000 people", unit="张", places=2, legacy="AAE383"
    )
    health_staff_per_1000: Decimal | None = count(
        "每千人口卫生技术人员数", "health staff per 1000 people", unit="人", places=2, legacy="AAE384"
    )
    doctors_per_1000: Decimal | None = count(
        "每千人口执业(助理)医师数", "doctors per 1000 people", unit="人", places=2, legacy="AAE385"
    )
    nurses_per_1000: Decimal | None = count(
        "每千人口注册护士数", "nurses per 1000 people", unit="人", places=2, legacy="AAE386"
    )
    health_funds_total: Decimal | None = money("卫生资金合计", "health funds, total", legacy="AAE387")
    health_funds_central: Decimal | None = money("卫生中央资金", "health funds of the centre", legacy="AAE388")
    health_funds_province: Decimal | None = money("卫生省级资金", "health funds of the province", legacy="AAE389")
    health_funds_city_county: Decimal | None = money("卫生市县资金", "health funds of city and county", legacy="AAE390")


class CountyCultureFields(SQLModel):
    """Libraries, culture rooms, broadcasting, broadband, and the funds of the culture department."""

    county_libraries: int | None = pieces("县级公共图书馆数", "county libraries", legacy="AAE392")
    culture_halls: int | None = pieces("县级文化馆数", "county culture halls", legacy="AAE393")
    culture_station_towns: int | None = pieces("有文化站的乡镇数", "towns with a culture station", legacy="AAE394")
    culture_room_villages: int | None = pieces(
        "有文化(图书)室的行政村数", "villages with a culture room", legacy="AAE395"
    )
    broadcast_villages: int | None = pieces(
        "通广播电视的行政村数", "villages with radio and television", legacy="AAE396"
    )
    broadcast_natural: int | None = pieces(
        "通广播电视的自然村数", "natural villages with radio and television", legacy="AAE397"
    )
    culture_funds_total: Decimal | None = money("文化资金合计", "culture funds, total", legacy="AAE398")
    culture_funds_central: Decimal | None = money("文化中央资金", "culture funds of the centre", legacy="AAE399")
    culture_funds_province: Decimal | None = money("文化省级资金", "culture funds of the province", legacy="AAE400")
    culture_funds_city_county: Decimal | None = money(
        "文化市县资金", "culture funds of city and county", legacy="AAE401"
    )
    broadband_villages: int | None = pieces("通宽带的行政村数", "villages with broadband", legacy="AAE403")
    broadband_natural20: int | None = pieces(
        "20户以上通宽带自然村数", "natural villages of 20 households and more with broadband", legacy="AAE404"
    )
    schools_without_broadband: int | None = pieces("未通宽带的中小学数", "schools without broadband", legacy="AAE405")
    mobile_net_villages: int | None = pieces("能用手机上网的行政村数", "villages with mobile internet", legacy="AAE406")
