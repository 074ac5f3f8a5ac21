"""How a record is reached: one file a concept, each a flask-restx Namespace of signatures."""
