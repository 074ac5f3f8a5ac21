"""What a record is: one file a concept, and the only declaration of its fields."""
