"""the queue of the worker: procrastinate's own SQL in a schema of its own (what is granted on it is beside this file)."""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    connection.execute("create schema procrastinate; set local search_path to procrastinate")
    connection.execute(SchemaManager.get_schema())
    connection.execute("set local search_path to default")
    connection.execute(Path(__file__).with_suffix(".sql").read_text())
