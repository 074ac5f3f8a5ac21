"""A registry of juvenile dermatomyositis treated with JAK inhibitors: visits in, kept with their audit, and out again."""
