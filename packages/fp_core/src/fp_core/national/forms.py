"""The national collection forms. A form names models; which of their indicators it carries, the indicators themselves say."""

from fp_core.forms import Form, Sheet
from fp_core.indicators import Indicator
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.national.checks import check_households

SERIAL = Indicator(
    label="户序号",
    english="running number of the household in this workbook",
    name="serial",
    type=int,
    required=True,
    least=1,
)

HOUSEHOLD_FORM = Form(
    code="FH",
    label="贫困户信息采集表",
    english="collection form of a poor household",
    check=check_households,
    sheets=(
        Sheet(
            "household",
            "户",
            "households",
            models=(Household, HouseholdYear),
            own=(SERIAL,),
            rules={
                "arable_area": "LAND-NN",
                "irrigated_area": "LAND-NN",
                "forest_area": "LAND-NN",
                "returned_forest_area": "LAND-NN",
                "orchard_area": "LAND-NN",
                "grass_area": "LAND-NN",
                "water_area": "LAND-NN",
                "distance_main_road": "ROAD-DIST",
                "main_cause": "CAUSE-ONE",
            },
        ),
        Sheet(
            "person",
            "人",
            "members of the households",
            models=(Member, MemberYear),
            own=(SERIAL,),
            depends=frozenset({"id_number", "sex", "birth_date"}),
            rules={"work_months": "WORK-12"},
        ),
    ),
)

FORMS = (HOUSEHOLD_FORM,)
