"""Three queries to paste: the people of a household, who could leave poverty and why not, and a year's books."""

HOUSEHOLDS = """\
query PoorHouseholds {
  householdYears(where: {year: {eq: 2017}, exitStatus: {in: [NOT_EXITED, RELAPSED]}}, first: 5) {
    totalCount
    edges { node {
      householdCode headName memberCount mainCause exitStatus
      region { name }
      members { relationToHead healthStatus member { name birthDate idNumberMasked } }
    } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

REASONS = """\
query WhyNot {
  householdYears(where: {year: {eq: 2017}, exitStatus: {eq: NOT_EXITED}}, first: 10) {
    edges { node { householdCode netIncomePerCapita mayExit { holds failing { id zh en } } } }
  }
}
"""

BOOKS = """\
query YearBooks {
  statistics(code: "net_decrease", region: "520522000000", year: 2017) {
    label
    columns { code label }
    rows { name cells { column households persons } }
  }
}
"""

EXAMPLES = (HOUSEHOLDS, REASONS, BOOKS)
