"""What a village has in a year: income, roads, water, power, care, culture, networks, programmes."""

from decimal import Decimal
from functools import partial

from sqlmodel import SQLModel

from fp_core.indicators import indicator

asked = partial(indicator, form="FV", required=True)
count = partial(indicator, least=0, form="FV", required=True)
pieces = partial(count, unit="个")
households = partial(count, unit="户")
persons = partial(count, unit="人")
distance = partial(indicator, unit="公里", places=2, least=0, form="FV", required=True)
counted = partial(indicator, computed=True)


class VillageMoneyFields(SQLModel):
    """Income of the farmers and of the collective, and who is insured."""

    farmer_net_income: Decimal | None = count(
        "农民人均纯收入", "net income per farmer", unit="元", places=2, legacy="AAD301"
    )
    collective_income: Decimal | None = count(
        "村级集体经济收入", "income of the village collective", unit="万元", places=4, legacy="AAD302"
    )
    resident_medical_count: int | None = persons(
        "参加新农合人数", "people with resident medical insurance", legacy="AAD311"
    )
    medical_aid_times: int | None = count(
        "获得医疗救助人次", "times medical aid was given", unit="人次", legacy="AAD312"
    )
    resident_pension_count: int | None = persons(
        "参加城乡居民养老保险人数", "people with resident pension insurance", legacy="AAD313"
    )
    employee_pension_count: int | None = persons(
        "参加城镇职工养老保险人数", "people with employee pension insurance", legacy="AAD314"
    )


class VillageRoadFields(SQLModel):
    """Roads to the town and to the natural villages. Paved is asphalt or cement."""

    paved_to_town: bool | None = asked("到乡镇是否通沥青(水泥)路", "the road to the town is paved", legacy="AAD328")
    unpaved_to_town_km: Decimal | None = distance(
        "到乡镇未通沥青(水泥)路里程", "length of the road to the town that is not paved", legacy="AAD321"
    )
    unpaved_natural_count: int | None = pieces(
        "未通沥青(水泥)路的自然村数", "natural villages without a paved road", legacy="AAD322"
    )
    unpaved_natural_km: Decimal | None = distance(
        "自然村未通沥青(水泥)路里程", "length of roads to natural villages that is not paved", legacy="AAD324"
    )
    has_bus: bool | None = asked("是否通客运班车", "a bus comes", legacy="AAD323")


class VillageHomeFields(SQLModel):
    """Water, power and housing. What is not reported counts as not solved."""

    unsafe_water_households: int | None = households(
        "未实现饮水安全户数", "households without safe water", missing=1, legacy="AAD331"
    )
    difficult_water_households: int | None = households(
        "饮水困难户数", "households with difficult water", missing=1, legacy="AAD332"
    )
    unsafe_water_poor_households: int | None = counted(
        "未实现饮水安全贫困户数", "poor households without safe water", unit="户", legacy="ADA008"
    )
    difficult_water_poor_households: int | None = counted(
        "饮水困难贫困户数", "poor households with difficult water", unit="户", legacy="ADA009"
    )
    no_living_power_natural: int | None = pieces(
        "未通生活用电自然村数", "natural villages without power for living", legacy="AAD355"
    )
    no_living_power_households: int | None = households(
        "未通生活用电户数", "households without power for living", missing=1, legacy="AAD356"
    )
    no_production_power_natural: int | None = pieces(
        "未通生产用电自然村数", "natural villages without power for production", legacy="AAD357"
    )
    powered_natural20: int | None = pieces(
        "20户以上已通电自然村数", "natural villages of 20 households and more with power", legacy="AAD358"
    )
    dangerous_households: int | None = households("危房户数", "households in dangerous houses", legacy="AAD361")
    dangerous_poor_households: int | None = counted(
        "危房贫困户数", "poor households in dangerous houses", unit="户", legacy="ADA010"
    )
    dangerous_poor_population: int | None = counted(
        "危房贫困人口数", "poor people in dangerous houses", unit="人", legacy="ADA011"
    )


class VillageServiceFields(SQLModel):
    """Cooperatives, tourism, care and culture."""

    coop_count: int | None = pieces("农民专业合作社个数", "farmers' cooperatives", legacy="AAD371")
    coop_poor_households: int | None = counted(
        "加入合作社的贫困户数", "poor households in cooperatives", unit="户", legacy="AAD372"
    )
    mutual_fund_count: int | None = pieces("互助资金协会数", "mutual funds", legacy="ADA012")
    mutual_fund_amount: Decimal | None = count(
        "互助资金规模", "size of mutual funds", unit="万元", places=4, legacy="ADA013"
    )
    tourism_households: int | None = households("开展乡村旅游户数", "households in tourism", legacy="AAD381")
    inn_households: int | None = households("经营农家乐户数", "households running an inn", legacy="AAD382")
    tourism_workers: int | None = persons("乡村旅游从业人员数", "people working in tourism", legacy="AAD383")
    inn_avg_income: Decimal | None = count("农家乐户均年收入", "income per inn", unit="元", places=2, legacy="AAD384")
    clinic_count: int | None = pieces("卫生室个数", "clinics", legacy="AAD391")
    public_toilet_count: int | None = pieces("公共卫生厕所个数", "public toilets", legacy="AAD392")
    doctor_count: int | None = persons("执业(助理)医师人数", "licensed doctors and assistants", legacy="AAD393")
    waste_site_count: int | None = pieces("垃圾集中堆放点个数", "waste collection points", legacy="AAD394")
    clinic_area: Decimal | None = count("卫生室面积", "area of the clinic", unit="平方米", places=2, legacy="ADA014")
    clinic_has_rooms: bool | None = asked("卫生室是否四室分设", "the clinic has its four rooms apart", legacy="ADA015")
    culture_room_count: int | None = pieces("文化(图书)室个数", "culture and book rooms", legacy="AAD401")
    broadcast_households: int | None = households(
        "通广播电视户数", "households with radio and television", legacy="AAD402"
    )


class VillageNetFields(SQLModel):
    """Broadband, mobile networks, and who helps with them."""

    broadband_households: int | None = households("通宽带户数", "households with broadband", legacy="AAD411")
    broadband_schools: int | None = pieces("通宽带的村小学数", "village schools with broadband", legacy="AAD412")
    mobile_net_households: int | None = households(
        "能用手机上网的户数", "households with mobile internet", legacy="AAD413"
    )
    info_officer_count: int | None = persons("村信息员人数", "information officers", legacy="AAD414")
    broadband_natural20: int | None = pieces(
        "20户以上通宽带自然村数", "natural villages of 20 households and more with broadband", legacy="AAD415"
    )


class VillageProgrammeFields(SQLModel):
    """Training, small loans and relocation."""

    junior_not_continue: int | None = persons("初中毕业未升学人数", "junior graduates who left school", legacy="ADA016")
    senior_not_continue: int | None = persons("高中毕业未升学人数", "senior graduates who left school", legacy="ADA017")
    rain_dew_count: int | None = persons(
        "当年参加雨露计划人数", "people in the Rain and Dew vocational plan this year", legacy="ADA018"
    )
    credit_approved_households: int | None = households(
        "批复扶贫小额信贷户数", "households granted a small loan", legacy="ADA019"
    )
    credit_loan_households: int | None = households(
        "当年贷款户数", "households that took a loan this year", legacy="ADA020"
    )
    credit_overdue_households: int | None = households(
        "逾期未还户数", "households with an overdue loan", legacy="ADA021"
    )
    relocation_planned_households: int | None = households(
        "纳入易地搬迁规划户数", "households planned for relocation", legacy="ADA022"
    )
    relocation_done_households: int | None = households("已搬迁户数", "households relocated", legacy="ADA023")
