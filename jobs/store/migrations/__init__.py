"""The history of the tables; ``Database.migrate`` runs it."""
