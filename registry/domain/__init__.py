"""The rules of the registry as pure functions: no database, no HTTP, standard library only."""
