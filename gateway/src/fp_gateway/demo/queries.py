"""Three queries to paste: poor households with their people, what keeps each from leaving poverty, and a year's books.

None names a region, so each answers every operator, with what lies in the own region. README.md prints the same texts.
"""

HOUSEHOLDS = """\
query PoorHouseholds {
  householdYears(where: {year: {eq: 2017}, exitStatus: {in: [NOT_EXITED, RELAPSED]}}, first: 5) {
    totalCount
    nodes {
      householdCode headName memberCount mainCause exitStatus
      region { name }
      members { relationToHead healthStatus member { name birthDate idNumberMasked } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

REASONS = """\
query WhyNot {
  householdYears(where: {year: {eq: 2016}, exitStatus: {eq: NOT_EXITED}}, first: 10) {
    nodes { householdCode headName netIncomePerCapita mayExit { holds failing { id zh en } } }
  }
}
"""

BOOKS = """\
query YearBooks {
  me { name level regionCode }
  poor2016: householdYears(where: {year: {eq: 2016}, exitStatus: {in: [NOT_EXITED, RELAPSED]}}, first: 1) { totalCount }
  exited2017: householdYears(where: {year: {eq: 2017}, exitYear: {eq: 2017}}, first: 1) { totalCount }
  relapsed2017: householdYears(where: {year: {eq: 2017}, exitStatus: {eq: RELAPSED}}, first: 1) { totalCount }
  poor2017: householdYears(where: {year: {eq: 2017}, exitStatus: {in: [NOT_EXITED, RELAPSED]}}, first: 1) { totalCount }
  statisticsTables { code label english }
}
"""

EXAMPLES = (HOUSEHOLDS, REASONS, BOOKS)
