"""Azure's regions: their ids, their names, and the other ways in which bills spell them.

Source: Azure documentation, "List of Azure regions"; FinOps toolkit of Microsoft, regions.
"""

from __future__ import annotations

_NAMES = (
    "Australia Central", "Australia Central 2", "Australia East", "Australia Southeast", "Austria East",
    "Belgium Central", "Brazil South", "Brazil Southeast", "Canada Central", "Canada East", "Central India",
    "Central US", "Central US EUAP", "Chile Central", "China East", "China East 2", "China East 3", "China North",
    "China North 2", "China North 3", "Denmark East", "East Asia", "East US", "East US 2", "East US 2 EUAP",
    "East US 3", "Finland Central", "France Central", "France South", "Germany Central", "Germany North",
    "Germany Northeast", "Germany West Central", "Greece Central", "India South Central", "Indonesia Central",
    "Israel Central", "Italy North", "Japan East", "Japan West", "Jio India Central", "Jio India West",
    "Korea Central", "Korea South", "Malaysia South", "Malaysia West", "Mexico Central", "New Zealand North",
    "North Central US", "North Europe", "Norway East", "Norway West", "Poland Central", "Qatar Central",
    "Saudi Arabia East", "Singapore Central", "South Africa North", "South Africa West", "South Central US",
    "South Central US 2", "South India", "Southeast Asia", "Southeast US", "Spain Central", "Sweden Central",
    "Sweden South", "Switzerland North", "Switzerland West", "Taiwan North", "Taiwan Northwest", "UAE Central",
    "UAE North", "UK South", "UK South 2", "UK West", "USDoD Central", "USDoD East", "USGov Arizona", "USGov Iowa",
    "USGov Texas", "USGov Virginia", "USSec East", "USSec West", "USSec West Central", "West Central US",
    "West Europe", "West India", "West US", "West US 2", "West US 3",
)  # fmt: skip


def _id(name: str) -> str:
    return name.replace(" ", "").lower()


REGIONS = {_id(name): name for name in _NAMES}
"""Region id -> name."""

# Region -> other spellings, without blanks, in lower case.
_OTHERS = {
    "Australia Central": "aucentral australiac cbr",
    "Australia Central 2": "aucentral2 australiac2 cbr2",
    "Australia East": "aueast aue eau australia_east sydney",
    "Australia Southeast": "ausoutheast seau melbourne",
    "Austria East": "ateast ate austriae",
    "Belgium Central": "becentral bec belgiumc",
    "Brazil South": "brsouth bso sbr saopaulo",
    "Brazil Southeast": "brsoutheast brse brazilse",
    "Canada Central": "cacentral cac centralcanada toronto",
    "Canada East": "caeast cae eastcanada quebeccity montreal",
    "Central India": "incentral inc indiacentral",
    "Central US": "uscentral cus",
    "Chile Central": "clcentral clc chilec",
    "China East": "cneast",
    "China East 2": "cneast2 chinae2",
    "China East 3": "cneast3 cne3 chinae3",
    "China North": "cnnorth",
    "China North 2": "cnnorth2 chinan2",
    "China North 3": "cnnorth3 cnn3 chinan3",
    "Denmark East": "dkeast dke denmarke",
    "East Asia": "apeast asiaeast ase eas east_asia hongkong",
    "East US": "useast eus us_east",
    "East US 2": "useast2 eus2",
    "East US 2 EUAP": "useast2euap",
    "East US 3": "useast3",
    "Finland Central": "ficentral finlandc",
    "France Central": "frcentral frc francec paris",
    "France South": "frsouth frs frances",
    "Germany Central": "decentral",
    "Germany North": "denorth den germanyn",
    "Germany Northeast": "denortheast",
    "Germany West Central": "dewestcentral dewc germanywc germanywcentral",
    "Greece Central": "grcentral",
    "India South Central": "insouthcentral insc indiasc",
    "Indonesia Central": "idcentral idc indonesiac",
    "Israel Central": "ilcentral ilc israelc",
    "Italy North": "itnorth itn italyn",
    "Japan East": "jaeast jpeast jpe eastjapan japan_east tokyo",
    "Japan West": "jawest jpwest jpw osaka",
    "Jio India Central": "incentraljio jinc jioinc",
    "Jio India West": "inwestjio jinw jioinw",
    "Korea Central": "krcentral krc",
    "Korea South": "krsouth krs",
    "Malaysia West": "mywest myw malaysiaw",
    "Mexico Central": "mxcentral mxc mexicoc",
    "New Zealand North": "nznorth nzn newzealandn",
    "North Central US": "usnorthcentral usnorth ncus chicago",
    "North Europe": "eunorth neu europenorth north_europe dublin",
    "Norway East": "noeast noe norwaye",
    "Norway West": "nowest now norwayw",
    "Poland Central": "plcentral plc polandc",
    "Qatar Central": "qacentral qac qatarc",
    "Saudi Arabia East": "saeast",
    "Singapore Central": "singaporec",
    "South Africa North": "zanorth sanorth san southafrican johannesburg",
    "South Africa West": "zawest sawest southafricaw",
    "South Central US": "ussouthcentral ussouth scus sanantonio",
    "South India": "insouth ins indiasouth",
    "Southeast Asia": "apsoutheast asiasoutheast seas sea southeast_asia singapore",
    "Spain Central": "escentral esc spainc",
    "Sweden Central": "secentral sec swedenc",
    "Sweden South": "sesouth ses swedens",
    "Switzerland North": "chn switzerlandn",
    "Switzerland West": "chwest chw switzerlandw",
    "Taiwan North": "twnorth twn taiwann",
    "UAE Central": "aecentral uaec",
    "UAE North": "aenorth aen uaen dubai",
    "UK South": "gbs uks unitedkingdomsouth london",
    "UK West": "ukw",
    "USDoD Central": "dodcentral",
    "USDoD East": "dodeast",
    "USGov Arizona": "usgovaz usgovsouthwest usgovsw",
    "USGov Iowa": "usgovcentral",
    "USGov Texas": "usgovtx usgovsouthcentral usgovsc",
    "USGov Virginia": "usgoveast usgovva",
    "West Central US": "uswestcentral wcus",
    "West Europe": "euwest weu europewest west_europe amsterdam",
    "West India": "inwest inw indiawest mumbai",
    "West US": "uswest wus us_west",
    "West US 2": "uswest2 wus2 seattle",
    "West US 3": "uswest3 wus3",
}

NAMES = REGIONS | {spelling: name for name, others in _OTHERS.items() for spelling in others.split()}
"""Region id, or another spelling without blanks and in lower case -> name of the region."""
