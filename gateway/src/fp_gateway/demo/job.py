"""The main job: what its steps share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from fp_core.demo.people import families
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_gateway.demo.client import Client
from fp_gateway.demo.places import QIANXI, TOWN


@dataclass
class Job:
    """One run of the main job: operators logged in over HTTP, and what the steps hand on to each other."""

    address: str
    folder: Path
    registry: Registry
    villages: Mapping[str, Sequence[str]]
    log: TextIO
    exited: str = ""
    project: str = ""
    _clients: dict[str, Client] = field(default_factory=dict)

    @property
    def host(self) -> Host:
        return self.registry.host

    def client(self, operator: str) -> Client:
        if operator not in self._clients:
            self._clients[operator] = Client(self.address, operator)
        return self._clients[operator]

    @property
    def province(self) -> Client:
        return self.client("guizhou")

    @property
    def county(self) -> Client:
        return self.client("qianxi")

    @property
    def town(self) -> Client:
        return self.client("jinbi")

    @property
    def guangxi_county(self) -> Client:
        return self.client("duan")

    def person(self, relation: str, born: str, *, sex: str = "MALE") -> dict[str, Any]:
        """An invented person without a document, as a newborn is."""
        return {
            "name": "王新" if sex == "MALE" else "李新",
            "relation": relation,
            "idType": "NONE",
            "noidReason": "NOT_REGISTERED",
            "sex": sex,
            "birthDate": born,
            "labourCapacity": "NONE",
            "hasResidentMedical": True,
            "hasSeriousIllnessInsurance": True,
        }

    def new_household(self) -> dict[str, Any]:
        """An invented poor household of the town, with numbers no form of the demonstration has."""
        family = next(families(99, 1, "520521000000"))
        village = next(code for code in self.villages[QIANXI] if code.startswith(TOWN[:9]))
        return {
            "villageCode": village,
            "year": 2017,
            "identifiedOn": date(2017, 11, 2).isoformat(),
            "attribute": "GENERAL",
            "mainCause": "ILLNESS",
            "netIncome": "6000",
            "houseArea": "55",
            "isDangerousHouse": True,
            "waterSafe": True,
            "waterDifficult": False,
            "members": [
                {
                    "name": m.name,
                    "relation": m.relation_to_head,
                    "idNumber": m.id_number,
                    "ethnicity": m.ethnicity,
                    "hasResidentMedical": True,
                    "hasSeriousIllnessInsurance": True,
                }
                for m in family.members
            ],
        }
