"""Accounts and tokens that show the registry to each of its users: one a role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from registry.db import accounts
from registry.db.transaction import Database, Transaction
from registry.demo.attributing import attribution
from registry.permissions import Role

LIFETIME = timedelta(days=365)
AT_FIRST_SITE = (Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR, Role.PARTNER, Role.PHARMACIST)
AT_EVERY_SITE = (
    Role.DATA_MANAGER,
    Role.SAFETY_OFFICER,
    Role.STATISTICIAN,
    Role.UNBLINDED_STATISTICIAN,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
OTHER_SITE = "coordinator_other_site"


def tokens(database: Database) -> dict[str, str]:
    """Open an account with one token for each role, good for a year; give the tokens by the names of their roles.

    `coordinator_other_site` is a coordinator at the second site. The secrets are shown here once.
    """
    with database.transaction() as tx:
        tx.attribute(attribution())
        first, second = tx.every("select id::text, code from site order by id limit 2")
        made = {role.value: _token(tx, role, role.value, first) for role in AT_FIRST_SITE}
        made[OTHER_SITE] = _token(tx, Role.COORDINATOR, OTHER_SITE, second)
        made |= {role.value: _token(tx, role, role.value, None) for role in AT_EVERY_SITE}
        tx.commit()
    return made


def _token(tx: Transaction, role: Role, name: str, site: dict[str, str] | None) -> str:
    where = site["code"] if site else "every site"
    said = f"Demo {role.value.replace('_', ' ')}, {where}"
    account = accounts.open_account(
        tx,
        {
            "name": said,
            "organisation": "Synthetic data",
            "grants": [{"role": role.value, "site_id": site["id"] if site else None}],
        },
    )
    values = {"account_id": account["id"], "label": f"Demo {name}", "expires_at": datetime.now(UTC) + LIFETIME}
    return str(accounts.make_token(tx, values)["token"])
