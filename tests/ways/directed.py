"""One query at least for each thing that a query can have, so that none of them is left to chance."""

from collections.abc import Mapping

from tests.places import BIJIE, DUAN, GUIZHOU, JINBI, NATION, QIANXI, ZHONGZHAI
from tests.ways.compare import Case, Cursor
from tests.ways.data import Data

ODD = '5205%:,"'
KEY_OF_200 = "k" * 200

ALL_YEARS = "householdYears(orderBy: [HOUSEHOLD_CODE_DESC, YEAR_DESC], first: 200)"
COLUMNS = """householdCode year villageCode exitStatus headName netIncome bankAccount phone otherCauses collectedOn isSigned
 hasHamletRoad dualConfirmedOn"""

GONE_WRONG = frozenset(
    {
        "first of nothing",
        "first of too many",
        "region of elsewhere",
        "region that is none",
        "column twice in an order",
        "too many places",
        "null in a filter",
        "empty list in a filter",
        "no such field",
        "no syntax",
        "no number",
        "rubbish cursor",
        "cursor of another order",
        "two that fail",
        "node of no type",
        "resolved with an error",
        "too deep",
        "variable that lacks",
        "variable of a wrong kind",
        "half a surrogate",
        "nul",
    }
)
"""The cases that are refused, or have errors beside their data."""

RESOLVED = frozenset(
    {
        "resolved beside",
        "resolved below",
        "resolved with an error",
        "resolved with links",
        "introspected",
        "operation not named",
        "typename of the root",
        "skipped whole",
        "everything skipped",
        "depth",
    }
)
"""The cases that no database answers alone: a resolver does, there is nothing to read, or SQLite's parser is not so deep."""

_QUERIES: Mapping[str, str] = {
    "one row": '{ household(householdCode: "b") { id } region(code: "520522000000", validFrom: 2016) { name level } }',
    "no row": '{ household(householdCode: "none") { id members { id } } }',
    "row of elsewhere": '{ county(countyCode: "451228000000") { id countyCode } }',
    "key of signs": '{ household(householdCode: "5205%:,\\"") { id householdCode years { id } } }',
    "key of controls": '{ household(householdCode: "\\u0001\\u001f") { id householdCode events { id } } }',
    "nested lists": f"{{ {ALL_YEARS} {{ nodes {{ {COLUMNS} members {{ name: relationToHead healthStatus workMonths"
    " member { id name sex idNumberMasked } } household { years { year } } benefits { amount project { projectName } } } } }",
    "typename everywhere": "{ households(first: 2) { __typename pageInfo { __typename }"
    " edges { __typename node { __typename years { __typename region { __typename } } } } } }",
    "typename of the root": "{ __typename t: __typename events(first: 1) { nodes { id } } }",
    "connection without rows": "{ households(first: 1) { __typename } m: members(first: 1) { pageInfo { __typename } } }",
    "count only": "{ events { totalCount } members(where: {sex: {eq: MALE}}) { totalCount again: totalCount } }",
    "count and rows": "{ events(first: 2) { totalCount nodes { id happenedAt } pageInfo { hasNextPage hasPreviousPage"
    " startCursor endCursor } } }",
    "empty page": '{ events(where: {note: {eq: "nobody wrote this"}}) { totalCount nodes { id } edges { cursor }'
    " pageInfo { hasNextPage startCursor endCursor } } }",
    "nothing of an empty page": '{ events(where: {note: {eq: "nobody wrote this"}}) { pageInfo { __typename'
    " hasPreviousPage } } a: events(first: 9) { pageInfo { hasPreviousPage } } }",
    "aliases of the same": "{ a: events(first: 1) { n: nodes { id } nodes { year } } b: events(first: 2) { nodes { id } } }",
    "alias that swaps": "{ events(first: 3) { nodes { subjectCode: note note: subjectCode id: year year: id } } }",
    "keys of 63 bytes and more": f"{{ events(first: 2) {{ nodes {{ {KEY_OF_200}1: id {KEY_OF_200}2: year"
    f" {KEY_OF_200}3: region {{ {KEY_OF_200}1: name {KEY_OF_200}2: code }} }} }} {KEY_OF_200}: dataYears {{ totalCount }} }}",
    "key that SQL knows": "{ select: households(first: 2) { from: nodes { order: id where: years { group: year } } } }",
    "merged fields": "{ households(first: 3) { nodes { id years { year } } nodes { id years { netIncome members { id } }"
    " years { members { memberNo } } } } households(first: 3) { totalCount nodes { address } } }",
    "order of merged keys": "{ households(first: 2) { nodes { years { year } id region { code } address years { id }"
    " region { name } } totalCount nodes { version } } }",
    "named fragments": "{ households(first: 3) { ...C } } fragment C on HouseholdConnection { nodes { ...H ...H } }"
    " fragment H on Household { id ...Y } fragment Y on Household { years { ...N year } } fragment N on Node { id }",
    "inline fragments": "{ ... on Query { ... { events(first: 2) { ... { nodes { ... on Event { id } ... { year }"
    " ... on Node { id __typename } } } } } } }",
    "fragment on Query": "{ ...Q } fragment Q on Query { events(first: 1) { nodes { id } } ... on Query { dataYears"
    " { totalCount } } }",
    "fragments that never apply": "{ events(first: 2) { nodes { ... on Node { ... on Household { address } ... on Event"
    " { note } ... on Node { id ... on Event { month } } } } } }",
    "literal directives": "{ households(first: 2) { totalCount @skip(if: true) nodes @include(if: true) { id"
    " years @include(if: false) { id } ... on Household @skip(if: true) { address } ...F @include(if: true) } } }"
    " fragment F on Household { version }",
    "both directives": "{ households(first: 2) { nodes { a: id @skip(if: false) @include(if: false) b: id @include(if:"
    " true) @skip(if: false) c: id @skip(if: true) @include(if: true) version } } }",
    "skipped whole": "{ households(first: 2) { nodes { id @skip(if: true) } } events @skip(if: true) { totalCount } }",
    "everything skipped": "{ events @include(if: false) { totalCount } }",
    "order by several": "{ memberYears(orderBy: [YEAR_DESC, WORK_MONTHS_ASC, RELATION_TO_HEAD_DESC], first: 90)"
    " { edges { cursor node { id } } } }",
    "order without a list": "{ households(orderBy: LONGITUDE_DESC, first: 200) { nodes { longitude latitude altitude id } } }",
    "order given as none": "{ households(orderBy: [], where: {}, first: null, after: null, region: null) { nodes { id } } }",
    "year and region": f'{{ householdYears(region: "{ZHONGZHAI}", year: 2016) {{ totalCount nodes {{ id }} }} }}',
    "two region columns": f'{{ fundEntries(region: "{BIJIE}") {{ totalCount nodes {{ id counterpart {{ name }} }} }} }}',
    "search": '{ regions(search: "村", first: 3) { totalCount nodes { name } } projects(search: "%") { totalCount nodes'
    ' { projectName } } curios(search: "\\\\") { totalCount } }',
    "search for wildcards": '{ curios(search: "%:") { nodes { id } } c: curios(search: "_") { nodes { remark } } }',
    "numbers": '{ curios(where: {weight: {gte: "-9223372036854775808", lte: "9223372036854775807", ne: 0}}) { nodes'
    " { weight grains price } } }",
    "decimals": '{ householdYears(where: {netIncome: {gt: "-0.01", lt: 999999999999, ne: "0"}}) { nodes { netIncome'
    " wageIncome houseArea } } }",
    "decimal list": '{ households(where: {longitude: {in: ["0.000000", "-0.000001", "100", "0.1"]}}) { nodes { longitude } } }',
    "moments": '{ events(where: {happenedAt: {gte: "1970-01-01T08:00:00+08:00", lt: "9998-12-31T23:59:59Z"}}) { nodes'
    " { happenedAt } } dataYears { nodes { openedOn closedOn } } curios { nodes { foundAt seenAt } } }",
    "dates": '{ households(where: {identifiedOn: {gt: "0001-01-01", lte: "9999-12-31", ne: "2000-02-29"}}) { nodes'
    " { identifiedOn } } }",
    "booleans": "{ households(where: {isClosed: {eq: false}}) { nodes { isClosed } } householdYears(where: {isMilitaryFamily:"
    " {isNull: true}, isSigned: {eq: true}}) { nodes { isMilitaryFamily isSigned } } }",
    "codes": "{ householdYears(where: {exitStatus: {in: [NOT_EXITED, RELAPSED]}, mainCause: {ne: ILLNESS}}) { nodes"
    " { exitStatus mainCause } } }",
    "sets of codes": "{ a: memberYears(where: {healthStatus: {has: HEALTHY}}, first: 9) { nodes { healthStatus } }"
    " b: memberYears(where: {healthStatus: {hasAny: [DISABLED, HEALTHY]}}, first: 9) { nodes { healthStatus } }"
    " c: memberYears(where: {healthStatus: {isNull: true}}, first: 9) { nodes { healthStatus } } }",
    "sets of texts": '{ curios(where: {marks: {hasAny: ["A", "100%", "/"], has: "甲"}}) { nodes { marks } } all: curios'
    " { nodes { marks } } }",
    "texts": '{ events(where: {note: {ne: "tea"}, operator: {contains: "\\""}}) { nodes { note operator } } }',
    "long texts": "{ curios { nodes { remark } } }",
    "list of one": '{ events(where: {note: {in: "tea"}}) { nodes { note } } }',
    "masked": "{ curios { nodes { ownerName ownerPhone ownerNumber } } members { nodes { name idNumberMasked"
    " disabilityCardMasked } } }",
    "plugin's filter and order": "{ householdYears(where: {hasHamletRoad: {isNull: false}, dualConfirmedOn: {isNull: false}},"
    " orderBy: [DUAL_CONFIRMED_ON_DESC, HAS_HAMLET_ROAD_ASC]) { edges { cursor node { hasHamletRoad dualConfirmedOn } } } }",
    "plugin's order alone": "{ projects(orderBy: [EXPECTED_INCOME_DESC]) { nodes { projectCode } totalCount } }",
    "plugin's links": "{ regions(first: 30) { nodes { curios { grains like { id } likedBy { id seenAt } } } } households"
    " { nodes { curios { id } realCurios { id isReal } } } }",
    "links to one of many": "{ fundEntries { nodes { reversedBy { id } origin { id } followedBy { id origin { id } } } } }",
    "links by two columns": "{ curios { nodes { likeCode likeReal like { curioCode isReal madeOn } } } }",
    "latest name": f"{{ counties {{ nodes {{ region {{ name validFrom parent {{ name validFrom }} }} }} }} region(code:"
    f' "{QIANXI}", validFrom: 2016) {{ name children {{ name validFrom }} }} }}',
    "depth": "{ counties { nodes { region { parent { children { parent { children { parent { id name } } } } } } } } }",
    "too deep": "{ counties { nodes { region { parent { parent { parent { parent { parent { parent { parent { parent { id } } } } } }"
    " } } } } } }",
    "first of nothing": "{ events(first: 0) { nodes { id } } }",
    "first of too many": "{ events(first: 201) { nodes { id } } }",
    "first of many": "{ events(first: 200) { nodes { id } } }",
    "region of elsewhere": f'{{ households(region: "{DUAN}") {{ nodes {{ id }} }} events(first: 1) {{ nodes {{ id }} }} }}',
    "region that is none": '{ households(region: "52") { nodes { id } } }',
    "column twice in an order": "{ events(orderBy: [YEAR_ASC, YEAR_DESC]) { nodes { id } } }",
    "too many places": '{ householdYears(where: {netIncome: {eq: "1.001"}}) { totalCount } }',
    "null in a filter": "{ events(where: {year: {eq: null}}) { totalCount } }",
    "empty list in a filter": "{ events(where: {year: {in: []}}) { totalCount } }",
    "filter that is null": "{ events(where: {year: null}) { totalCount } }",
    "no such field": "{ households { nodes { nonsense } } }",
    "no syntax": "{ households { nodes { id } }",
    "no number": '{ events(where: {year: {eq: "x"}}) { totalCount } }',
    "rubbish cursor": '{ events(after: "rubbish") { totalCount nodes { id } } }',
    "cursor of another order": '{ events(after: "YEAR_ASC,SUBJECT_CODE_ASC:1:2") { totalCount nodes { id } } }',
    "two that fail": '{ a: events(first: 0) { totalCount } b: household(householdCode: "b") { id } c: node(id: "x") { id } }',
    "node": '{ a: node(id: "Household:b") { id } b: node(id: "Household:5205%25%3A,\\"") { id ... on Household'
    ' { householdCode years { id } } } c: node(id: "Curio:%25%3A,:2016-01-31:true") { __typename } }',
    "node with fragments": f'{{ node(id: "DataYear:{QIANXI}:2016") {{ __typename ... on Node {{ id }} ... on DataYear'
    " { year county: region { name } } ... on CountyYear { id county { id } } } }",
    "node of elsewhere": f'{{ node(id: "County:{DUAN}") {{ id __typename }} }}',
    "node of no type": '{ node(id: "Nothing:1") { id } }',
    "node with a number": '{ node(id: "CountyYear:520522000000:٢٠١٦") { id } }',
    "resolved beside": "{ me { name level } events(first: 2) { nodes { id } totalCount } plugins { name } }",
    "resolved below": "{ householdYears(first: 3) { nodes { year mayExit { holds failing { id } } } } dataYears { totalCount } }",
    "resolved with an error": "{ curios { nodes { id isDear certainPrice } } events(first: 1) { nodes { id } } }",
    "resolved with links": '{ findRegions(text: "村", year: 2017) { name curios { id household: curioCode } parent'
    " { name children { name } } } }",
    "introspected": '{ __type(name: "Household") { name } events(first: 1) { nodes { id } } }',
}

_GIVEN: Mapping[str, Case] = {
    "variables": Case(
        QIANXI,
        "query($r: String, $y: Int = 2016, $w: HouseholdYearWhere, $o: [HouseholdYearOrder!], $f: Int) { householdYears("
        "region: $r, year: $y, where: $w, orderBy: $o, first: $f) { totalCount nodes { id } } }",
        {
            "w": {"netIncome": {"gte": "-5"}, "exitStatus": {"ne": "EXITED"}},
            "o": ["NET_INCOME_DESC"],
            "f": 4,
            "r": JINBI,
        },
    ),
    "variables left out": Case(
        QIANXI,
        "query($r: String, $y: Int = 2016, $w: HouseholdYearWhere, $o: [HouseholdYearOrder!], $f: Int = 3) { householdYears("
        "region: $r, year: $y, where: $w, orderBy: $o, first: $f) { nodes { id } } }",
    ),
    "variables of null": Case(
        QIANXI,
        "query($y: Int = 2016, $w: EventWhere = {year: {eq: 2015}}) { events(year: $y, where: $w) { totalCount } }",
        {"y": None, "w": None},
    ),
    "variables inside literals": Case(
        GUIZHOU,
        "query($a: Int, $b: [Int!], $c: TextFilter, $d: EventOrder!) { events(where: {year: {gt: $a, in: $b}, note: $c},"
        " orderBy: [$d, EVENT_NO_ASC]) { nodes { year note } } }",
        {"b": [2014, 2015, 2016], "d": "MONTH_DESC"},
    ),
    "directives by variables": Case(
        NATION,
        "query($s: Boolean!, $i: Boolean = false) { events(first: 2) { totalCount @skip(if: $s) nodes { id @include(if: $i)"
        " year ...F @skip(if: $s) } } } fragment F on Event { note }",
        {"s": False},
    ),
    "directives the other way": Case(
        NATION,
        "query($s: Boolean!, $i: Boolean = false) { events(first: 2) { totalCount @skip(if: $s) nodes { id @include(if: $i)"
        " year ...F @skip(if: $s) } } } fragment F on Event { note }",
        {"s": True, "i": True},
    ),
    "variable that lacks": Case(NATION, "query($c: String!) { household(householdCode: $c) { id } }"),
    "variable of a wrong kind": Case(NATION, "query($f: Int) { events(first: $f) { totalCount } }", {"f": "two"}),
    "half a surrogate": Case(NATION, "query($c: String!) { household(householdCode: $c) { id } }", {"c": "\ud800"}),
    "nul": Case(NATION, "query($s: String) { regions(search: $s) { totalCount } }", {"s": "\0"}),
    "named operation": Case(
        NATION, "query A { a: events(first: 1) { totalCount } } query B { b: dataYears { totalCount } }", {}, "B"
    ),
    "operation not named": Case(NATION, "query A { me { name } } query B { dataYears { totalCount } }"),
    "literal that looks like another": Case(NATION, '{ events(where: {note: {eq: "$c"}}, first: 1) { totalCount } }'),
}

_PAGED: Mapping[str, tuple[str, str, int]] = {
    "second page": ("events", "", 3),
    "last page": ("events", "", -1),
    "page behind nulls": ("households", "orderBy: [LONGITUDE_ASC]", 27),
    "page before nulls": ("households", "orderBy: [LONGITUDE_DESC]", 5),
    "page by moments": ("events", "orderBy: [HAPPENED_AT_DESC, NOTE_ASC]", 11),
    "page by texts": ("curios", "orderBy: [REMARK_DESC, MADE_ON_ASC]", 9),
    "page by truth": ("curios", "orderBy: [IS_REAL_DESC, LIKE_REAL_ASC, WEIGHT_DESC]", 20),
    "page by codes": ("fundEntries", 'orderBy: [KIND_ASC, AMOUNT_DESC], where: {amount: {gte: "0"}}', 6),
    "page of a plugin's order": ("householdYears", "orderBy: [DUAL_CONFIRMED_ON_ASC, HAS_OTHER_INCOME_DESC]", 40),
    "page with keys of signs": ("households", "", 2),
}


def _page(name: str, given: str, number: int) -> Case:
    asked = f"({given})" if given else ""
    ending = f"({given + ', ' if given else ''}first: 4, after: $after)"
    pages = "totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    cursor = Cursor(f"{{ page: {name}{asked} {{ edges {{ cursor }} }} }}", {}, number)
    return Case(NATION, f"query($after: String) {{ {name}{ending} {{ {pages} }} }}", {}, None, cursor)


def directed(data: Data) -> dict[str, Case]:
    """Every case by its name; what lies elsewhere is asked by a county."""
    asked = {name: Case(QIANXI if "elsewhere" in name else NATION, query) for name, query in _QUERIES.items()}
    wide = {
        f"every column of {source.name}": Case(
            NATION, f"{{ {source.many} {{ nodes {{ {' '.join(source.by_field)} }} }} }}"
        )
        for source in data.joint.sources.values()
    }
    return asked | wide | dict(_GIVEN) | {name: _page(*page) for name, page in _PAGED.items()}
