"""Run the migrations over the connection that `registry migrate` opened; they are SQL, and history."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
